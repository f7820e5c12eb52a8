// Package perform does one task in the child process: it reads the plan, runs
// the operation, and hands back what may leave this computer.
package perform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"ddap/desktop-runner/internal/egress"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Run does the work of p and reports how far it is. Progress and the outcome
// have passed egress: the caller may send both as they are. Canceling ctx ends
// the work within a second, and so does the plan's timeout. Progress is called
// from one goroutine at a time and never after Run has returned.
func Run(ctx context.Context, p plan.Plan, progress func(plan.Progress)) plan.Outcome {
	if p.Limits.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.Limits.Timeout)
		defer cancel()
	}
	w := work{plan: p, policy: egress.PolicyOf(p.Inputs), report: progress}
	out, err := w.guarded(ctx)
	if err != nil {
		failure := egress.Failure(err)
		if errors.Is(err, errCrashed) {
			failure = egress.Crashed()
		}
		out = plan.Outcome{Failure: failure}
		if d, ok := errors.AsType[plan.Detailed](err); ok && d.Detail() != "" {
			w.tell(d.Detail())
		}
	}
	out.Owner, out.Stages = w.owner, w.stages
	return out
}

var errCrashed = errors.New("the operation panicked")

type work struct {
	plan   plan.Plan
	policy egress.Policy
	report func(plan.Progress)
	// owner has what the owner's log is told.
	owner []string
	// furthest is how far the progress was that was reported before another attempt.
	furthest float64
	// stages is how many seconds each stage took, in all attempts together.
	stages map[string]float64
}

func (w *work) tell(line string) { w.owner = append(w.owner, line) }

// guarded turns a panic into an error, so that the runner is told. The stack
// goes to standard error without the panic's text, which may hold a value.
func (w *work) guarded(ctx context.Context) (out plan.Outcome, err error) {
	defer func() {
		if recover() != nil {
			fmt.Fprintf(os.Stderr, "the operation panicked:\n%s", debug.Stack())
			err = errCrashed
		}
	}()
	params, err := operation.Decode(w.plan.Operation, w.plan.Params)
	if err != nil {
		return plan.Outcome{}, invalid(err)
	}
	found, err := w.operate(ctx, params)
	if err != nil {
		return plan.Outcome{}, err
	}
	return egress.Seal(w.plan, found)
}

// invalid gives parameters that this build cannot read the reason that a server
// knows; a newer server may send what an older runner has not learned.
func invalid(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	return fault.New(f.Op, fault.Invalid, string(task.InvalidParams), "%s", f.Message)
}

// doing is what is done on data.
type doing func(ctx context.Context, s *step.Step) (finding.Finding, error)

// onData runs an operation on the inputs that are data. Where what is known of a
// file, or of the columns that are needed, turns out to be wrong, it runs again
// as if nothing were.
func (w *work) onData(ctx context.Context, params operation.Params, do doing) (finding.Finding, error) {
	inputs, err := w.inputs()
	if err != nil {
		return finding.Finding{}, err
	}
	first, others := w.reading(params)
	f, again, err := w.attempt(ctx, inputs, first, others, do)
	if again {
		f, _, err = w.attempt(ctx, unknown(inputs), source.Use{}, source.Use{}, do)
	}
	return f, err
}

// attempt opens the inputs and runs an operation on the first of them; it finds
// the others by their place in the parameters. Again is true for an error that
// another attempt, which takes nothing for known, may not have.
func (w *work) attempt(ctx context.Context, inputs []plan.Input, first, others source.Use, do doing) (f finding.Finding, again bool, err error) {
	db, err := engine.Open(ctx, engine.Options{WorkDir: w.plan.WorkDir, Files: paths(inputs), Limits: w.plan.Limits})
	if err != nil {
		return f, false, err
	}
	defer func() {
		if failed := db.Close(); err == nil {
			err = failed
		}
		err = w.blame(ctx, err, inputs)
	}()

	tracker := &step.Tracker{}
	tracker.Stage("reading", 0, reading/float64(len(inputs)))
	stop := watch(db, tracker, w.furthest, func(p plan.Progress) { w.report(w.policy.Progress(p)) })
	defer func() {
		w.furthest = stop()
		w.took(tracker.End())
	}()
	s := &step.Step{
		DB: db, Others: map[string]*source.Relation{}, SingleRowsMayShow: w.policy.RowsMayLeave(), MinGroupSize: w.policy.MinGroupSize(), Judge: w.policy.Judge, Withhold: w.policy.Withhold,
		MemoryBytes: w.plan.Limits.MemoryBytes, Tracker: tracker,
	}
	for _, in := range w.plan.Inputs {
		if in.Model != "" {
			s.Model = in.Model
		}
	}
	notes, err := w.open(ctx, s, inputs, first, others)
	if err != nil {
		return f, false, err
	}
	f, err = do(ctx, s)
	settled := s.Relation.Settle(err)
	for _, other := range s.Others {
		settled = other.Settle(settled)
	}
	again = (s.Relation.Streams() || first.Column != nil) && errors.Is(settled, err) && source.MayBeStale(err) &&
		!slices.ContainsFunc(inputs, isTable) // the connections of a table are used up
	f.Notes = append(notes, f.Notes...)
	if settled == nil && f.Manifest != nil {
		settled = complete(ctx, f.Manifest, inputs[0], db)
	}
	return f, again, settled
}

// took adds how long the stages of an attempt took.
func (w *work) took(stages map[string]time.Duration) {
	if w.stages == nil {
		w.stages = map[string]float64{}
	}
	for stage, took := range stages {
		w.stages[stage] += took.Seconds()
	}
}

func isTable(in plan.Input) bool { return in.File.Table != nil }

// reading is the part of the work that opening the inputs is taken for.
const reading = 0.4

// open makes the inputs readable, and counts the rows of the first.
func (w *work) open(ctx context.Context, s *step.Step, inputs []plan.Input, first, others source.Use) (notes []string, err error) {
	share := reading / float64(len(inputs))
	for i, in := range inputs {
		use := others
		if i == 0 {
			use = first
		}
		use.Request.Tell = w.tell
		s.Tracker.Stage("reading", float64(i)*share, float64(i+1)*share)
		rel, err := source.OpenFor(ctx, s.DB, i, in.Name, *in.File, w.plan.Limits, use)
		if err != nil {
			return nil, err
		}
		rel.Protected = in.File.Policy != result.Rows
		notes = append(notes, rel.Notes...)
		if i > 0 {
			s.Others[in.Path] = rel
			continue
		}
		if rel.Streams() && in.File.Known != nil {
			s.Tracker.Begin(share)
		}
		if s.Relation = rel; rel.Rows != nil {
			s.Rows = *rel.Rows
			continue
		}
		counted, err := s.DB.Rows(ctx, "SELECT count(*) FROM "+rel.From)
		if err = rel.Settle(err); err != nil {
			return nil, err
		}
		s.Rows, _ = counted[0][0].(int64)
	}
	return notes, nil
}

// inputs gives those that are data. The one that an operation is about comes first
// in the parameters.
func (w *work) inputs() ([]plan.Input, error) {
	var out []plan.Input
	for _, in := range w.plan.Inputs {
		if in.File == nil {
			continue
		}
		if err := source.CheckPlaces(in.Name, *in.File); err != nil {
			return nil, err
		}
		out = append(out, in)
	}
	if len(out) == 0 {
		return nil, fault.New("perform.inputs", fault.Invalid, string(task.InputLost),
			"the data that this task reads is not on this computer any more")
	}
	slices.SortStableFunc(out, func(a, b plan.Input) int { return rank(a) - rank(b) })
	return out, w.policy.RefuseGroups(out)
}

// rank puts the other side of a join behind the source, in whatever order a
// server names them.
func rank(in plan.Input) int {
	if in.Path == operation.JoinPath {
		return 1
	}
	return 0
}

func paths(inputs []plan.Input) []string {
	var out []string
	for _, in := range inputs {
		out = append(out, in.File.Paths()...)
	}
	return out
}
