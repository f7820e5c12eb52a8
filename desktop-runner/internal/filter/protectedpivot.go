package filter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// basisTable says of every cell of a pivot table, and of all totals, what it
// rests on: size is its number of rows, n how many of these have a value, and most
// how many have the most frequent one. Its keys are named as those of cellTable.
const basisTable = "basis"

// protectedPivot prepares a pivot table of rows that their owner shares as
// summaries only: rows and columns that stand for too few of them are left out of
// the cells, since their names alone would tell that these rows exist.
func (q *query) protectedPivot(ctx context.Context, v *pivoting) error {
	switch v.Function() {
	case operation.Count, operation.Sum, operation.Mean, operation.Std, operation.Var, operation.NUnique:
	default:
		return fault.New("filter.pivot", fault.Forbidden, string(task.PolicyRefused), "params.pivot.aggfunc: %s gives values of single rows, and the owner shares summaries only. "+
			"Allowed are count, sum, mean, std, var and nunique.", v.Function())
	}
	if q.chosen[v.Values] {
		return refuseChosen(fmt.Sprintf("params.pivot.values takes %q", v.Values))
	}
	if err := q.measureCells(ctx, v); err != nil {
		return err
	}
	for _, side := range []struct {
		margin int
		keys   []string
	}{{1, indexKeys(v)}, {2, []string{cellColumn}}} {
		if err := q.leaveOut(ctx, side.margin, side.keys); err != nil {
			return err
		}
	}
	return nil
}

func indexKeys(v *pivoting) []string {
	keys := make([]string, len(v.index))
	for i := range keys {
		keys[i] = fmt.Sprintf("i%d", i)
	}
	return keys
}

// measureCells makes basisTable: counts of each value of each cell, and of these
// the sum and the largest.
func (q *query) measureCells(ctx context.Context, v *pivoting) error {
	keys := append(indexKeys(v), cellColumn)
	renamed := make([]string, len(keys))
	for i, c := range append(slices.Clone(v.index), v.column) {
		renamed[i] = engine.Identifier(c.Name) + " AS " + keys[i]
	}
	index := strings.Join(keys[:len(keys)-1], ", ")
	rows := "SELECT " + strings.Join(renamed, ", ") + ", " + engine.Identifier(v.Values) + " AS x FROM " + q.last + " WHERE " + present(append(slices.Clone(v.index), v.column))
	counts := "SELECT " + index + ", " + cellColumn + ", count(x) AS present, count(*) AS every, grouping(" + cellColumn + ") + 2 * grouping(i0) AS " + cellMargin +
		" FROM (" + rows + ") GROUP BY GROUPING SETS ((" + index + ", " + cellColumn + ", x), (" + index + ", x), (" + cellColumn + ", x), (x))"
	text := "SELECT " + index + ", " + cellColumn + ", " + cellMargin + ", CAST(sum(every) AS BIGINT) AS size, CAST(sum(present) AS BIGINT) AS n, max(present) AS most FROM (" + counts + ") GROUP BY ALL"
	_, err := q.step.DB.Exec(ctx, "CREATE TEMP TABLE "+basisTable+" AS "+q.statement(text), q.list...)
	return err
}

// leaveOut takes the cells of those rows, or columns, out of the table of cells
// that stand for too few rows of the data, and of as many others as it takes so
// that they cannot be calculated.
func (q *query) leaveOut(ctx context.Context, margin int, keys []string) error {
	list := strings.Join(keys, ", ")
	rows, err := q.step.DB.Rows(ctx, fmt.Sprintf("SELECT size FROM %s WHERE %s = %d ORDER BY %s", basisTable, cellMargin, margin, list))
	if err != nil {
		return err
	}
	sizes, all := make([]int64, 0, len(rows)+1), int64(0)
	for _, row := range rows {
		sizes, all = append(sizes, whole(row[0])), all+whole(row[0])
	}
	same := make([]string, len(keys))
	for i, k := range keys {
		same[i] = "x." + k + " IS NOT DISTINCT FROM b." + k
	}
	for at, withheld := range q.step.Withhold(append(sizes, q.outside(all))) {
		if !withheld || at == len(sizes) {
			continue
		}
		_, err := q.step.DB.Exec(ctx, fmt.Sprintf("DELETE FROM %s AS x USING (SELECT %s FROM %s WHERE %s = %d ORDER BY %s LIMIT 1 OFFSET %d) AS b WHERE x.%s IN (0, %d) AND %s",
			cellTable, list, basisTable, cellMargin, margin, list, at, cellMargin, margin, strings.Join(same, " AND ")))
		if err != nil {
			return err
		}
	}
	return nil
}

// crosstab reads the pivot table as it is, with what each cell rests on.
func (q *query) crosstab(ctx context.Context, outside int64) (*finding.Crosstab, error) {
	v := q.pivoted
	t := &finding.Crosstab{Name: "pivot", Title: "Pivot table", Columns: q.columns}
	var rows [][]any
	err := q.step.DB.Each(ctx, func(row []any) error {
		n := len(q.columns)
		rows = append(rows, append([]any(nil), row[:n]...))
		t.RowOf = append(t.RowOf, int(whole(row[n]))-1)
		return nil
	}, "SELECT "+source.Cells(q.columns)+", "+q.place+" FROM "+shapedTable)
	if err != nil {
		return nil, err
	}
	if t.Frame, err = frame.New(q.columns, rows); err != nil {
		return nil, err
	}
	for _, c := range q.columns {
		t.ColumnOf = append(t.ColumnOf, slices.Index(v.shown, c.Name)-len(v.index))
	}
	keys := indexKeys(v)
	same := make([]string, len(keys))
	for i, k := range keys {
		same[i] = "r." + k + " IS NOT DISTINCT FROM b." + k
	}
	index := strings.Join(keys, ", ")
	inRows := "(SELECT " + index + ", row_number() OVER (" + orderBy(keys) + ") AS r FROM (SELECT DISTINCT " + index + " FROM " + cellTable + " WHERE " + cellMargin + " = 0))"
	inColumns := "(SELECT c, row_number() OVER (ORDER BY c) AS k FROM (SELECT DISTINCT c FROM " + cellTable + " WHERE " + cellMargin + " = 0))"
	sizes, err := q.step.DB.Rows(ctx, "SELECT (SELECT count(*) FROM "+inRows+"), (SELECT count(*) FROM "+inColumns+")")
	if err != nil {
		return nil, err
	}
	grid := finding.NewGrid(int(whole(sizes[0][0])), int(whole(sizes[0][1])))
	grid.Outside = outside
	err = q.step.DB.Each(ctx, func(row []any) error {
		at := [2]int{int(whole(row[0])) - 1, int(whole(row[1])) - 1}
		switch m := whole(row[2]); {
		case m < 2 && at[0] < 0, m != 1 && m != 3 && at[1] < 0:
			return nil // left out
		default:
			if m >= 2 {
				at[0] = grid.Rows
			}
			if m == 1 || m == 3 {
				at[1] = grid.Columns
			}
			grid.Set(at[0], at[1], whole(row[3]), q.fewIn(whole(row[3]), whole(row[4]), whole(row[5])))
		}
		return nil
	}, "SELECT coalesce(r.r, 0), coalesce(k.k, 0), CAST(b."+cellMargin+" AS BIGINT), b.size, b.n, b.most FROM "+basisTable+" AS b LEFT JOIN "+inRows+" AS r ON b."+cellMargin+" < 2 AND "+
		strings.Join(same, " AND ")+" LEFT JOIN "+inColumns+" AS k ON b."+cellMargin+" IN (0, 2) AND k.c IS NOT DISTINCT FROM b.c")
	t.Grid = grid
	return t, err
}

// fewIn gives how many rows decide the number of a cell; see judged. That no row
// of it has a value looks like few having one.
func (q *query) fewIn(size, n, most int64) int64 {
	if n == 0 && size > 0 {
		return 1
	}
	a := operation.Aggregate{Column: q.params.Pivot.Values, Func: q.params.Pivot.Function()}
	of := spreadOut{differ: map[int64]int64{0: n}, absent: map[int64]int64{0: size - n}}
	if most > 1 || q.isFilled(a.Column) {
		of.differ[0] = n - most
	}
	if a.Func == operation.Count {
		of.differ[0] = n
		return of.few(0, true)
	}
	return of.few(0, q.tellsAbsence(a))
}

// tellPivot tells of a pivot table whose rows are protected.
func (q *query) tellPivot(ctx context.Context, f *finding.Finding) error {
	rows, err := q.step.DB.Rows(ctx, "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM "+basisTable+" WHERE "+cellMargin+" = 3")
	if err != nil {
		return err
	}
	grouped := whole(rows[0][0])
	f.Summary = "{rows_grouped} of {rows_before} rows, in a pivot table with {columns} columns."
	f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_grouped", Value: float64(grouped), Basis: finding.Count()})
	q.tellDropped(f, "rows_grouped", grouped)
	if f.Output.Rows > maxGroupsShown {
		f.Notes = append(f.Notes, "The pivot table has too many rows to be shown; keep fewer with where or limit.")
		return nil
	}
	table, err := q.crosstab(ctx, q.outside(grouped))
	if err != nil {
		return err
	}
	f.Tables = append(f.Tables, table)
	return nil
}
