package apitest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func (f *FakeServer) register(r *http.Request) (any, error) {
	enr, ok := f.enrolments[bearer(r)]
	if !ok {
		return nil, unauthenticated(bearer(r))
	}
	req, err := decode[api.RegisterRequest](r)
	if err != nil {
		return nil, err
	}
	id, again := enr.registered[req.Registration]
	if !again && enr.Uses >= enr.MaxUses {
		return nil, fault.New("apitest", fault.Unauthenticated, api.CodeTokenUsed, "this token was used")
	}
	runner := f.enrolled(id)
	if runner == nil {
		enr.Uses++
		runner = newRunner(req)
		enr.registered[req.Registration] = runner.ID
	}
	token := tokenFor(credential.Runner, uuid.MustParse(runner.ID))
	maps.DeleteFunc(f.runners, func(_ string, old *Runner) bool { return old == runner })
	f.runners[token] = runner
	runner.share(req.Datasets)
	return api.RegisterResponse{RunnerID: runner.ID, Token: token, State: runner.State, PingSeconds: f.PingSeconds, LeaseSeconds: 60}, nil
}

func (f *FakeServer) enrolled(id string) *Runner {
	for _, r := range f.runners {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func newRunner(req api.RegisterRequest) *Runner {
	return &Runner{
		Runner: api.Runner{
			ID: uuid.NewString(), Name: req.Name, OS: req.OS, Arch: req.Arch, Version: req.Version, Labels: req.Labels,
			Operations: req.Operations, State: api.RunnerActive, Slots: max(req.Slots, 1), CreatedAt: time.Now().UTC(),
		},
		superseded: map[string]bool{}, datasetIDs: map[string]string{},
	}
}

func (r *Runner) share(offers []api.DatasetOffer) {
	r.Offers = offers
	for _, o := range offers {
		if r.datasetIDs[o.Name] == "" {
			r.datasetIDs[o.Name] = uuid.NewString()
		}
	}
}

func (f *FakeServer) ping(r *http.Request) (any, error) {
	runner, err := f.runner(r)
	if err != nil {
		return nil, err
	}
	req, err := decode[api.PingRequest](r)
	if err != nil {
		return nil, err
	}
	if err := f.seat(runner, req.Instance); err != nil {
		return nil, err
	}
	runner.LastPing = req
	out := api.PingResponse{ServerTime: time.Now().UTC(), PingSeconds: f.PingSeconds, Lost: []api.AttemptRef{}, Commands: runner.commands}
	for _, held := range req.Running {
		f.renew(runner, held, &out)
	}
	runner.commands = nil
	judged, err := f.judgeOutputs(runner, req.Outputs)
	if err != nil {
		return nil, err
	}
	out.Commands = append(out.Commands, judged...)
	if len(out.Lost)+len(out.Commands) == 0 {
		return out, errNothingYet
	}
	return out, nil
}

// renew confirms one lease that a ping names, or says what became of it.
func (f *FakeServer) renew(runner *Runner, held api.RunningTask, out *api.PingResponse) {
	t, err := f.fence(runner, held.TaskID, held.Attempt, held.LeaseToken)
	switch {
	case err == nil && t.held():
		t.State, t.confirmed = task.Running, true
		t.Progress = &api.Progress{Fraction: held.Fraction, Stage: held.Stage, Message: held.Message, RowsDone: held.RowsDone, RowsTotal: held.RowsTotal, RemainingSeconds: held.RemainingSeconds}
	case err == nil && t.cancelPending:
		out.Commands = append(out.Commands, api.Command{Type: api.CommandCancel, TaskID: t.ID, Attempt: t.Attempt})
	default:
		out.Lost = append(out.Lost, api.AttemptRef{TaskID: held.TaskID, Attempt: held.Attempt})
	}
}

// seat makes instance the one that counts. What its predecessor held goes back.
func (f *FakeServer) seat(r *Runner, instance string) error {
	switch {
	case instance == "" || instance == r.Instance:
		return nil
	case r.superseded[instance]:
		return fault.New("apitest", fault.Conflict, api.CodeInstanceSuperseded, "another instance of this runner has started")
	}
	if r.Instance != "" {
		r.superseded[r.Instance] = true
		for _, t := range f.tasks {
			if t.held() && t.holder == r.ID {
				t.takeBack(task.RunnerLost)
			}
		}
	}
	r.Instance = instance
	return nil
}

func (f *FakeServer) claim(r *http.Request) (any, error) {
	runner, err := f.runner(r)
	if err != nil {
		return nil, err
	}
	if err := f.seat(runner, r.URL.Query().Get("instance_id")); err != nil {
		return nil, err
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	free := max(limit, 1)
	out := api.ClaimResponse{Tasks: []api.Assignment{}, Commands: runner.commands}
	runner.commands = nil
	busy := 0
	for _, t := range f.tasks {
		mine := t.holder == runner.ID && (t.held() || t.cancelPending)
		if mine {
			busy++
		}
		if mine && t.State == task.Leased && !t.confirmed {
			out.Tasks = append(out.Tasks, f.assignment(t, runner)) // again, with the same lease
		}
	}
	for _, t := range f.tasks {
		if len(out.Tasks) < free && busy < runner.Slots && f.suits(t, runner) {
			busy++
			f.handOut(t, runner)
			out.Tasks = append(out.Tasks, f.assignment(t, runner))
		}
	}
	if len(out.Tasks)+len(out.Commands) == 0 {
		return out, errNothingYet
	}
	return out, nil
}

// suits reports whether a runner can take a task.
func (f *FakeServer) suits(t *fakeTask, r *Runner) bool {
	if t.State != task.Queued || (t.RunnerID != "" && t.RunnerID != r.ID) || !slices.Contains(r.Operations, t.OperationCode) {
		return false
	}
	for _, s := range sources(t) {
		if producer := f.task(s.Source.Task); producer != nil && producer.State != task.Succeeded {
			return false
		}
		shared := slices.ContainsFunc(r.Offers, func(o api.DatasetOffer) bool { return o.Name == s.Source.Dataset })
		if s.Source.Dataset != "" && !shared {
			return false
		}
	}
	return true
}

func (f *FakeServer) report(r *http.Request) (any, error) {
	runner, err := f.runner(r)
	if err != nil {
		return nil, err
	}
	rep, err := decode[api.ResultReport](r)
	if err != nil {
		return nil, err
	}
	t, err := f.fence(runner, rep.TaskID, rep.Attempt, rep.LeaseToken)
	if err != nil {
		if t := f.task(rep.TaskID); t != nil && t.lastReport != nil && t.lastAck.TaskID != "" {
			if ack, again := t.sameAgain(rep); again {
				return ack, nil
			}
		}
		return nil, err
	}
	ack, err := t.settle(rep)
	return ack, err
}

// sameAgain answers a report that was accepted before, also after the lease
// went on to somebody else.
func (t *fakeTask) sameAgain(rep api.ResultReport) (api.ResultAck, bool) {
	if t.report == nil || t.report.Attempt != rep.Attempt || t.report.LeaseToken != rep.LeaseToken || t.report.Outcome != rep.Outcome {
		return api.ResultAck{}, false
	}
	return t.lastAck, true
}

func (f *FakeServer) putDatasets(r *http.Request) (any, error) {
	runner, err := f.runner(r)
	if err != nil {
		return nil, err
	}
	if r.PathValue("id") != runner.ID {
		return nil, fault.New("apitest", fault.NotFound, "runner_not_found", "there is no such runner")
	}
	req, err := decode[api.DatasetsRequest](r)
	if err != nil {
		return nil, err
	}
	runner.share(req.Datasets)
	return api.DatasetList{Datasets: runner.datasets()}, nil
}

func (r *Runner) datasets() []api.Dataset {
	out := []api.Dataset{}
	for _, o := range r.Offers {
		out = append(out, api.Dataset{
			ID: r.datasetIDs[o.Name], Name: o.Name, Columns: o.Columns, Policy: o.Policy, MinGroupSize: o.MinGroupSize,
			Rows: o.Rows, Revision: o.Revision, Description: o.Description, Publish: o.Publish, Reading: o.Reading, RunnerID: r.ID, RunnerName: r.Name, Online: true,
		})
	}
	return out
}

func (f *FakeServer) putArtifact(r *http.Request) (any, error) {
	runner, err := f.runner(r)
	if err != nil {
		return nil, err
	}
	attempt, _ := strconv.Atoi(r.Header.Get(api.ArtifactAttemptHeader))
	t, err := f.fence(runner, r.PathValue("id"), attempt, r.Header.Get(api.ArtifactLeaseHeader))
	if err != nil {
		return nil, err
	}
	if t.State.Final() {
		return nil, fault.New("apitest", fault.Conflict, api.CodeTaskCanceled, "the task has ended")
	}
	content, err := io.ReadAll(r.Body)
	sum := sha256.Sum256(content)
	if err = errors.Join(err, r.Context().Err()); err != nil {
		return nil, err
	}
	if hex.EncodeToString(sum[:]) != r.Header.Get(api.ArtifactHashHeader) {
		return nil, fault.New("apitest", fault.Invalid, "wrong_hash", "the content is not what its hash says")
	}
	a := fakeArtifact{content: content, attempt: attempt, Artifact: api.Artifact{
		Name: r.PathValue("name"), ContentType: r.Header.Get("Content-Type"), SizeBytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:]),
	}}
	t.artifacts = slices.DeleteFunc(t.artifacts, func(old fakeArtifact) bool { return old.Name == a.Name && old.attempt == attempt })
	t.artifacts = append(t.artifacts, a)
	return a.Artifact, nil
}
