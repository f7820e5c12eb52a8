package egress_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

// crosstabOf makes a table of counts with totals. What the withheld rows and
// columns have goes into the totals only.
func crosstabOf(t require.TestingT, sizes [][]int64, few func(i, j int) int64, withheldRow, withheldColumn []int64) *finding.Crosstab {
	g := finding.NewGrid(len(sizes), len(sizes[0]))
	out := &finding.Crosstab{Name: "pivot", Grid: g, Columns: []result.Column{{Name: "key", Type: result.Text}}, ColumnOf: []int{-1}}
	for j := range g.Columns + 1 {
		out.Columns = append(out.Columns, result.Column{Name: fmt.Sprint("c", j), Type: result.Integer})
		out.ColumnOf = append(out.ColumnOf, j)
	}
	add := func(i, j int, n int64) {
		for _, at := range [][2]int{{i, j}, {i, g.Columns}, {g.Rows, j}, {g.Rows, g.Columns}} {
			if at[0] >= 0 && at[1] >= 0 {
				g.Sizes[at[0]][at[1]] += n
			}
		}
	}
	for i, row := range sizes {
		for j, n := range row {
			add(i, j, n)
		}
		add(i, -1, withheldColumn[i])
	}
	for j := range sizes[0] {
		add(-1, j, withheldRow[j])
	}
	var rows [][]any
	for i := range g.Rows + 1 {
		row := []any{fmt.Sprint("r", i)}
		for j := range g.Columns + 1 {
			g.Few[i][j] = g.Sizes[i][j]
			for r := range sizes {
				for c := range sizes[r] {
					// A total of one cell alone is that cell.
					if (i == r || i == g.Rows) && (j == c || j == g.Columns) && sizes[r][c] == g.Sizes[i][j] {
						g.Few[i][j] = few(r, c)
					}
				}
			}
			row = append(row, g.Sizes[i][j])
		}
		rows, out.RowOf = append(rows, row), append(out.RowOf, i)
	}
	var err error
	out.Frame, err = frame.New(out.Columns, rows)
	require.NoError(t, err)
	return out
}

// TestSeal_LetsNobodyCalculateASmallCell: the attacker sets up every sum of the
// table, and solves for what is not shown.
func TestSeal_LetsNobodyCalculateASmallCell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for range 15 {
			n := rapid.Int64Range(2, 6).Draw(t, "n")
			table := drawCrosstab(t, n)
			if table.Grid.Sizes[table.Grid.Rows][table.Grid.Columns] < n {
				continue // fewer rows than anybody is told of
			}
			document := sealed(t, n, finding.Finding{Tables: []finding.Table{table}})
			attack(t, n, table.Grid, document.Tables[0].Rows)
			think(t, n, table.Grid, document.Tables[0].Rows)
		}
	})
}

func drawCrosstab(t *rapid.T, n int64) *finding.Crosstab {
	rows, columns := rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "columns")
	size := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 3*n), rapid.Int64Range(1, n))
	sizes, few := make([][]int64, rows), make([][]int64, rows)
	for i := range sizes {
		for range columns {
			s := size.Draw(t, "size")
			f := s
			if s > 0 && rapid.Bool().Draw(t, "alike") {
				f = rapid.Int64Range(0, s).Draw(t, "few")
			}
			sizes[i], few[i] = append(sizes[i], s), append(few[i], f)
		}
	}
	extra := func(label string, n int) []int64 { return rapid.SliceOfN(size, n, n).Draw(t, label) }
	return crosstabOf(t, sizes, func(i, j int) int64 { return few[i][j] }, extra("withheld row", columns), extra("withheld column", rows))
}

// attack tries to calculate the cells that are not shown.
func attack(t *rapid.T, n int64, g *finding.Grid, rows [][]any) {
	unknown := map[[2]int]int{} // cells, and what was left out of each row and column
	name := func(i, j int) int {
		at, found := unknown[[2]int{i, j}]
		if !found {
			at = len(unknown)
			unknown[[2]int{i, j}] = at
		}
		return at
	}
	hidden := func(i, j int) bool {
		return i != g.Rows+1 && j != g.Columns+1 && !isShown(rows[i][j+1])
	}
	const leftOut = 1 // behind the totals
	var equations []map[int]int64
	line := func(at func(k int) (i, j int), length int) {
		e := map[int]int64{}
		for k := range length + 1 {
			if i, j := at(k); hidden(i, j) {
				e[name(i, j)] = 1
			}
		}
		if i, j := at(length + leftOut); true {
			e[name(i, j)] = 1
		}
		equations = append(equations, e)
	}
	for i := range g.Rows + 1 {
		left := g.Sizes[i][g.Columns]
		for j := range g.Columns {
			left -= g.Sizes[i][j]
		}
		line(func(k int) (int, int) { return i, k }, g.Columns)
		if left == 0 {
			delete(equations[len(equations)-1], unknown[[2]int{i, g.Columns + leftOut}])
		}
	}
	for j := range g.Columns + 1 {
		left := g.Sizes[g.Rows][j]
		for i := range g.Rows {
			left -= g.Sizes[i][j]
		}
		line(func(k int) (int, int) { return k, j }, g.Rows)
		if left == 0 {
			delete(equations[len(equations)-1], unknown[[2]int{g.Rows + leftOut, j}])
		}
	}
	a := audit{t, n}
	for i := range g.Rows {
		a.line(g.Columns, hidden(i, g.Columns), func(k int) (int64, bool) { return g.Sizes[i][k], hidden(i, k) }, g.Sizes[i][g.Columns])
	}
	for j := range g.Columns {
		a.line(g.Rows, hidden(g.Rows, j), func(k int) (int64, bool) { return g.Sizes[k][j], hidden(k, j) }, g.Sizes[g.Rows][j])
	}
	for i := range g.Rows + 1 {
		for j := range g.Columns + 1 {
			few := g.Few[i][j]
			small := g.Sizes[i][j] < n || few > 0 && few < n
			if small {
				require.Truef(t, hidden(i, j), "cell %d, %d shows %d rows", i, j, g.Sizes[i][j])
				require.Falsef(t, determined(equations, len(unknown), unknown[[2]int{i, j}]), "cell %d, %d of %d rows can be calculated: %v", i, j, g.Sizes[i][j], rows)
			}
		}
	}
}

// think tries to find another table that would be shown like this one. If there is
// one in which a cell has another number, then there is one that differs by one
// along a single cycle, since the corners of such a problem are whole numbers.
func think(t *rapid.T, n int64, g *finding.Grid, rows [][]any) {
	full := make([][]int64, g.Rows+2) // what was left out, and then the totals, come last
	most := g.Rows + 1
	for i := range g.Rows {
		full[i] = append(append([]int64(nil), g.Sizes[i][:g.Columns]...), 0, g.Sizes[i][g.Columns])
	}
	full[most] = append(append([]int64(nil), g.Sizes[g.Rows][:g.Columns]...), 0, g.Sizes[g.Rows][g.Columns])
	full[g.Rows] = make([]int64, g.Columns+2)
	for i, line := range full {
		if i != g.Rows {
			line[g.Columns] = line[g.Columns+1]
			for _, size := range line[:g.Columns] {
				line[g.Columns] -= size
			}
		}
	}
	for j := range full[0] {
		full[g.Rows][j] = full[most][j]
		for i := range g.Rows {
			full[g.Rows][j] -= full[i][j]
		}
	}
	hidden := func(i, j int) bool {
		if i == g.Rows || j == g.Columns {
			return full[i][j] > 0
		}
		return !isShown(rows[min(i, g.Rows)][min(j, g.Columns)+1])
	}
	// may reports whether a cell may have so many more.
	may := func(i, j int, more int64) bool {
		least := int64(0)
		if (i == most && j < g.Columns || j == g.Columns+1 && i < g.Rows) && full[i][j] >= n {
			least = n
		}
		return hidden(i, j) && full[i][j]+more >= least
	}
	sign := func(i, j int) int64 {
		if (i == most) != (j == g.Columns+1) {
			return -1
		}
		return 1
	}
	var walk func(i, j, goal int, used map[[2]int]bool) bool
	walk = func(i, j, goal int, used map[[2]int]bool) bool { // in column j, with one too many
		for r := range full {
			at := [2]int{r, j}
			if r == i || used[at] || !may(r, j, -sign(r, j)) {
				continue
			}
			if r == goal {
				return true
			}
			used[at] = true
			for k := range full[r] {
				if next := [2]int{r, k}; k != j && !used[next] && may(r, k, sign(r, k)) {
					used[next] = true
					if walk(r, k, goal, used) {
						return true
					}
				}
			}
		}
		return false
	}
	for i := range g.Rows {
		for j := range g.Columns {
			if g.Sizes[i][j] < n && g.Sizes[g.Rows][j] >= n && g.Sizes[i][g.Columns] >= n {
				require.Truef(t, walk(i, j, i, map[[2]int]bool{{i, j}: true}), "cell %d, %d has %d rows at most: %v", i, j, g.Sizes[i][j], rows)
			}
		}
	}
}

// line checks what is left of a total when the cells that are shown are taken off.
func (a audit) line(cells int, totalHidden bool, at func(k int) (size int64, hidden bool), total int64) {
	left, some := total, false
	for k := range cells {
		size, hidden := at(k)
		if some = some || hidden; !hidden {
			left -= size
		}
	}
	if some && !totalHidden {
		require.GreaterOrEqual(a.t, left, a.n, "what is left of a total is small")
	}
}

// determined reports whether the equations have one solution for an unknown:
// whether a combination of them leaves nothing else.
func determined(equations []map[int]int64, unknowns, wanted int) bool {
	matrix := make([][]*big.Rat, len(equations))
	for i, e := range equations {
		matrix[i] = make([]*big.Rat, unknowns)
		for j := range matrix[i] {
			matrix[i][j] = big.NewRat(e[j], 1)
		}
	}
	rank := func(m [][]*big.Rat) int {
		at := 0
		for column := range unknowns {
			pivot := -1
			for i := at; i < len(m); i++ {
				if m[i][column].Sign() != 0 {
					pivot = i
					break
				}
			}
			if pivot < 0 {
				continue
			}
			m[at], m[pivot] = m[pivot], m[at]
			for i := at + 1; i < len(m); i++ {
				factor := new(big.Rat).Quo(m[i][column], m[at][column])
				for j := column; j < unknowns; j++ {
					m[i][j] = new(big.Rat).Sub(m[i][j], new(big.Rat).Mul(factor, m[at][j]))
				}
			}
			at++
		}
		return at
	}
	alone := make([]*big.Rat, unknowns)
	for j := range alone {
		alone[j] = new(big.Rat)
	}
	alone[wanted].SetInt64(1)
	with := append(clone(matrix), alone)
	return rank(with) == rank(clone(matrix))
}

func clone(m [][]*big.Rat) [][]*big.Rat {
	out := make([][]*big.Rat, len(m))
	for i, row := range m {
		out[i] = append([]*big.Rat(nil), row...)
	}
	return out
}
