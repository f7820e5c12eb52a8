package pipelines_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// TestPinned_IsStaleOnceAStepIsAnother: somebody looked, a step went on, and only
// then the action begins. It changes nothing.
func TestPinned_IsStaleOnceAStepIsAnother(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(ctx context.Context, h *house, id uuid.UUID) error{
		"cancel": func(ctx context.Context, h *house, id uuid.UUID) error {
			_, err := h.pipelines.Cancel(ctx, h.analyst, id)
			return err
		},
		"retry": func(ctx context.Context, h *house, id uuid.UUID) error {
			_, err := h.pipelines.Retry(ctx, h.analyst, id, false)
			return err
		},
		"retry of a step": func(ctx context.Context, h *house, id uuid.UUID) error {
			p, err := h.pipelines.Pipeline(ctx, h.analyst, id)
			if err != nil {
				return err
			}
			_, err = h.dispatch.Retry(ctx, h.analyst, uuid.MustParse(stepOf(p, "second").ID), false)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			p := h.create(api.PipelineRequest{Name: "two", Tasks: []api.PipelineStep{
				step("first", 100, `{"source": {"dataset": "penguins"}}`), step("second", 100, `{"source": {"dataset": "penguins"}}`),
			}})
			id := uuid.MustParse(p.ID)
			_, err := h.db.CancelTasks(t.Context(), h.workspace, []uuid.UUID{uuid.MustParse(stepOf(p, "second").ID)}, false)
			require.NoError(t, err)
			pinned, seen, err := h.pipelines.Pinned(t.Context(), h.analyst, id)
			require.NoError(t, err)
			require.Len(t, seen.Tasks, 2)
			h.claim(h.holder)
			before := h.get(p.ID)
			err = act(pinned, h, id)
			require.True(t, fault.Is(err, fault.Stale), "got %v", err)
			require.Equal(t, before, h.get(p.ID))

			// Who looks again may.
			pinned, _, err = h.pipelines.Pinned(t.Context(), h.analyst, id)
			require.NoError(t, err)
			require.NoError(t, act(pinned, h, id))
		})
	}
}

// TestPinned_OfManyRetriesAndCancelsOneHappens: all know the pipeline as it was.
func TestPinned_OfManyRetriesAndCancelsOneHappens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 4 {
		p := h.create(api.PipelineRequest{Name: "two", Tasks: []api.PipelineStep{
			step("first", 100, `{"source": {"dataset": "penguins"}}`), step("second", 100, `{"source": {"dataset": "penguins"}}`),
		}})
		id := uuid.MustParse(p.ID)
		_, err := h.db.CancelTasks(t.Context(), h.workspace, []uuid.UUID{uuid.MustParse(stepOf(p, "second").ID)}, false)
		require.NoError(t, err)
		pinned, _, err := h.pipelines.Pinned(t.Context(), h.analyst, id)
		require.NoError(t, err)
		errs := make([]error, 6)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				if i%2 == 0 {
					_, errs[i] = h.pipelines.Cancel(pinned, h.analyst, id)
				} else {
					_, errs[i] = h.pipelines.Retry(pinned, h.analyst, id, false)
				}
			})
		}
		wg.Wait()
		happened := 0
		for _, err := range errs {
			if err == nil {
				happened++
				continue
			}
			// A retry that looks late sees that there is nothing to do.
			require.True(t, fault.Is(err, fault.Stale) || fault.Is(err, fault.Conflict), "got %v", err)
		}
		require.Equal(t, 1, happened)
		canceled := 0
		for _, state := range h.states(p.ID) {
			if state == task.Canceled {
				canceled++
			}
		}
		require.NotEqual(t, 1, canceled, "either both were canceled, or none is any more")
	}
}

func stepOf(p api.Pipeline, ref string) api.Task {
	for _, t := range p.Tasks {
		if t.Ref == ref {
			return t
		}
	}
	return api.Task{}
}
