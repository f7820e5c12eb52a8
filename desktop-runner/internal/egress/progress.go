package egress

import "ddap/desktop-runner/internal/plan"

// smallMultiple is how many groups a total must hold before progress counts rows.
const smallMultiple = 20

// Progress gives progress as it may leave. Where rows may not, counts of rows
// are rounded down to whole groups, and left out when the total is so small that
// rounding hides little.
func (p Policy) Progress(from plan.Progress) plan.Progress {
	if p.rows {
		return from
	}
	n := p.MinGroupSize()
	if from.RowsTotal == nil || *from.RowsTotal < smallMultiple*n {
		from.RowsDone, from.RowsTotal = nil, nil
		return from
	}
	from.RowsDone, from.RowsTotal = roundDown(from.RowsDone, n), roundDown(from.RowsTotal, n)
	return from
}

func roundDown(rows *int64, n int64) *int64 {
	if rows == nil {
		return nil
	}
	r := *rows - *rows%n
	return &r
}
