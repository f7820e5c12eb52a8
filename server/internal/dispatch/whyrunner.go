package dispatch

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/buildinfo"
	"ddap/shared/fault"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

// RequireRunner gives no tasks to runners older than this version. Call it
// before serving.
func (s *Service) RequireRunner(version string) { s.minRunner = version }

// checkVersion refuses a claim of a runner that is too old. What it says now
// counts more than what it said when it registered: it may have been updated.
func (s *Service) checkVersion(ctx context.Context, runner store.Principal, version string) error {
	if s.minRunner == "" {
		return nil
	}
	if version == "" {
		r, err := s.store.GetCandidate(ctx, runner.WorkspaceID, runner.ID)
		if err != nil {
			return err
		}
		version = r.Version
	}
	if !buildinfo.Older(version, s.minRunner) {
		return nil
	}
	return fault.New("dispatch.Claim", fault.Forbidden, api.CodeRunnerTooOld,
		"This runner's program is version %s, and the server takes %s or newer. Update it.", version, s.minRunner)
}

func (s *Service) judgeVersions(fleet []store.Candidate) {
	for i := range fleet {
		fleet[i].TooOld = buildinfo.Older(fleet[i].Version, s.minRunner)
	}
}

// WhyRunner says why a runner gets no work: what is in the way of it, and which
// needs of the tasks that wait it does not meet.
func (s *Service) WhyRunner(ctx context.Context, p store.Principal, id uuid.UUID) (api.RunnerWhy, error) {
	runner, err := s.store.GetCandidate(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.RunnerWhy{}, err
	}
	all, err := s.store.ListReady(ctx)
	if err != nil {
		return api.RunnerWhy{}, err
	}
	fleet := []store.Candidate{runner}
	s.judgeVersions(fleet)
	var ready []store.Ready
	for _, q := range all {
		if q.WorkspaceID == p.WorkspaceID {
			ready = append(ready, q)
		}
	}
	return explainRunner(&fleet[0], ready, s.minRunner), nil
}

// explainRunner is WhyRunner on what was read.
func explainRunner(r *store.Candidate, ready []store.Ready, minRunner string) api.RunnerWhy {
	why := api.RunnerWhy{RunnerID: r.ID.String(), Reasons: hindrances(r, minRunner), Unmet: []api.UnmetNeed{}, Since: r.LastSeenAt}
	unmet := make(map[task.Need]int)
	for i := range ready {
		if need := unmetNeed(r, &ready[i].Requirement); need != "" {
			unmet[need] += ready[i].Tasks
		} else {
			why.Matching += ready[i].Tasks
		}
	}
	for _, need := range []task.Need{task.NeedsOtherRunner, task.NeedsDataset, task.NeedsOperation, task.NeedsLabels} {
		if unmet[need] > 0 {
			why.Unmet = append(why.Unmet, api.UnmetNeed{Need: need, Tasks: unmet[need]})
		}
	}
	switch {
	case why.Matching == 0 && len(unmet) == 0:
		why.Reasons = append(why.Reasons, because(task.NoTasks, ""))
	case why.Matching == 0:
		why.Reasons = append(why.Reasons, because(task.NoMatchingTasks, ""))
	case len(why.Reasons) == 0:
		why.Reasons = append(why.Reasons, because(task.GetsWorkInAMoment, ""))
	}
	return why
}

// unmetNeed is the first need of q that r does not meet; empty where it meets all.
func unmetNeed(r *store.Candidate, q *store.Requirement) task.Need {
	switch {
	case q.RunnerID != nil && *q.RunnerID != r.ID:
		return task.NeedsOtherRunner
	case !r.HasData(q):
		return task.NeedsDataset
	case !r.Does(q):
		return task.NeedsOperation
	case !r.HasLabels(q):
		return task.NeedsLabels
	default:
		return ""
	}
}

// hindrances lists what keeps r from any task, whatever it is.
func hindrances(r *store.Candidate, minRunner string) []api.RunnerReason {
	seen := ""
	if r.LastSeenAt != nil {
		seen = "since " + r.LastSeenAt.UTC().Format(time.RFC3339)
	}
	out := []api.RunnerReason{}
	for _, h := range []struct {
		holds  bool
		code   task.RunnerReason
		detail string
	}{
		{r.State == api.RunnerRevoked, task.IsRevoked, ""},
		{r.State == api.RunnerPending, task.IsPending, ""},
		{r.TooOld, task.IsTooOld, fmt.Sprintf("%s < %s", r.Version, minRunner)},
		{!r.Online && r.State != api.RunnerRevoked, task.IsOffline, seen},
		{r.Paused, task.IsPaused, r.Note},
		{r.Activity == api.Paused, task.IsPausedByOwner, ""},
		{r.Drained, task.IsDrained, r.Note},
		{r.Activity == api.Stopping, task.IsStopping, ""},
		{r.MustPing, task.MustPing, ""},
		{r.FreeSlots() == 0, task.IsBusy, fmt.Sprintf("%d/%d", r.Busy, r.Slots)},
	} {
		if h.holds {
			out = append(out, because(h.code, h.detail))
		}
	}
	return out
}

func because(code task.RunnerReason, detail string) api.RunnerReason {
	return api.RunnerReason{Code: code, Message: i18n.RunnerReason(code), Detail: detail}
}
