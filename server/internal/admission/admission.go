// Package admission judges whether a request for a task can be accepted, and
// turns it into the task that the store creates. What cannot be accepted is
// told field by field, with the place in the request.
//
// What only the moment of creation can tell, whether an input has ended
// meanwhile, the store judges under its locks.
package admission

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// Store is what admission asks of the database.
type Store interface {
	store.Catalogue
	FindInputs(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) ([]store.InputTask, error)
	FindUploads(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) ([]store.Upload, error)
}

// Draft is a request on its way to become a task.
type Draft struct {
	// At is where the request stands, as in "tasks[2]."; empty for a single one.
	At string
	// ID is the new task's.
	ID      uuid.UUID
	Request api.TaskRequest
	// Params are the request's, decoded. Resolving the sources of a pipeline
	// changes them.
	Params operation.Params

	PipelineID *uuid.UUID
	Position   int
	Ref        string
	RetryOf    *uuid.UUID
	ScheduleID *uuid.UUID
}

// NewDraft decodes a request. The error is Invalid and names every wrong field.
func NewDraft(at string, req api.TaskRequest) (*Draft, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fault.E("admission.NewDraft", fault.Internal, fmt.Errorf("make an id: %w", err))
	}
	if fields := checkRequest(at, req); len(fields) > 0 {
		return nil, fault.BadFields("admission.NewDraft", "invalid_task", fields...)
	}
	params, err := operation.Decode(operation.Code(req.OperationCode), req.Params)
	if err != nil {
		return nil, under(at, err)
	}
	if req.Params, err = storable(req.Params); err != nil {
		return nil, err
	}
	return &Draft{At: at, ID: id, Request: req, Params: params}, nil
}

// storable writes decoded parameters as PostgreSQL takes them: text that is no
// Unicode, which Go reads as U+FFFD, it would refuse.
func storable(params json.RawMessage) (json.RawMessage, error) {
	const op = "admission.storable"
	var value any
	dec := json.NewDecoder(bytes.NewReader(params))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return nil, fault.E(op, fault.Invalid, err)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fault.E(op, fault.Internal, err)
	}
	return raw, nil
}

// SourcesChanged writes changed sources back into the request's parameters.
func (d *Draft) SourcesChanged() error {
	raw, err := json.Marshal(d.Params)
	if err != nil {
		return fault.E("admission.SourcesChanged", fault.Internal, err)
	}
	d.Request.Params = raw
	return nil
}

// Admit checks what the drafts name (datasets, tasks, uploads, runners) in their
// workspace. Drafts may name each other's ids. Errors: Invalid with fields
// (unknown_dataset, unknown_task, upload_expired, …), Conflict (ambiguous_dataset).
func Admit(ctx context.Context, s Store, workspaceID uuid.UUID, drafts []*Draft) ([]store.NewTask, error) {
	known, err := lookUp(ctx, s, workspaceID, drafts)
	if err != nil {
		return nil, err
	}
	out := make([]store.NewTask, 0, len(drafts))
	var problems problems
	for _, d := range drafts {
		t := newTask(d)
		t.PinnedRunnerID = known.runner(d, &problems)
		for _, at := range d.Params.Sources() {
			t.Inputs = append(t.Inputs, known.input(d, at, t.PinnedRunnerID, &problems))
		}
		out = append(out, t)
	}
	return out, problems.err("admission.Admit")
}

func newTask(d *Draft) store.NewTask {
	r := d.Request
	t := store.NewTask{
		ID: d.ID, At: d.At, PipelineID: d.PipelineID, Position: d.Position, Ref: d.Ref, RetryOf: d.RetryOf, ScheduleID: d.ScheduleID,
		Name: r.Name, Operation: d.Params.Code(), Params: r.Params, Labels: r.Labels, Priority: r.Priority,
		RunAt: r.RunAt, Deadline: r.Deadline, TimeoutSeconds: r.TimeoutSeconds, MaxAttempts: r.MaxAttempts,
	}
	if t.TimeoutSeconds == 0 {
		t.TimeoutSeconds = int(store.DefaultTimeout / time.Second)
	}
	if t.MaxAttempts == 0 {
		t.MaxAttempts = store.DefaultMaxAttempts
	}
	return t
}

// Limits of a request that the operations do not know.
const (
	maxPriority       = 100
	maxTimeoutSeconds = 7 * 24 * 60 * 60
	maxMaxAttempts    = 100
	maxNameLength     = 200
	maxLabels         = 50
	maxLabelLength    = 200
)

func checkRequest(at string, r api.TaskRequest) []fault.Field {
	var out []fault.Field
	when := func(bad bool, path, format string, args ...any) {
		if bad {
			out = append(out, fault.Field{Path: at + path, Message: fmt.Sprintf(format, args...)})
		}
	}
	when(r.Name == "", "name", "is required")
	when(len([]rune(r.Name)) > maxNameLength, "name", "has more than %d characters", maxNameLength)
	when(r.Priority < -maxPriority || r.Priority > maxPriority, "priority", "must be from %d to %d", -maxPriority, maxPriority)
	when(r.TimeoutSeconds < 0 || r.TimeoutSeconds > maxTimeoutSeconds, "timeout_seconds", "must be from 1 to %d", maxTimeoutSeconds)
	when(r.MaxAttempts < 0 || r.MaxAttempts > maxMaxAttempts, "max_attempts", "must be from 1 to %d", maxMaxAttempts)
	when(!writable(r.RunAt), "run_at", "must be from the year 1 to the year %d, in UTC", lastYear)
	when(!writable(r.Deadline), "deadline", "must be from the year 1 to the year %d, in UTC", lastYear)
	when(len(r.Labels) > maxLabels, "labels", "are more than %d", maxLabels)
	for name, value := range r.Labels {
		when(name == "" || len(name) > maxLabelLength || len(value) > maxLabelLength,
			"labels", "need a name, and at most %d characters in name and value", maxLabelLength)
	}
	return out
}

// lastYear leaves room for a deadline after it.
const lastYear = 9998

// writable reports whether a time can be stored and sent: PostgreSQL knows no
// year zero, and RFC 3339 none of five digits.
func writable(t *time.Time) bool {
	return t == nil || (t.UTC().Year() >= 1 && t.UTC().Year() <= lastYear)
}

// under moves the paths of an Invalid error to where its request stands.
func under(at string, err error) error {
	var f *fault.Error
	if at == "" || !errors.As(err, &f) {
		return err
	}
	fields := slices.Clone(f.Fields)
	for i := range fields {
		fields[i].Path = at + fields[i].Path
	}
	return fault.BadFields(f.Op, f.Code, fields...)
}
