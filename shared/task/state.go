// Package task knows the life of a task: its states, the transitions between
// them, the reasons that explain a state, and what every screen shows for one.
package task

import (
	"fmt"
	"slices"

	"ddap/shared/fault"
)

// State is the place of a task in its life cycle. The string is stored in
// PostgreSQL and sent on the wire: add values, never rename one.
type State string

const (
	// Scheduled waits for its time (run_at). Entered at creation; left by the
	// clock, a deadline, a failed input or a cancel.
	Scheduled State = "scheduled"
	// Blocked waits for the output of another task. Left when the last open
	// input succeeds, or when one fails.
	Blocked State = "blocked"
	// Queued can be handed to any runner that meets its requirement.
	Queued State = "queued"
	// Leased was handed to one runner, which has not confirmed it yet.
	Leased State = "leased"
	// Running is confirmed by its runner's ping or result.
	Running State = "running"
	// Succeeded has its one accepted result. Final.
	Succeeded State = "succeeded"
	// Failed says why in its reason. Final.
	Failed State = "failed"
	// Canceled was ended by a person. Final.
	Canceled State = "canceled"
)

// transitions is the whole state machine: what is not listed does not exist.
var transitions = map[State][]State{
	Scheduled: {Blocked, Queued, Failed, Canceled},
	Blocked:   {Queued, Failed, Canceled},
	Queued:    {Leased, Failed, Canceled},
	Leased:    {Running, Queued, Succeeded, Failed, Canceled}, // Queued: taken back or released
	Running:   {Queued, Succeeded, Failed, Canceled},          // Queued: taken back, released, or to be retried
	Succeeded: nil,
	Failed:    nil,
	Canceled:  nil,
}

// initial lists the states in which a task may be created.
var initial = []State{Scheduled, Blocked, Queued}

// States lists every state in the order of a task's life.
func States() []State {
	return []State{Scheduled, Blocked, Queued, Leased, Running, Succeeded, Failed, Canceled}
}

// Initial lists the states in which a task may be created.
func Initial() []State { return slices.Clone(initial) }

// Next lists the states that may follow s; none for a final state.
func (s State) Next() []State { return slices.Clone(transitions[s]) }

// Final reports whether a task in s has ended for good.
func (s State) Final() bool {
	next, known := transitions[s]
	return known && len(next) == 0
}

// Held reports whether a runner holds a lease on a task in s.
func (s State) Held() bool { return s == Leased || s == Running }

// Waiting reports whether a task in s has yet to be handed out. A waiting task
// always carries a reason.
func (s State) Waiting() bool { return s == Scheduled || s == Blocked || s == Queued }

// CheckTransition is the only judge of state changes: it returns nil where the
// table allows the step, and a Conflict that names both states where not.
func CheckTransition(from, to State) error {
	if slices.Contains(transitions[from], to) {
		return nil
	}
	return &fault.Error{
		Op: "task.CheckTransition", Kind: fault.Conflict, Code: "wrong_state",
		Message: fmt.Sprintf("a task that is %s cannot become %s", from, to),
	}
}

// From lists the states from which to can be entered, in the order of States.
// Stores use it to guard their updates.
func From(to State) []State {
	var out []State
	for _, from := range States() {
		if slices.Contains(transitions[from], to) {
			out = append(out, from)
		}
	}
	return out
}
