package registry

import (
	"context"
	"maps"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
)

// pingSeconds is the pause between the pings of an idle runner.
const pingSeconds = 30

// Register makes a runner, whose credential the answer carries, this once. The
// same token with the same registration id within registrationWindow gives the
// same runner a fresh credential, so that a lost answer strands nobody.
func (s *Service) Register(ctx context.Context, enrolment store.Principal, req api.RegisterRequest) (api.RegisterResponse, error) {
	if err := s.checkVersion(req.Version); err != nil {
		return api.RegisterResponse{}, err
	}
	registration, err := readRegistration("registry.Register", req)
	if err != nil {
		return api.RegisterResponse{}, err
	}
	var secret credential.Credential
	registration.NewID = newID()
	registration.Mint = func(id uuid.UUID) ([]byte, error) {
		if secret, err = credential.New(credential.Runner, id); err != nil {
			return nil, err
		}
		hash := secret.Hash()
		return hash[:], nil
	}
	runner, err := s.records.RegisterRunner(ctx, enrolment.ID, registration, registrationWindow)
	if err != nil {
		return api.RegisterResponse{}, err
	}
	return api.RegisterResponse{
		RunnerID: runner.ID.String(), Token: secret.String(), State: runner.State,
		PingSeconds: pingSeconds, LeaseSeconds: int(store.LeaseTime.Seconds()),
	}, nil
}

func readRegistration(op string, req api.RegisterRequest) (store.Registration, error) {
	name, err := cleanName(op, req.Name)
	if err != nil {
		return store.Registration{}, err
	}
	if err := checkLabels(op, req.Labels); err != nil {
		return store.Registration{}, err
	}
	if err := checkOperations(op, req.Operations); err != nil {
		return store.Registration{}, err
	}
	offers, err := checkOffers(op, req.Datasets)
	if err != nil {
		return store.Registration{}, err
	}
	return store.Registration{
		RegistrationID: req.Registration,
		Runner: store.Runner{
			Name: name, Hostname: req.Hostname, OS: req.OS, Arch: req.Arch, Version: req.Version,
			Labels: req.Labels, Operations: req.Operations, Slots: req.Slots, CPUs: req.CPUs, MemoryBytes: req.MemoryBytes,
		},
		Datasets: offers,
	}, nil
}

// Runners lists a page of the workspace's runners, newest first.
func (s *Service) Runners(ctx context.Context, p store.Principal, limit int, cursor string) (api.RunnerList, error) {
	page, err := readPage("registry.Runners", "runners", limit, cursor)
	if err != nil {
		return api.RunnerList{}, err
	}
	runners, err := s.records.ListRunners(ctx, p.WorkspaceID, page.more())
	if err != nil {
		return api.RunnerList{}, err
	}
	list := api.RunnerList{Runners: make([]api.Runner, 0, len(runners))}
	if len(runners) > page.Limit {
		runners = runners[:page.Limit]
		list.NextCursor = page.next(runners[page.Limit-1].ID)
	}
	for _, runner := range runners {
		list.Runners = append(list.Runners, viewRunner(runner))
	}
	return list, nil
}

// Runner gives one runner.
func (s *Service) Runner(ctx context.Context, p store.Principal, id uuid.UUID) (api.Runner, error) {
	runner, err := s.records.Runner(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Runner{}, err
	}
	return viewRunner(runner), nil
}

// ApproveRunner lets a runner that waits for approval take tasks.
func (s *Service) ApproveRunner(ctx context.Context, p store.Principal, id uuid.UUID) (api.Runner, error) {
	if err := s.records.ApproveRunner(ctx, p.WorkspaceID, id); err != nil {
		return api.Runner{}, err
	}
	s.dispatcher.Summon(id)
	return s.Runner(ctx, p, id)
}

func viewRunner(r store.Runner) api.Runner {
	labels := maps.Clone(r.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, r.EnforcedLabels)
	return api.Runner{
		ID: r.ID.String(), Name: r.Name, Hostname: r.Hostname, OS: r.OS, Arch: r.Arch, Version: r.Version,
		Labels: labels, Operations: r.Operations, State: r.State, Online: r.Online, Activity: r.Activity, Paused: r.Paused, Drained: r.Drained, Note: r.Note,
		Slots: r.Slots, BusySlots: r.BusySlots, CPUs: r.CPUs, MemoryBytes: r.MemoryBytes, Datasets: r.Datasets,
		LastSeenAt: r.LastSeenAt, CreatedAt: r.CreatedAt,
	}
}
