package egress

import (
	"slices"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
)

// Withhold says which parts of a known total are withheld, so that none of too
// few rows is told or can be calculated. Operations ask it for parts whose names
// alone would tell; Seal judges again.
func (p Policy) Withhold(parts []int64) []bool {
	if p.rows {
		return make([]bool, len(parts))
	}
	return protect(parts, p.MinGroupSize())
}

func (s *sealing) crosstab(t *finding.Crosstab) {
	rows := frame.Rows(t.Frame)
	if !s.policy.rows {
		n := s.policy.MinGroupSize()
		hidden := hide(t.Grid, n)
		for i, row := range rows {
			for j := range row {
				if t.ColumnOf[j] < 0 {
					continue
				}
				r, c := t.RowOf[i], t.ColumnOf[j]
				// Why a cell is withheld bounds its number, and it is not told that
				// nobody is in it: in a sum of 5 for 5 small cells each is 1.
				if hidden[r][c] {
					row[j] = complementary
					s.withheldCells++
				}
			}
		}
	}
	s.add(t.Name, t.Title, t.Columns, rows)
}

// lattice is a table with totals while cells of it are hidden. It has one more
// row and column before the totals, for all that was left out of the table.
//
// Each cell stands in two sums that an attacker can set up: that of its row and
// that of its column. The sums are the nodes of a graph, and hidden cells its
// edges. A hidden cell follows from the others exactly where it is on no cycle of
// that graph: Gusfield, "A Graph Theoretic Approach to Statistical Data Security",
// SIAM Journal on Computing 17 (1988).
//
// An attacker knows as well that no cell has fewer rows than none. Along a cycle,
// cells can be thought of with one row more and one less by turns, if all have one
// to spare: only those are edges, beside the cell itself.
type lattice struct {
	sizes [][]int64
	// few are how many rows decide the number of a cell, as in finding.Grid.
	few    [][]int64
	hidden [][]bool
	n      int64
	// edges are the hidden cells with rows to spare, of each node.
	edges [][]cell
}

// hide decides which cells of a grid are withheld: those that too few rows
// decide, and as many others as it takes so that none of these can be calculated
// from totals, which an attacker may know from elsewhere.
func hide(g *finding.Grid, n int64) [][]bool {
	l := latticeOf(g, n)
	for again := true; again; {
		again = false
		for i := range l.sizes {
			again = l.protectLine(l.row(i)) || again
		}
		for j := range l.sizes[0] {
			again = l.protectLine(l.column(j)) || again
		}
		again = again || l.closeCycles()
	}
	out := make([][]bool, g.Rows+1)
	for i := range out {
		row := l.hidden[l.outer(i, g.Rows)]
		out[i] = append(slices.Clone(row[:g.Columns]), row[g.Columns+1])
	}
	return out
}

// outer is the place in a lattice of a row or column of a grid with so many.
func (l *lattice) outer(at, all int) int {
	if at == all {
		return at + 1
	}
	return at
}

func latticeOf(g *finding.Grid, n int64) *lattice {
	l := &lattice{n: n}
	for range g.Rows + 2 {
		l.sizes, l.few, l.hidden = append(l.sizes, make([]int64, g.Columns+2)), append(l.few, make([]int64, g.Columns+2)), append(l.hidden, make([]bool, g.Columns+2))
	}
	for i := range g.Rows + 1 {
		for j := range g.Columns + 1 {
			at, to := l.outer(i, g.Rows), l.outer(j, g.Columns)
			l.sizes[at][to] = g.Sizes[i][j]
			few := g.Few[i][j]
			l.few[at][to] = few
			// That nobody is in a cell tells of those who might be, as a small
			// number does: the two look alike.
			l.hidden[at][to] = g.Sizes[i][j] < n || few > 0 && few < n
		}
	}
	// Less the number of all rows, which is known, the total tells how many are outside.
	if all := l.all(); g.Outside > 0 && g.Outside < n {
		l.hidden[all.row][all.column] = true
	}
	// What was left out is what totals have more than the cells.
	for i := range l.sizes {
		if i != g.Rows {
			l.sizes[i][g.Columns] = l.sizes[i][g.Columns+1] - sum(l.sizes[i][:g.Columns])
			l.few[i][g.Columns] = l.sizes[i][g.Columns]
		}
	}
	for j := range l.sizes[0] {
		left := l.sizes[g.Rows+1][j]
		for i := range g.Rows {
			left -= l.sizes[i][j]
		}
		l.sizes[g.Rows][j], l.few[g.Rows][j] = left, left
	}
	for i := range l.sizes {
		l.hidden[i][g.Columns] = l.sizes[i][g.Columns] > 0
	}
	for j := range l.sizes[0] {
		l.hidden[g.Rows][j] = l.sizes[g.Rows][j] > 0
	}
	l.connectHidden()
	return l
}

// connectHidden makes the edges of what is hidden from the beginning.
func (l *lattice) connectHidden() {
	l.edges = make([][]cell, len(l.sizes)+len(l.sizes[0]))
	for i := range l.sizes {
		for _, c := range l.row(i) {
			if l.isHidden(c) {
				l.hide(c)
			}
		}
	}
}

func sum(of []int64) (all int64) {
	for _, n := range of {
		all += n
	}
	return all
}

// cell is a place in a lattice.
type cell struct{ row, column int }

func (l *lattice) row(i int) []cell {
	out := make([]cell, len(l.sizes[0]))
	for j := range out {
		out[j] = cell{i, j}
	}
	return out
}

func (l *lattice) column(j int) []cell {
	out := make([]cell, len(l.sizes))
	for i := range out {
		out[i] = cell{i, j}
	}
	return out
}

// all is the total of everything, which other numbers of the result tell unless
// too few rows are outside of it.
func (l *lattice) all() cell { return cell{len(l.sizes) - 1, len(l.sizes[0]) - 1} }

func (l *lattice) isHidden(c cell) bool { return l.hidden[c.row][c.column] }
func (l *lattice) size(c cell) int64    { return l.sizes[c.row][c.column] }

// protectLine hides one more cell of a line, the last of which is its total, where
// only one is hidden or those that are have too few rows together, or too few that
// decide their sum: of a small cell and many rows of zero, it is the small one's.
// It reports whether it did.
func (l *lattice) protectLine(line []cell) bool {
	parts, total := line[:len(line)-1], line[len(line)-1]
	count, rows, decide := 0, int64(0), int64(0)
	for _, c := range parts {
		if l.isHidden(c) {
			count, rows, decide = count+1, rows+l.size(c), decide+l.few[c.row][c.column]
		}
	}
	enough := count > 1 && rows >= l.n && (decide >= l.n || decide == 0)
	switch {
	case count == 0 && !l.isHidden(total), l.isHidden(total) && count > 0, !l.isHidden(total) && enough:
		return false
	}
	if next, found := l.smallest(parts); found {
		l.hide(next)
		return true
	}
	if l.isHidden(total) || total == l.all() {
		return false
	}
	l.hide(total)
	return true
}

// smallest finds the cell with the fewest rows of those that are told and have any.
func (l *lattice) smallest(cells []cell) (found cell, ok bool) {
	for _, c := range cells {
		if !l.isHidden(c) && l.size(c) > 0 && (!ok || l.size(c) < l.size(found)) {
			found, ok = c, true
		}
	}
	return found, ok
}

// hide hides one more cell.
func (l *lattice) hide(c cell) {
	l.hidden[c.row][c.column] = true
	if l.spares(c) {
		row, column := l.nodes(c)
		l.edges[row], l.edges[column] = append(l.edges[row], c), append(l.edges[column], c)
	}
}

// spares reports whether a cell has more rows than it must have: those rows and
// columns that are there stand for some.
func (l *lattice) spares(c cell) bool {
	all, least := l.all(), int64(0)
	if (c.row == all.row) != (c.column == all.column) && c.row != all.row-1 && c.column != all.column-1 {
		least = l.n
	}
	return l.size(c) > least
}

// nodes numbers the row and the column of a cell; columns come behind rows.
func (l *lattice) nodes(c cell) (row, column int) { return c.row, len(l.sizes) + c.column }

// closeCycles finds hidden cells that follow from the others, and hides more so
// that they do not; it reports whether it did.
func (l *lattice) closeCycles() (closed bool) {
	parts := l.parts()
	stuck := map[[2]int]bool{} // parts that nothing can connect
	for i := range l.sizes {
		for _, c := range l.row(i) {
			row, column := l.nodes(c)
			between := [2]int{parts[row], parts[column]}
			if !l.isHidden(c) || !l.spares(c) && (between[0] == between[1] || stuck[between]) {
				continue
			}
			near := l.reached(c, row, column)
			if near[column] {
				continue
			}
			if next, found := l.bridge(near, l.reached(c, column, row)); found {
				l.hide(next)
				parts, stuck, closed = l.parts(), map[[2]int]bool{}, true
			} else if !l.spares(c) {
				stuck[between] = true
			}
		}
	}
	return closed
}

// parts numbers the nodes by which of them edges connect.
func (l *lattice) parts() []int {
	out := make([]int, len(l.edges))
	nowhere := cell{-1, -1}
	for at := range out {
		if out[at] > 0 {
			continue
		}
		for other, found := range l.reached(nowhere, at, -1) {
			if found {
				out[other] = at + 1
			}
		}
	}
	return out
}

// reached marks the nodes that edges other than c connect with one, until that
// meets another.
func (l *lattice) reached(c cell, from, to int) []bool {
	found := make([]bool, len(l.edges))
	found[from] = true
	for next := []int{from}; len(next) > 0 && (to < 0 || !found[to]); next = next[1:] {
		for _, x := range l.edges[next[0]] {
			row, column := l.nodes(x)
			if other := row + column - next[0]; x != c && !found[other] {
				found[other], next = true, append(next, other)
			}
		}
	}
	return found
}

// bridge finds the smallest cell that connects two parts, or else one of them with
// anything.
func (l *lattice) bridge(near, far []bool) (cell, bool) {
	var direct, others []cell
	for i := range l.sizes {
		for _, c := range l.row(i) {
			row, column := l.nodes(c)
			switch {
			case l.isHidden(c) || c == l.all() || !l.spares(c):
			case near[row] && far[column], far[row] && near[column]:
				direct = append(direct, c)
			case near[row] != near[column]:
				others = append(others, c)
			}
		}
	}
	if found, ok := l.smallest(direct); ok {
		return found, true
	}
	return l.smallest(others)
}
