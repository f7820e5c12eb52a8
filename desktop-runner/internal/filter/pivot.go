package filter

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/operation"
	"ddap/shared/result"
)

const (
	// maxPivotColumns is how many columns a pivot table may have.
	maxPivotColumns = 200
	// margin is what pandas calls the column and the row of totals.
	margin = "All"
)

// pivoting is a pivot table while it is made. Its cells are calculated into a
// table first, since their columns are known only then.
type pivoting struct {
	*operation.Pivot

	index  []result.Column
	column result.Column
	cell   result.Type
	// shown are the names of all columns of the table, those of the index first.
	shown []string
}

// Names of the columns of the table of cells; i0, i1 … are those of the index.
const (
	cellColumn = "c"
	cellValue  = "v"
	cellRows   = "n"
	cellMargin = "m" // 0 a cell, 1 a total of a row, 2 of a column, 3 of all
	cellTable  = "cells"
)

// pivot is pandas' pivot_table(…, dropna=True): cells without a value are left
// out, and so are rows and columns without any cell.
func (q *query) pivot(ctx context.Context, p *operation.Pivot) error {
	v := pivoting{Pivot: p}
	var err error
	if v.index, err = q.keys("params.pivot.index", p.Index); err != nil {
		return err
	}
	columns, err := q.keys("params.pivot", []string{p.Columns})
	if err != nil {
		return at(err, "params.pivot[0]", "params.pivot.columns")
	}
	v.column = columns[0]
	if err := q.cells(ctx, &v); err != nil {
		return err
	}
	if !q.step.SingleRowsMayShow {
		if err := q.protectedPivot(ctx, &v); err != nil {
			return err
		}
	}
	names, err := q.pivotColumns(ctx, &v)
	if err != nil {
		return err
	}
	q.spread(&v, names)
	q.pivoted = &v
	return nil
}

// cells calculates every cell, and the totals where they are asked for.
func (q *query) cells(ctx context.Context, v *pivoting) error {
	sql, t, err := aggregated("params.pivot", q.relation(), operation.Aggregate{Column: v.Values, Func: v.Function()}, q.place)
	if err != nil {
		return at(at(err, "params.pivot.column", "params.pivot.values"), "params.pivot.func", "params.pivot.aggfunc")
	}
	v.cell = t
	keys := append(plain(v.index), engine.Identifier(v.column.Name))
	sets := "(" + strings.Join(keys, ", ") + ")"
	inIndex, ofColumn := strings.Join(keys[:len(keys)-1], ", "), keys[len(keys)-1]
	if v.Margins {
		sets += ", (" + inIndex + "), (" + ofColumn + "), ()"
	}
	list := make([]string, 0, len(keys)+3)
	for i, k := range keys[:len(keys)-1] {
		list = append(list, fmt.Sprintf("%s AS i%d", k, i))
	}
	list = append(list, ofColumn+" AS "+cellColumn, sql+" AS "+cellValue, "count(*) AS "+cellRows,
		"grouping("+ofColumn+") + 2 * grouping("+keys[0]+") AS "+cellMargin)
	text := "SELECT " + strings.Join(list, ", ") + " FROM " + q.last + " WHERE " + present(append(slices.Clone(v.index), v.column)) + " GROUP BY GROUPING SETS (" + sets + ")"
	if q.step.SingleRowsMayShow {
		// Otherwise a row or column would be there as soon as one row has a value.
		text = "SELECT * FROM (" + text + ") WHERE " + cellValue + " IS NOT NULL"
	}
	_, err = q.step.DB.Exec(ctx, "CREATE TEMP TABLE "+cellTable+" AS "+q.statement(text), q.list...)
	return err
}

// pivotColumns lists the columns of the table in their order, with their names.
func (q *query) pivotColumns(ctx context.Context, v *pivoting) ([]string, error) {
	shown := source.Cell(result.Column{Name: cellColumn, Type: v.column.Type})
	from := " FROM (SELECT DISTINCT " + cellColumn + " FROM " + cellTable + " WHERE " + cellMargin + " = 0)"
	rows, err := q.step.DB.Rows(ctx, "SELECT count(*)"+from)
	if err != nil {
		return nil, err
	}
	if n := whole(rows[0][0]); n > maxPivotColumns {
		return nil, invalid("params.pivot.columns", "%s has %d different values, and a pivot table has at most %d columns; keep fewer of them with where, join them "+
			"with derive, or use it in index", v.Columns, n, maxPivotColumns)
	}
	rows, err = q.step.DB.Rows(ctx, "SELECT CAST("+shown+" AS VARCHAR)"+from+" ORDER BY "+cellColumn)
	if err != nil {
		return nil, err
	}
	taken := slices.Clone(v.index)
	names := make([]string, len(rows))
	for i, row := range rows {
		text, _ := row[0].(string)
		names[i] = freeName(taken, text)
		taken = append(taken, result.Column{Name: names[i]})
	}
	return names, nil
}

// freeName makes a column's name of a value.
func freeName(taken []result.Column, text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if strings.TrimSpace(text) == "" {
		text = "(empty)"
	}
	if r := []rune(text); len(r) > 100 {
		text = string(r[:100])
	}
	name := text
	for i := 1; overlaps(taken, name); i++ {
		name = fmt.Sprintf("%s_%d", text, i)
	}
	return name
}

// spread puts the cells side by side: the chain begins anew with their table.
// Totals of what has no cell are left out, as in pandas.
func (q *query) spread(v *pivoting, names []string) {
	longest := 0
	for _, n := range append(slices.Clone(names), v.Index...) {
		longest = max(longest, len(n))
	}
	fresh := newChain(&source.Relation{Dataset: "the pivot table", From: cellTable}, longest+maxAddedName)
	numbered := "(SELECT " + cellColumn + ", row_number() OVER (ORDER BY " + cellColumn + ") AS k FROM (SELECT DISTINCT " + cellColumn + " FROM " + cellTable + " WHERE " + cellMargin + " = 0))"
	same := make([]string, len(v.index))
	for i := range v.index {
		same[i] = fmt.Sprintf("y.i%d = x.i%d", i, i)
	}
	fresh.add(nil, "SELECT x.* REPLACE (CASE WHEN "+cellMargin+" >= 2 THEN 2 ELSE 0 END AS "+cellMargin+"), k, CASE WHEN "+cellMargin+" = 0 THEN "+cellRows+" ELSE 0 END AS "+fresh.size+
		" FROM "+cellTable+" AS x LEFT JOIN "+numbered+" AS r ON x."+cellColumn+" = r."+cellColumn+" AND x."+cellMargin+" IN (0, 2)"+
		" WHERE k IS NOT NULL OR "+cellMargin+" = 3 OR "+cellMargin+" = 1 AND EXISTS (SELECT 1 FROM "+cellTable+" AS y WHERE y."+cellMargin+" = 0 AND "+strings.Join(same, " AND ")+")")
	fresh.sized = true

	columns, list, keys := v.keyColumns()
	for i, n := range names {
		x, t := v.side(fresh, fmt.Sprintf("= %d", i+1))
		columns, list = append(columns, result.Column{Name: n, Type: t}), append(list, x)
	}
	if v.Margins {
		x, t := v.side(fresh, "IS NULL")
		columns, list = append(columns, result.Column{Name: freeName(columns, margin), Type: t}), append(list, x)
	}
	fresh.groups(columns, list, append([]string{cellMargin}, keys...), "")
	q.chain, q.keyed, v.shown = fresh, v.Index, source.NamesOf(columns)
}

// keyColumns writes the columns of the index. Where there are totals, their row
// is named in the first of them, which is text then.
func (v *pivoting) keyColumns() (columns []result.Column, list, keys []string) {
	for i, k := range v.index {
		key := fmt.Sprintf("i%d", i)
		expression := key
		if v.Margins && i == 0 {
			expression = "CAST(CASE WHEN " + cellMargin + " = 2 THEN '" + margin + "' ELSE " + source.Cell(result.Column{Name: key, Type: k.Type}) + "::VARCHAR END AS VARCHAR)"
			k.Type = result.Text
		}
		columns, list, keys = append(columns, k), append(list, expression), append(keys, key)
	}
	return columns, list, keys
}

// side picks the cell of one column.
func (v *pivoting) side(c *chain, number string) (sql string, t result.Type) {
	sql, t = "max("+cellValue+") FILTER (WHERE k "+number+")", v.cell
	if v.FillValue == nil || !t.Numeric() {
		return sql, t
	}
	fill := *v.FillValue
	if t == result.Integer && fill == math.Trunc(fill) && math.Abs(fill) < 1<<53 {
		return "coalesce(" + sql + ", CAST(" + c.bind(int64(fill)) + " AS BIGINT))", t
	}
	return "coalesce(CAST(" + sql + " AS DOUBLE), CAST(" + c.bind(fill) + " AS DOUBLE))", result.Float
}

// maxAddedName is room for what is put behind names.
const maxAddedName = 64
