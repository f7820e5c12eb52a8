// Package profile computes what can be said of each column of a relation by
// itself: counts, moments, quartiles and distribution, with pandas' definitions.
package profile

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/result"
)

// Options say what to compute.
type Options struct {
	Columns []result.Column
	// SingleRowsMayShow lets histograms begin and end at the smallest and the
	// largest value. Otherwise their bins follow mean and standard deviation.
	SingleRowsMayShow bool
	// Step is told after each column, with the number of columns done.
	Step func(done int)
}

const (
	topValues = 10
	// significantDigits is what is kept of means and standard deviations. DuckDB
	// adds in the order in which its threads finish, so the last digits of a sum
	// differ from run to run.
	significantDigits = 12
)

// Of computes the profile of a relation's columns. Infinite numbers count as
// values but are left out of the histogram. Errors are the engine's.
func Of(ctx context.Context, db *engine.DB, from string, o Options) (*finding.Profile, error) {
	out := &finding.Profile{Name: "profile", Title: "Profile of every column"}
	rows := make([][]any, 0, len(o.Columns))
	for i, c := range o.Columns {
		p := columnProfile{db: db, from: from, column: c, quoted: engine.Identifier(c.Name)}
		row, err := p.statistics(ctx)
		if err != nil {
			return nil, fmt.Errorf("profiling a column: %w", err)
		}
		d, err := p.distribution(ctx, o.SingleRowsMayShow)
		if err != nil {
			return nil, fmt.Errorf("finding a distribution: %w", err)
		}
		rows, out.Rows = append(rows, row), p.count+p.missing
		if !o.SingleRowsMayShow {
			varied, err := p.varied(ctx)
			if err != nil {
				return nil, fmt.Errorf("counting the values of a column: %w", err)
			}
			out.Varied = append(out.Varied, varied)
		}
		if d != nil {
			d.Name = "distribution_" + strconv.Itoa(i+1)
			out.Distributions = append(out.Distributions, *d)
		}
		o.Step(i + 1)
	}
	var err error
	out.Statistics, err = frame.New(finding.StatisticsColumns(), rows)
	return out, err
}

type columnProfile struct {
	db             *engine.DB
	from           string
	column         result.Column
	quoted         string
	count, missing int64
	mean, std      float64
	low, high      float64
}

// statistics gives the column's row of the table, in the order of
// finding.StatisticsColumns.
func (p *columnProfile) statistics(ctx context.Context) ([]any, error) {
	numbers := strings.Repeat("NULL, ", 6) + "NULL"
	if p.column.Type.Numeric() {
		x := "CAST(" + p.quoted + " AS DOUBLE)"
		finite := " FILTER (WHERE isfinite(" + x + "))"
		q := "quantile_cont(" + x + ", [0.25, 0.5, 0.75])"
		numbers = "favg(" + x + ")" + finite + ", stddev_samp(" + x + ")" + finite +
			", min(" + x + "), " + q + "[1], " + q + "[2], " + q + "[3], max(" + x + ")"
	}
	rows, err := p.db.Rows(ctx, "SELECT count("+p.quoted+"), count(*), count(DISTINCT "+p.quoted+"), "+numbers+
		", count("+p.quoted+") FILTER (WHERE "+p.infinite()+") FROM "+p.from)
	if err != nil {
		return nil, err
	}
	r := rows[0]
	total := integer(r[1])
	p.count = integer(r[0])
	p.missing = total - p.count
	p.mean, p.std, p.low, p.high = number(r[3]), number(r[4]), number(r[5]), number(r[9])
	if integer(r[10]) > 0 {
		// As pandas has it: an infinity makes the mean infinite or undefined, and
		// leaves no deviation.
		p.mean, p.std = p.low+p.high, math.NaN()
	}
	return []any{
		p.column.Name, string(p.column.Type), p.count, p.missing, integer(r[2]),
		round(p.mean), round(p.std), p.low, number(r[6]), number(r[7]), number(r[8]), p.high,
	}, nil
}

// varied gives the column's finding.Profile.Varied.
func (p *columnProfile) varied(ctx context.Context) (int64, error) {
	if !p.column.Type.Numeric() {
		return p.count, nil
	}
	rows, err := p.db.Rows(ctx, "SELECT max(n) FROM (SELECT count("+p.quoted+") AS n FROM "+p.from+" GROUP BY "+p.quoted+")")
	if err != nil {
		return 0, err
	}
	if most := integer(rows[0][0]); most > 1 {
		return p.count - most, nil
	}
	return p.count, nil
}

func (p *columnProfile) infinite() string {
	if p.column.Type != result.Float {
		return "false"
	}
	return "isinf(CAST(" + p.quoted + " AS DOUBLE))"
}

func (p *columnProfile) distribution(ctx context.Context, singleRowsMayShow bool) (*finding.Distribution, error) {
	switch {
	case p.count == 0 || p.column.Type == result.Other:
		return nil, nil
	case !p.column.Type.Numeric():
		return p.frequencies(ctx)
	}
	edges := p.momentEdges()
	if singleRowsMayShow {
		edges = p.rangeEdges()
	}
	if !growing(edges) {
		return nil, nil
	}
	d, err := p.histogram(ctx, edges)
	if d != nil {
		d.FromRange = singleRowsMayShow
	}
	return d, err
}

// rangeEdges divides the range of the values into equal bins, as many as
// Sturges' rule says; a short range of integers into one bin for each.
func (p *columnProfile) rangeEdges() []float64 {
	width := p.high - p.low
	if math.IsInf(width, 0) || math.IsNaN(width) {
		return nil
	}
	if p.column.Type == result.Integer && width < 25 {
		return spread(p.low-0.5, 1, int(width)+1)
	}
	if width == 0 {
		return []float64{p.low - 0.5, p.low + 0.5}
	}
	bins := min(max(int(math.Ceil(math.Log2(float64(p.count))))+1, 5), 30)
	edges := spread(p.low, width/float64(bins), bins)
	edges[bins] = p.high
	return edges
}

// momentEdges steps by half a standard deviation up to three on either side of
// the mean, so that they tell no more than these two numbers do.
func (p *columnProfile) momentEdges() []float64 {
	mean, std := round(p.mean), round(p.std)
	if math.IsInf(mean, 0) || math.IsNaN(mean) || math.IsNaN(std) || std == 0 {
		return nil
	}
	return spread(mean-3*std, std/2, 12)
}

// growing is false for no edges, and where the values are so large beside their
// range that rounding makes edges equal.
func growing(edges []float64) bool {
	for i := 1; i < len(edges); i++ {
		if edges[i] <= edges[i-1] {
			return false
		}
	}
	return len(edges) > 1
}

// spread gives the edges of equal bins. They are rounded, so that 0.3 is not
// 0.30000000000000004, unless that would move them by much of a bin.
func spread(from, step float64, bins int) []float64 {
	const negligible = 1e-6
	edges := make([]float64, bins+1)
	for i := range edges {
		edges[i] = from + float64(i)*step
		if short := round(edges[i]); math.Abs(short-edges[i]) <= negligible*step {
			edges[i] = short
		}
	}
	return edges
}

func (p *columnProfile) histogram(ctx context.Context, edges []float64) (*finding.Distribution, error) {
	bins := len(edges) - 1
	d := &finding.Distribution{
		Column: p.column.Name, Title: "Distribution of " + p.column.Name, AxisTitle: p.column.Name,
		Edges: edges, Rows: make([]int64, bins), Missing: p.missing,
	}
	// Counting what lies below each inner bound is exact at the bounds, where
	// dividing by the width is not.
	counts := make([]string, bins)
	bounds := make([]any, bins-1)
	for i, e := range edges[1:bins] {
		counts[i], bounds[i] = fmt.Sprintf("count(*) FILTER (WHERE x < $%d)", i+1), e
	}
	counts[bins-1] = "count(*)"
	rows, err := p.db.Rows(ctx, "SELECT "+strings.Join(counts, ", ")+
		" FROM (SELECT CAST("+p.quoted+" AS DOUBLE) AS x FROM "+p.from+") WHERE isfinite(x)", bounds...)
	if err != nil {
		return nil, err
	}
	before := int64(0)
	for i, cell := range rows[0] {
		d.Rows[i] = integer(cell) - before
		before = integer(cell)
	}
	for _, n := range d.Rows {
		d.Rest -= n
	}
	d.Rest += p.count // infinite values
	return d, nil
}

func (p *columnProfile) frequencies(ctx context.Context) (*finding.Distribution, error) {
	d := &finding.Distribution{
		Column: p.column.Name, Title: "Most frequent values of " + p.column.Name, AxisTitle: p.column.Name,
		Missing: p.missing, Rest: p.count,
	}
	err := p.db.Each(ctx, func(row []any) error {
		d.Values = append(d.Values, row[0])
		d.Rows = append(d.Rows, integer(row[1]))
		d.Rest -= integer(row[1])
		return nil
	}, "SELECT v, count(*) AS n FROM (SELECT "+source.Cells([]result.Column{{Name: p.column.Name, Type: p.column.Type}})+" FROM "+p.from+") AS t(v)"+
		" WHERE v IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT "+strconv.Itoa(topValues))
	return d, err
}

func integer(cell any) int64 {
	n, _ := cell.(int64)
	return n
}

// number gives a cell as a float64; NaN, which frames take for missing, where it is null.
func number(cell any) float64 {
	if x, ok := cell.(float64); ok {
		return x
	}
	return math.NaN()
}

func round(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', significantDigits, 64), 64)
	if err != nil {
		return x
	}
	return y
}
