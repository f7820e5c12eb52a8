// Package egress is the only one that builds what leaves this computer: result
// documents, artifacts, progress and messages of failure. It judges every part
// of a finding by the owner's policy, builds the document from named fields, and
// writes down what was withheld and why.
//
// Under the policy "aggregates" no number leaves that rests on fewer than
// min_group_size rows, no value that may be that of one row, and nothing from
// which such a number follows by subtraction within the same document. What two
// documents tell together (differencing) is not prevented.
package egress

import (
	"strings"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Policy says what may leave. The zero Policy is the strictest usual one:
// aggregates over at least result.DefaultMinGroupSize rows.
type Policy struct {
	rows bool
	// minGroupSize is at least 1; it means nothing when rows may leave.
	minGroupSize int64
}

// PolicyOf gives the strictest policy of a task's inputs: rows may leave only if
// every input says so, and the largest group size holds. An unknown policy
// counts as aggregates. A result of an earlier task was sealed before, and
// brings no policy with it.
func PolicyOf(inputs []plan.Input) Policy {
	p := Policy{rows: true, minGroupSize: 1}
	for _, in := range inputs {
		if in.File == nil || in.File.Policy == result.Rows {
			continue
		}
		size := int64(in.File.MinGroupSize)
		if size <= 0 {
			size = result.DefaultMinGroupSize
		}
		p.rows, p.minGroupSize = false, max(p.minGroupSize, size)
	}
	return p
}

// RowsMayLeave reports whether single rows may. Operations ask it only to save
// work: Seal judges again.
func (p Policy) RowsMayLeave() bool { return p.rows }

// MinGroupSize is the smallest number of rows that a number may describe.
func (p Policy) MinGroupSize() int64 {
	switch {
	case p.rows:
		return 1
	case p.minGroupSize <= 0:
		return result.DefaultMinGroupSize
	default:
		return p.minGroupSize
	}
}

// RefuseRows gives the policy_refused fault for a task that would send rows; nil
// where they may leave.
func (p Policy) RefuseRows(what string) error {
	if p.rows {
		return nil
	}
	return p.refuse("%s would send single rows, and the owner shares this data as summaries of at least %d rows only. "+
		"Allowed are profiles, models and reports made of them.", what, p.MinGroupSize())
}

// RefuseUncounted gives the policy_refused fault for work whose numbers cannot be
// counted by the rows of the source; nil where rows may leave anyway. Parts are
// how the parameters call it.
func (p Policy) RefuseUncounted(parts ...string) error {
	if p.rows || len(parts) == 0 {
		return nil
	}
	return p.refuse("%s cannot be done with this data: the owner shares summaries of at least %d rows only, and how many rows are behind each number could not be "+
		"told. Allowed are where, derive, missing, join, pivot, resample and group_by with count, size, sum, mean, std, var and nunique.", strings.Join(parts, ", "), p.MinGroupSize())
}

// RefuseGroups gives the policy_refused fault for a task that would take groups,
// which an earlier task made, for rows of the data.
func (p Policy) RefuseGroups(inputs []plan.Input) error {
	if p.rows {
		return nil
	}
	for _, in := range inputs {
		if in.File != nil && in.File.RowsAreGroups {
			return p.refuse("the rows of %q are groups, and how many rows of the data are behind each of them could not be told in what is made of them; the owner shares "+
				"summaries of at least %d rows only. Allowed are a report of its result, and other questions to the data that it was made of.", in.Name, p.MinGroupSize())
		}
	}
	return nil
}

func (p Policy) refuse(format string, args ...any) error {
	return fault.New("egress.Seal", fault.Forbidden, string(task.PolicyRefused), format, args...)
}

// hidesFew reports whether so many rows are too few to be told about, and not none.
func (p Policy) hidesFew(rows int64) bool { return !p.rows && rows > 0 && rows < p.MinGroupSize() }

func (p Policy) wire() (result.Policy, int) {
	if p.rows {
		return result.Rows, 0
	}
	return result.Aggregates, int(p.MinGroupSize())
}
