// Package results takes in what runners report at the end of an attempt, judges
// what it does to the task, and shows results to people.
package results

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Store is what results asks of the database.
type Store interface {
	store.Reports
	GetTask(ctx context.Context, workspaceID, id uuid.UUID) (store.Task, error)
	ListArtifacts(ctx context.Context, workspace, task uuid.UUID) ([]store.Artifact, error)
	store.Lineages
	FindDatasets(ctx context.Context, workspaceID uuid.UUID, names []string, ids []uuid.UUID) ([]store.KnownDataset, error)
	FindUploads(ctx context.Context, workspace uuid.UUID, ids []uuid.UUID) ([]store.Upload, error)
}

// Service takes in and shows results. It is safe for concurrent use.
type Service struct {
	store Store
	hub   *wakeup.Hub
	log   *slog.Logger
}

// New makes the service.
func New(s Store, hub *wakeup.Hub, log *slog.Logger) *Service {
	return &Service{store: s, hub: hub, log: log}
}

// Accept takes in a report; only the holder of the attempt's lease can make
// one. The same report again is answered as before. Errors: Conflict
// (lease_lost, task_canceled), Invalid (artifact_missing, which leaves the task
// as it is: the runner may upload and report again).
func (s *Service) Accept(ctx context.Context, runner store.Principal, report api.ResultReport) (api.ResultAck, error) {
	const op = "results.Accept"
	taskID, err := uuid.Parse(report.TaskID)
	if err != nil {
		return api.ResultAck{}, fault.BadFields(op, "", fault.Field{Path: "task_id", Message: "is not an id"})
	}
	switch report.Outcome {
	case api.OutcomeSucceeded, api.OutcomeFailed, api.OutcomeReleased, api.OutcomeCanceled:
	default:
		return api.ResultAck{}, fault.BadFields(op, "", fault.Field{
			Path: "outcome", Message: "must be succeeded, failed, released or canceled",
		})
	}
	hash, err := digest(report)
	if err != nil {
		return api.ResultAck{}, fault.E(op, fault.Invalid, err)
	}
	ack, changes, err := s.store.AcceptReport(ctx, store.Report{
		Lease:   store.Lease{RunnerID: runner.ID, TaskID: taskID, Attempt: report.Attempt, Token: report.LeaseToken},
		Outcome: report.Outcome, Hash: hash, Error: report.Error, Usage: report.Usage,
	}, func(t *store.Task) store.Verdict { return Judge(t, runner.ID, report) })
	// Even a refused report may have freed a slot.
	s.hub.Publish(changes)
	if err != nil {
		return api.ResultAck{}, err
	}
	s.log.DebugContext(ctx, "report accepted", logkey.TaskID, report.TaskID, logkey.Attempt, report.Attempt,
		logkey.Outcome, report.Outcome, logkey.State, ack.State)
	return ack, nil
}

// digest identifies a report by everything in it.
func digest(report api.ResultReport) ([]byte, error) {
	raw, err := json.Marshal(report)
	if err != nil {
		return nil, fmt.Errorf("write the report as JSON: %w", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}

// View gives a task's result. With a wait, it returns when the task has ended,
// or with how far it has come when the time is over.
func (s *Service) View(ctx context.Context, p store.Principal, taskID uuid.UUID, wait time.Duration) (api.ResultView, error) {
	w := s.hub.ForEnd(taskID, wait)
	defer w.Close()
	for waiting := true; ; {
		t, err := s.store.GetTask(ctx, p.WorkspaceID, taskID)
		if err != nil {
			return api.ResultView{}, err
		}
		if t.State.Final() || !waiting {
			return s.view(ctx, p, &t)
		}
		// One more look after the wait: how far the task is now, not when it began.
		waiting = w.Sleep(ctx)
	}
}

func (s *Service) view(ctx context.Context, p store.Principal, t *store.Task) (api.ResultView, error) {
	refused, err := s.publishable(ctx, p, t)
	if err != nil {
		return api.ResultView{}, err
	}
	v := api.ResultView{
		TaskID: t.ID.String(), Creator: t.Creator(), State: t.State, Reason: t.Reason, Message: t.Message,
		Progress: t.ProgressView(), Artifacts: []api.Artifact{},
		MayPublish: p.Kind != credential.Runner && len(refused) == 0, PublishRefused: refused,
	}
	if t.State != task.Succeeded {
		return v, nil
	}
	raw, err := s.store.GetResult(ctx, t.WorkspaceID, t.ID)
	switch {
	case err != nil:
		return api.ResultView{}, err
	case raw == nil:
		// Every task that succeeded has one: somebody has deleted the task since it was read.
		return api.ResultView{}, fault.New("results.View", fault.NotFound, "task_not_found", "There is no task %s in this workspace.", t.ID)
	}
	v.Result = new(result.Document)
	if err := json.Unmarshal(raw, v.Result); err != nil {
		return api.ResultView{}, fault.E("results.View", fault.Internal, fmt.Errorf("read the stored document: %w", err))
	}
	artifacts, err := s.store.ListArtifacts(ctx, t.WorkspaceID, t.ID)
	for _, a := range artifacts {
		v.Artifacts = append(v.Artifacts, api.Artifact{
			Name: a.Name, ContentType: a.ContentType, SizeBytes: a.SizeBytes, SHA256: a.SHA256,
		})
	}
	return v, err
}
