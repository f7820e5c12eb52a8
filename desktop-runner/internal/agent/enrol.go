package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ddap/desktop-runner/internal/identity"
	"ddap/shared/api"
	"ddap/shared/buildinfo"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/operation"
)

// Codes of errors that enrolling gives, beside the server's own.
const (
	// CodeNoToken: a first start without a token.
	CodeNoToken = "no_token"
	// CodeTokenUnknown: the server does not know the enrolment token.
	CodeTokenUnknown = "unknown_token"
)

// arrive makes this runner known to the server: it enrols where that is still to
// be done, sends what its predecessor left, and announces this process.
func (a *Agent) arrive(ctx context.Context) error {
	if a.ConnectTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.ConnectTimeout)
		defer cancel()
	}
	if err := a.enrol(ctx); err != nil {
		return err
	}
	// The first ping gives back to the queue what the predecessor held. What
	// the predecessor had finished must arrive before that.
	if err := a.sendLegacy(ctx); err != nil {
		return err
	}
	return a.insist(ctx, "announce this runner", func() error {
		resp, err := a.ping(ctx, 0)
		if err == nil {
			a.follow(resp)
		}
		return err
	})
}

// enrol finds the runner's credential: one that is saved, one that was given,
// or one that the server gives for an enrolment token.
func (a *Agent) enrol(ctx context.Context) error {
	saved, found, err := a.Folder.FindCredential()
	if err != nil {
		return err
	}
	token, err := parseToken(a.Token)
	if err != nil {
		return err
	}
	server := a.Client.Server()
	switch {
	case token.Kind == credential.Runner:
		saved = identity.Credential{Server: server, RunnerID: token.ID.String(), Token: a.Token}
		if err := a.Folder.SaveCredential(saved); err != nil {
			return err
		}
	case token.Kind == credential.Enrollment && (!found || saved.Server != server):
		if saved, err = a.register(ctx); err != nil {
			return err
		}
	case !found:
		return fault.New("agent.enrol", fault.Invalid, CodeNoToken,
			"this computer is not enrolled yet; give --token or --token-file once, with a token from the server's administrator")
	}
	a.api, a.runnerID = a.Client.WithCredential(saved.Token), saved.RunnerID
	a.Log = a.Log.With(logkey.RunnerID, a.runnerID)
	if saved.Server != server {
		a.Log.Warn("the saved credential is from another address of the server; using it here")
	}
	a.Log.Info("this computer is enrolled", logkey.Address, server, logkey.InstanceID, a.instance)
	return nil
}

// parseToken tells what kind of token the owner gave; the zero credential for none.
func parseToken(text string) (credential.Credential, error) {
	const op = "agent.parseToken"
	if text == "" {
		return credential.Credential{}, nil
	}
	c, err := credential.Parse(text)
	switch {
	case err != nil:
		return c, fault.New(op, fault.Unauthenticated, api.CodeMalformedCredential,
			"the token is not complete or not a token; it should begin with ddap_enr_ and be copied whole")
	case c.Kind != credential.Enrollment && c.Kind != credential.Runner:
		return c, fault.New(op, fault.Unauthenticated, api.CodeMalformedCredential,
			"this is a key for people, not a token for runners; make one with: ddap-admin enroll")
	default:
		return c, nil
	}
}

// firstLook is how long a first enrolment waits for the datasets to be looked
// at. What takes longer is offered later.
const firstLook = 3 * time.Second

func (a *Agent) register(ctx context.Context) (identity.Credential, error) {
	id, err := a.Folder.RegistrationID()
	if err != nil {
		return identity.Credential{}, err
	}
	looking, cancel := context.WithTimeout(ctx, firstLook)
	a.Catalogue.Refresh(looking)
	cancel()
	offer := a.Catalogue.Offer()
	req := a.registration(id, offer.Datasets)
	var resp api.RegisterResponse
	err = a.insist(ctx, "enrol this computer", func() error {
		resp, err = a.Client.WithCredential(a.Token).Register(ctx, req)
		return explain(err)
	})
	if err != nil {
		return identity.Credential{}, err
	}
	a.told = offer.Revision
	if resp.State == api.RunnerPending {
		a.Log.Warn("an operator must approve this computer before it gets tasks")
	}
	saved := identity.Credential{Server: a.Client.Server(), RunnerID: resp.RunnerID, Token: resp.Token}
	return saved, a.Folder.SaveCredential(saved)
}

// explain gives a code of its own to a token that the server refuses without
// saying more, so that nobody looks for the fault in a saved credential.
func explain(err error) error {
	if fault.HasCode(err, string(fault.Unauthenticated)) {
		return fault.New("agent.register", fault.Unauthenticated, CodeTokenUnknown,
			"the server does not know this enrolment token; ask the server's administrator for a new one (ddap-admin enroll)")
	}
	return err
}

func (a *Agent) registration(id string, datasets []api.DatasetOffer) api.RegisterRequest {
	req := api.RegisterRequest{
		Name: a.Name, Hostname: a.Machine.Hostname, OS: a.Machine.OS, Arch: a.Machine.Arch, Version: buildinfo.Version,
		Labels: a.Labels, Datasets: datasets, Slots: a.Slots, CPUs: a.Machine.CPUs, MemoryBytes: a.Machine.MemoryBytes, Registration: id,
	}
	for _, c := range operation.Codes() {
		req.Operations = append(req.Operations, int(c))
	}
	return req
}

// insist repeats a request of the start while the server is away. A server that
// is restarting must not send a runner away, so there is no end to this but ctx.
func (a *Agent) insist(ctx context.Context, what string, try func() error) error {
	for failures := 1; ; failures++ {
		err := try()
		a.link.saw(err)
		if err == nil {
			return nil
		}
		if !fault.Retryable(err) {
			return fmt.Errorf("%s: %w", what, err)
		}
		if !sleep(ctx, a.Backoff.pause(failures), nil) {
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fault.New("agent.insist", fault.Unavailable, "unreachable",
					"%s could not be reached within %s", a.Client.Server(), a.ConnectTimeout)
			}
			return ctx.Err()
		}
	}
}
