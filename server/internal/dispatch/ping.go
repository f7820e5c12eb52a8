package dispatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// How long a runner may let pass between two pings, and how long one that holds
// leases may wait inside a ping: well within a lease.
const (
	idlePing        = 30 * time.Second
	workingPing     = 2 * time.Second
	maxWorkingWait  = store.LeaseTime / 3
	maxCommandsWait = api.MaxWaitSeconds * time.Second
)

// Ping is a runner's heartbeat: it renews and confirms the leases that it
// names. With a wait it returns early for a command or a lost lease. Errors:
// Unauthenticated (runner_revoked, credential_rotated), Conflict (instance_superseded), Invalid.
func (s *Service) Ping(ctx context.Context, runner store.Principal, req api.PingRequest, wait time.Duration) (api.PingResponse, error) {
	running, err := readRunning(req.Running)
	if err != nil {
		return api.PingResponse{}, err
	}
	longest := maxCommandsWait
	if len(req.Running) > 0 {
		longest = maxWorkingWait
	}
	held, err := s.judgeOutputs(ctx, runner.ID, req.Outputs)
	if err != nil {
		return api.PingResponse{}, err
	}
	w := s.hub.ForCommands(runner.ID, min(wait, longest))
	defer w.Close()
	ping := store.Ping{
		RunnerID: runner.ID, InstanceID: req.Instance, Activity: req.State, Slots: req.Slots,
		DatasetsRevision: req.DatasetsRevision, Running: running,
		SecretHash: runner.SecretHash, Version: req.Version,
	}
	for woken := false; ; woken = true {
		pinged, err := s.store.Renew(ctx, ping)
		if err != nil {
			return api.PingResponse{}, err
		}
		s.hub.Publish(pinged.Changes)
		if pinged.Confirmed > 0 {
			s.hub.Stir()
		}
		answer := pingAnswer(req, &pinged)
		answer.Commands = append(answer.Commands, held...)
		if len(held) > 0 || urgent(req, &pinged) || (woken && len(answer.Commands) > 0) || !w.Sleep(ctx) {
			return answer, nil
		}
	}
}

// judgeOutputs says what becomes of outputs that a runner has. An output of
// which nothing is known is left to the runner: this server may have been
// restored from a time before it was made.
func (s *Service) judgeOutputs(ctx context.Context, runnerID uuid.UUID, named []string) ([]api.Command, error) {
	if len(named) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(named))
	for i, text := range named {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fault.BadFields("dispatch.Ping", "", fault.Field{Path: fmt.Sprintf("outputs[%d]", i), Message: "is not an id"})
		}
		ids[i] = id
	}
	needed, deleted, err := s.store.JudgeOutputs(ctx, runnerID, ids)
	if err != nil {
		return nil, err
	}
	var out []api.Command
	for _, id := range needed {
		out = append(out, api.Command{Type: api.CommandKeep, TaskID: id.String()})
	}
	for _, id := range deleted {
		out = append(out, api.Command{Type: api.CommandDeleteOutput, TaskID: id.String()})
	}
	return out, nil
}

// urgent reports whether the answer should not wait. A resume, or a wish for
// datasets, may be of long ago and not heeded: to answer these at once, every
// time, would make the runner ask without end.
func urgent(req api.PingRequest, p *store.Pinged) bool {
	return len(p.Cancels) > 0 || len(p.Lost) > 0 || (p.Paused && req.State == api.Idle)
}

func pingAnswer(req api.PingRequest, p *store.Pinged) api.PingResponse {
	pause := idlePing
	if len(req.Running) > 0 {
		pause = workingPing
	}
	out := api.PingResponse{
		ServerTime: p.Now, PingSeconds: int(pause / time.Second),
		Lost: []api.AttemptRef{}, Commands: []api.Command{},
	}
	out.Lost = append(out.Lost, p.Lost...)
	for _, c := range p.Cancels {
		out.Commands = append(out.Commands, api.Command{Type: api.CommandCancel, TaskID: c.TaskID, Attempt: c.Attempt})
	}
	switch {
	case p.Paused && req.State != api.Paused:
		out.Commands = append(out.Commands, api.Command{Type: api.CommandPause})
	case !p.Paused && req.State == api.Paused:
		out.Commands = append(out.Commands, api.Command{Type: api.CommandResume})
	}
	if p.Drained {
		out.Commands = append(out.Commands, api.Command{Type: api.CommandDrain})
	}
	if p.SendDatasets {
		out.Commands = append(out.Commands, api.Command{Type: api.CommandSendDatasets})
	}
	return out
}

// readRunning checks what a ping says of attempts. It gives their ids in the one
// form that the database takes; uuid.Parse takes several.
func readRunning(named []api.RunningTask) ([]api.RunningTask, error) {
	out := slices.Clone(named)
	var fields []fault.Field
	for i, r := range named {
		id, err := uuid.Parse(r.TaskID)
		if err != nil {
			fields = append(fields, fault.Field{Path: fmt.Sprintf("running[%d].task_id", i), Message: "is not an id"})
		}
		if f := r.Fraction; f != nil && (*f < 0 || *f > 1) {
			fields = append(fields, fault.Field{Path: fmt.Sprintf("running[%d].fraction", i), Message: "must be from 0 to 1"})
		}
		out[i].TaskID = id.String()
	}
	if len(fields) > 0 {
		return nil, fault.BadFields("dispatch.Ping", "", fields...)
	}
	return out, nil
}
