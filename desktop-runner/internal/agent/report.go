package agent

import (
	"context"
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/spool"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/task"
)

// runReportLoop sends what is in the spool, as soon as something comes in and
// again after a pause as long as something could not be sent.
func (a *Agent) runReportLoop(ctx context.Context) error {
	failures := 0
	for {
		left, err := a.sendAll(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return err
		case left == 0:
			failures = 0
			select {
			case <-a.wakeReport:
			case <-ctx.Done():
				return ctx.Err()
			}
		default:
			failures++
			if !sleep(ctx, a.Backoff.pause(failures), a.wakeReport) {
				return ctx.Err()
			}
		}
	}
}

// legacyTries is how often a report of the predecessor is tried that the server
// answers with a defect of its own. Unlike a server that is away, that may never end.
const legacyTries = 5

// sendLegacy sends what an earlier process left in the spool, and waits for a
// server that is away.
func (a *Agent) sendLegacy(ctx context.Context) error {
	tries := 0
	return a.insist(ctx, "send earlier results", func() error {
		left, err := a.sendAll(ctx)
		if tries++; err == nil && left > 0 && (a.link.isAway() || tries < legacyTries) {
			kind := fault.Internal
			if a.link.isAway() {
				kind = fault.Unavailable
			}
			return fault.New("agent.sendLegacy", kind, "", "%d earlier results could not be sent yet", left)
		}
		return err
	})
}

// sendAll tries every report in the spool once, oldest first, and returns how
// many are left. The error ends the agent.
func (a *Agent) sendAll(ctx context.Context) (left int, _ error) {
	// Asked before the spool is: what ends meanwhile is not missing.
	ended := a.held.ended()
	entries, setAside, err := a.Spool.List()
	if err != nil {
		return 0, err
	}
	if setAside > 0 {
		a.Log.Error("reports in the spool were damaged and set aside", logkey.Count, setAside)
	}
	a.giveUpMissing(ended, entries)
	for i, e := range entries {
		err := a.deliver(ctx, e)
		switch {
		case final(err):
			return 0, err
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case fault.Is(err, fault.Unavailable):
			a.link.saw(err)
			return left + len(entries) - i, nil // nor will the others arrive
		case err != nil:
			a.Log.Warn("a report could not be sent; trying again", logkey.TaskID, e.Report.TaskID, logkey.Error, err)
			left++
		default:
			a.link.saw(nil)
		}
	}
	return left, nil
}

// giveUpMissing forgets ended attempts whose report is not in the spool: it was
// damaged, or somebody removed it, and nothing will ever be sent. Their leases
// are no longer renewed, so the tasks go on elsewhere.
func (a *Agent) giveUpMissing(ended []*attempt, entries []spool.Entry) {
	for _, at := range ended {
		if !slices.ContainsFunc(entries, func(e spool.Entry) bool { return e.Key() == at.key() }) {
			a.Log.Error("the report of an attempt is gone from the spool; the attempt is given up", logkey.TaskID, at.TaskID, logkey.Attempt, at.Attempt)
			a.held.remove(at.key())
		}
	}
}

// deliver sends one report, artifacts first. It returns nil when the report is
// settled: accepted, or refused in a way that no repetition changes.
func (a *Agent) deliver(ctx context.Context, e spool.Entry) error {
	err := a.send(ctx, e)
	next, settled := answerTo(e.Report, err)
	switch {
	case !settled:
		return err
	case next != nil:
		a.Log.Warn("the server did not take a report; a shorter one goes instead", logkey.TaskID, e.Report.TaskID,
			logkey.Attempt, e.Report.Attempt, logkey.Outcome, string(next.Outcome), logkey.Error, err)
		a.store(*next, nil)
		return a.deliver(ctx, spool.Entry{Report: *next})
	case err != nil:
		a.Log.Warn("the server does not want a report; it is dropped", logkey.TaskID, e.Report.TaskID,
			logkey.Attempt, e.Report.Attempt, logkey.Outcome, string(e.Report.Outcome), logkey.Error, err)
	}
	if err := a.Spool.Remove(e.Key()); err != nil {
		return err
	}
	a.held.remove(e.Key())
	if a.Outputs.Over() {
		wake(a.wakeOutputs) // whether its rows are needed can be asked now
	}
	return nil
}

func (a *Agent) send(ctx context.Context, e spool.Entry) error {
	for _, artifact := range e.Artifacts {
		if err := a.upload(ctx, e, artifact); err != nil {
			return err
		}
	}
	_, err := a.api.Report(ctx, e.Report)
	return err
}

func (a *Agent) upload(ctx context.Context, e spool.Entry, artifact spool.Artifact) error {
	f, err := a.Spool.Artifact(e, artifact.Name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	err = a.api.PutArtifact(ctx, client.ArtifactUpload{
		TaskID: e.Report.TaskID, Attempt: e.Report.Attempt, LeaseToken: e.Report.LeaseToken,
		Name: artifact.Name, ContentType: artifact.ContentType, SHA256: artifact.SHA256, Content: f,
	})
	if err != nil {
		return fmt.Errorf("upload %s: %w", artifact.Name, err)
	}
	return nil
}

// answerTo judges what the server said to a report. Settled is false where the
// same report may go through later. Next is the report to send instead, so that
// the task ends with a reason and does not hang.
func answerTo(report api.ResultReport, err error) (next *api.ResultReport, settled bool) {
	switch {
	case err == nil:
		return nil, true
	case final(err) || fault.Retryable(err):
		return nil, false
	case fault.HasCode(err, api.CodeTaskCanceled) && report.Outcome != api.OutcomeCanceled:
		// The slot counts as taken until we say that the work has stopped.
		return instead(report, api.OutcomeCanceled, nil), true
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Gone), fault.Is(err, fault.NotFound), report.Outcome != api.OutcomeSucceeded:
		return nil, true
	case fault.Is(err, fault.TooLarge):
		return instead(report, api.OutcomeFailed, &api.AttemptError{Reason: task.ResultTooLarge, Message: "The server refused the result for its size."}), true
	default:
		return instead(report, api.OutcomeFailed, &api.AttemptError{Reason: task.OperationFailed, Message: refusal(err)}), true
	}
}

func instead(report api.ResultReport, outcome api.Outcome, why *api.AttemptError) *api.ResultReport {
	return &api.ResultReport{
		TaskID: report.TaskID, Attempt: report.Attempt, LeaseToken: report.LeaseToken, Outcome: outcome, Error: why, Usage: report.Usage,
	}
}

func refusal(err error) string {
	var known *fault.Error
	if asFault(err, &known) && known.Message != "" {
		return "The server did not accept the result: " + known.Message
	}
	return "The server did not accept the result."
}
