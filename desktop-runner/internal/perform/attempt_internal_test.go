package perform

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

// dataset is a file that the runner has looked at, so that it is read in place.
func dataset(t *testing.T, name, path string) plan.Input {
	t.Helper()
	file := plan.File{Path: filepath.Join(t.TempDir(), name+".csv"), Format: plan.CSV, Policy: result.Rows}
	require.NoError(t, os.WriteFile(file.Path, []byte("a,b\n1,2\n3,4\n"), 0o600))
	d, err := source.Inspect(t.Context(), file, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	file.Known = d.Known
	return plan.Input{Path: path, Name: name, File: &file}
}

func workOn(t *testing.T, report func(plan.Progress), inputs ...plan.Input) *work {
	t.Helper()
	return &work{plan: plan.Plan{WorkDir: t.TempDir(), Inputs: inputs}, policy: egress.PolicyOf(inputs), report: report}
}

func TestAttempt_FailsWhereAFileOfItChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"the source", "the other side of a join"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inputs := []plan.Input{dataset(t, "left", "params.source"), dataset(t, "right", operation.JoinPath)}
			w := workOn(t, func(plan.Progress) {}, inputs...)
			once := source.Use{Once: true}
			_, _, err := w.attempt(t.Context(), inputs, once, once, func(context.Context, *step.Step) (finding.Finding, error) {
				return finding.Finding{}, os.WriteFile(inputs[i].File.Path, []byte("a,b\n5,6\n7,8\n9,10\n"), 0o600)
			})
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, string(task.SourceUnreadable), f.Code)
			require.Contains(t, f.Message, inputs[i].Name+": it changed while it was read")
		})
	}
}

func TestOnData_TellsOfASecondAttemptNoLessThanOfTheFirst(t *testing.T) {
	t.Parallel()
	const far = 0.8
	told, attempts, lowest := make(chan struct{}), 0, atomic.Value{}
	var again atomic.Bool
	in := dataset(t, "data", "params.source")
	w := workOn(t, func(p plan.Progress) {
		switch {
		case again.Load():
			if was, ok := lowest.Load().(float64); !ok || *p.Fraction < was {
				lowest.Store(*p.Fraction)
			}
		case *p.Fraction >= far && !again.Swap(true):
			close(told)
		}
	}, in)
	params := &operation.FilterParams{Source: operation.Source{Dataset: "data"}}
	_, err := w.onData(t.Context(), params, func(_ context.Context, s *step.Step) (finding.Finding, error) {
		if attempts++; attempts > 1 {
			return finding.Finding{}, nil
		}
		s.Tracker.Stage("computing", 0.9, 1) // of all; what a known file does not need is no part of it
		select {
		case <-told:
		case <-time.After(time.Minute):
			t.Error("no progress was told")
		}
		return finding.Finding{}, &engine.Error{Kind: engine.Unreadable, Err: errors.New("not what is known of it")}
	})
	require.NoError(t, err)
	require.Equal(t, 2, attempts)
	require.GreaterOrEqual(t, lowest.Load(), far)
}
