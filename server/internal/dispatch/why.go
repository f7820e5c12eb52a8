package dispatch

import (
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

// Why says why tasks with requirement q wait, given the runners of the
// workspace: the first condition that no runner meets, in the order in which a
// person can do something about it.
func Why(q *store.Requirement, fleet []store.Candidate) task.Reason {
	steps := []struct {
		fits   func(*store.Candidate) bool
		reason task.Reason
	}{
		{func(r *store.Candidate) bool { return r.HasData(q) }, noData(q)},
		{func(r *store.Candidate) bool { return r.State == api.RunnerActive }, task.RunnersPending},
		{func(r *store.Candidate) bool { return r.Does(q) }, task.NoRunnerForOperation},
		{func(r *store.Candidate) bool { return r.HasLabels(q) }, task.NoRunnerMatchesLabels},
		{func(r *store.Candidate) bool { return r.Online && r.Activity != api.Stopping }, task.RunnersOffline},
		{func(r *store.Candidate) bool { return !r.TooOld }, task.RunnersTooOld},
		{func(r *store.Candidate) bool { return !r.Drained }, task.RunnersDrained},
		{func(r *store.Candidate) bool { return !r.Paused && r.Activity != api.Paused }, task.RunnersPaused},
		{func(r *store.Candidate) bool { return r.FreeSlots() > 0 }, task.RunnersBusy},
	}
	left := make([]*store.Candidate, 0, len(fleet))
	for i := range fleet {
		left = append(left, &fleet[i])
	}
	for _, step := range steps {
		kept := left[:0]
		for _, r := range left {
			if step.fits(r) {
				kept = append(kept, r)
			}
		}
		if len(kept) == 0 {
			return step.reason
		}
		left = kept
	}
	return task.WaitingForRunner
}

// noData is the reason where no runner has what q needs; a report needs no
// dataset, and waits for a runner that can make one.
func noData(q *store.Requirement) task.Reason {
	if q.RunnerID == nil && len(q.DatasetNames) == 0 && len(q.DatasetIDs) == 0 {
		return task.NoRunnerForOperation
	}
	return task.NoRunnerHasDataset
}
