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
				if hidden[r][c] {
					row[j] = suppressed(t.Grid.Few[r][c], n)
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
type lattice struct {
	sizes  [][]int64
	hidden [][]bool
	n      int64
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
		again = again || l.closeCycle()
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
		l.sizes, l.hidden = append(l.sizes, make([]int64, g.Columns+2)), append(l.hidden, make([]bool, g.Columns+2))
	}
	for i := range g.Rows + 1 {
		for j := range g.Columns + 1 {
			at, to := l.outer(i, g.Rows), l.outer(j, g.Columns)
			l.sizes[at][to] = g.Sizes[i][j]
			few := g.Few[i][j]
			l.hidden[at][to] = g.Sizes[i][j] > 0 && (g.Sizes[i][j] < n || few > 0 && few < n)
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
		}
	}
	for j := range l.sizes[0] {
		left := l.sizes[g.Rows+1][j]
		for i := range g.Rows {
			left -= l.sizes[i][j]
		}
		l.sizes[g.Rows][j] = left
	}
	for i := range l.sizes {
		l.hidden[i][g.Columns] = l.sizes[i][g.Columns] > 0
	}
	for j := range l.sizes[0] {
		l.hidden[g.Rows][j] = l.sizes[g.Rows][j] > 0
	}
	return l
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
// only one is hidden or those that are have too few rows together. It reports
// whether it did.
func (l *lattice) protectLine(line []cell) bool {
	parts, total := line[:len(line)-1], line[len(line)-1]
	count, rows := 0, int64(0)
	for _, c := range parts {
		if l.isHidden(c) {
			count, rows = count+1, rows+l.size(c)
		}
	}
	switch {
	case count == 0 && !l.isHidden(total), l.isHidden(total) && count > 0, !l.isHidden(total) && count > 1 && rows >= l.n:
		return false
	}
	if next, found := l.smallest(parts); found {
		l.hidden[next.row][next.column] = true
		return true
	}
	if l.isHidden(total) || total == l.all() {
		return false
	}
	l.hidden[total.row][total.column] = true
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

// closeCycle finds a hidden cell that follows from the others, and hides one more
// so that it does not; it reports whether it did.
func (l *lattice) closeCycle() bool {
	for i := range l.sizes {
		for _, c := range l.row(i) {
			if !l.isHidden(c) || !l.follows(c) {
				continue
			}
			// A cell that connects what is on the two sides of it closes a cycle.
			if other, found := l.bridge(c); found {
				l.hidden[other.row][other.column] = true
				return true
			}
		}
	}
	return false
}

// follows reports whether a hidden cell is on no cycle of hidden cells: without
// it, nothing connects its row with its column.
func (l *lattice) follows(c cell) bool {
	return !l.reached(c, node{row: true, at: c.row})[node{at: c.column}]
}

// node is a row or a column of a lattice.
type node struct {
	row bool
	at  int
}

// reached gives the rows and columns that hidden cells connect with one, without
// the cell c.
func (l *lattice) reached(c cell, from node) map[node]bool {
	found := map[node]bool{from: true}
	for grown := true; grown; {
		grown = false
		for i := range l.sizes {
			for j, hidden := range l.hidden[i] {
				row, column := node{row: true, at: i}, node{at: j}
				if hidden && (cell{i, j}) != c && found[row] != found[column] {
					found[row], found[column], grown = true, true, true
				}
			}
		}
	}
	return found
}

// bridge finds the smallest cell that connects what hangs on the row of c with
// what hangs on its column, or else with anything.
func (l *lattice) bridge(c cell) (cell, bool) {
	near, far := l.reached(c, node{row: true, at: c.row}), l.reached(c, node{at: c.column})
	var direct, others []cell
	for i := range l.sizes {
		for j := range l.sizes[i] {
			row, column := node{row: true, at: i}, node{at: j}
			switch {
			case (cell{i, j}) == l.all():
			case near[row] && far[column], far[row] && near[column]:
				direct = append(direct, cell{i, j})
			case near[row] != near[column]:
				others = append(others, cell{i, j})
			}
		}
	}
	if found, ok := l.smallest(direct); ok {
		return found, true
	}
	return l.smallest(others)
}
