package egress

import (
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

// maxDistributions keeps a profile of a very wide table readable.
const maxDistributions = 40

// profile seals the statistics of every column together with their
// distributions: the counts of one column, its missing values and its bins or
// values are parts of one total, and must be withheld together.
func (s *sealing) profile(t *finding.Profile) {
	rows := frame.Rows(t.Statistics)
	byColumn := map[string]*finding.Distribution{}
	for i := range t.Distributions {
		byColumn[t.Distributions[i].Column] = &t.Distributions[i]
	}
	var charts []result.Chart
	var top [][]any
	for i, row := range rows {
		name := text(row[0])
		d := byColumn[name]
		if s.hidesMoments(t, i) {
			d = nil // the bounds of its bins would tell them
			s.hideMoments(row)
		}
		missingHidden := false
		if d != nil && len(charts) < maxDistributions {
			chart, hidden := s.distribution(d)
			missingHidden = hidden
			if chart != nil {
				charts = append(charts, *chart)
				top = append(top, topValues(d, *chart)...)
			}
		}
		s.statistics(row, missingHidden)
	}
	s.add(t.Name, t.Title, finding.StatisticsColumns(), rows)
	if len(top) > 0 {
		s.add("top_values", "Most frequent values", []result.Column{
			{Name: "column", Type: result.Text}, {Name: "value", Type: result.Text}, {Name: "count", Type: result.Integer},
		}, top)
	}
	s.doc.Charts = append(s.doc.Charts, charts...)
	// Not by the number of distributions, which a column without values has none of.
	if len(rows) > maxDistributions {
		s.note("Distributions are shown for the first %d columns only.", maxDistributions)
	}
}

// Places in a row of finding.StatisticsColumns.
const (
	atType     = 1
	atCount    = 2
	atMissing  = 3
	atDistinct = 4
	atMean     = 5
	atMin      = 7
	atMax      = 11
)

// hidesMoments reports whether fewer than n rows of a column of numbers differ
// from all the others: number, mean and deviation together would tell how many
// they are, and their value.
func (s *sealing) hidesMoments(t *finding.Profile, i int) bool {
	numeric := result.Type(text(frame.Cell(t.Statistics, i, atType))).Numeric()
	if s.policy.rows || !numeric {
		return false
	}
	return i >= len(t.Varied) || s.policy.hidesFew(t.Varied[i])
}

func (s *sealing) hideMoments(row []any) {
	for at := atDistinct; at < atMin; at++ {
		row[at] = smallGroup
		s.withheldCells++
	}
}

// statistics withholds cells of one column's row.
func (s *sealing) statistics(row []any, missingHidden bool) {
	if s.policy.rows {
		return
	}
	n := s.policy.MinGroupSize()
	count, missing := integer(row[atCount]), integer(row[atMissing])
	hide := func(at int, with result.Suppressed) {
		if row[at] != nil {
			row[at] = with
			s.withheldCells++
		}
	}
	for at := atMin; at <= atMax; at++ {
		hide(at, singleRow)
	}
	if numeric := result.Type(text(row[atType])).Numeric(); numeric && count < n {
		// Withheld even where it is missing: no deviation tells of one row, no
		// mean of none.
		for at := atMin; at <= atMax; at++ {
			row[at] = singleRow
		}
		s.hideMoments(row)
	} else if count < n {
		hide(atDistinct, smallGroup)
	}
	parts := protect([]int64{count, missing}, n)
	if parts[0] || parts[1] || missingHidden || count+missing < n {
		hide(atCount, suppressed(count, n))
		hide(atMissing, suppressed(missing, n))
	}
}

// topValues lists a chart of most frequent values as rows of a table.
func topValues(d *finding.Distribution, chart result.Chart) [][]any {
	if d.Values == nil {
		return nil
	}
	rows := make([][]any, len(chart.Series[0].X))
	for i := range rows {
		rows[i] = []any{d.Column, text(chart.Series[0].X[i]), chart.Series[0].Y[i]}
	}
	return rows
}

// integer gives a cell that the finding's own columns say is one.
func integer(cell any) int64 {
	n, _ := cell.(int64)
	return n
}
