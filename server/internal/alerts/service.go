// Package alerts watches workspaces by rules that their operators make, and
// tells when something begins and ends: in the feed of events, which webhooks
// carry, and by e-mail.
package alerts

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/mail"
	"ddap/server/internal/store"
	"ddap/shared/api"
)

// Store is what the service asks of the database.
type Store interface {
	store.Alerts
	store.AlertJudging
	store.Versions
}

// Post sends one e-mail.
type Post interface {
	Send(ctx context.Context, m mail.Message) error
}

// Observer is told what the service does, for metrics. A nil function is not called.
type Observer struct {
	// Mailed is told what became of an attempt to send an e-mail: sent, retried
	// or failed.
	Mailed func(outcome string)
}

// Service keeps alerts, judges them and sends their e-mails. It is safe for
// concurrent use.
type Service struct {
	store Store
	// post is nil where this server sends no e-mail.
	post    Post
	log     *slog.Logger
	observe Observer
	// wake lets the sending begin before its next look.
	wake chan struct{}
	// told is called when an event was left, which webhooks carry.
	told func()
}

// New makes the service. Post is nil for a server that sends no e-mail; told is
// called when an alert has left an event.
func New(s Store, post Post, told func(), log *slog.Logger) *Service {
	return &Service{store: s, post: post, log: log, wake: make(chan struct{}, 1), told: told}
}

// Observe sets who is told. Call it before Run.
func (s *Service) Observe(o Observer) { s.observe = o }

// maxAlerts bounds what one workspace makes the servers look at again and again.
const maxAlerts = 50

// Create makes an alert. Errors: Invalid (invalid_alert), Conflict
// (alert_name_taken, too_many_alerts).
func (s *Service) Create(ctx context.Context, p store.Principal, req api.AlertRequest) (api.Alert, error) {
	a := store.Alert{
		ID: uuid.Must(uuid.NewV7()), WorkspaceID: p.WorkspaceID, Kind: req.Kind, Language: languages[0], CreatedBy: p.Creator(),
		ResolveFor: defaultResolveFor, RepeatAfter: defaultRepeat,
	}
	switch req.Kind {
	case api.AlertNoRunner:
		a.For = defaultNoRunnerFor
	case api.AlertFailureRate:
		a.Window, a.MinCount = defaultWindow, defaultMinCount
	case api.AlertQueueAge: // waits long enough by its threshold
	}
	patch := api.AlertPatch{Name: &req.Name, AlertRule: req.AlertRule, Notify: req.Notify, Language: req.Language, Paused: req.Paused}
	if err := s.apply("alerts.Create", &a, patch); err != nil {
		return api.Alert{}, err
	}
	a, err := s.store.AddAlert(ctx, a, maxAlerts)
	return view(&a), err
}

// List lists the alerts of the workspace, newest first.
func (s *Service) List(ctx context.Context, p store.Principal) (api.AlertList, error) {
	found, err := s.store.ListAlerts(ctx, p.WorkspaceID)
	list := api.AlertList{Alerts: make([]api.Alert, len(found))}
	for i := range found {
		list.Alerts[i] = view(&found[i])
	}
	return list, err
}

// Alert gives one.
func (s *Service) Alert(ctx context.Context, p store.Principal, id uuid.UUID) (api.Alert, error) {
	a, err := s.store.GetAlert(ctx, p.WorkspaceID, id)
	return view(&a), err
}

// Pinned is Alert, and gives a context in which it is Stale to change it once it is
// another.
func (s *Service) Pinned(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, api.Alert, error) {
	return store.Pinned(ctx, s.store, store.Pin{Noun: store.VersionedAlert, ID: id}, func(ctx context.Context) (api.Alert, error) { return s.Alert(ctx, p, id) })
}

// Change changes what the patch names. Errors: NotFound, and those of Create.
func (s *Service) Change(ctx context.Context, p store.Principal, id uuid.UUID, patch api.AlertPatch) (api.Alert, error) {
	a, err := s.store.ChangeAlert(ctx, p.WorkspaceID, id, func(a *store.Alert) error { return s.apply("alerts.Change", a, patch) }, tell)
	s.hurry()
	s.told()
	return view(&a), err
}

// Delete removes an alert; one that fires resolves.
func (s *Service) Delete(ctx context.Context, p store.Principal, id uuid.UUID) error {
	err := s.store.DeleteAlert(ctx, p.WorkspaceID, id, tell)
	s.hurry()
	s.told()
	return err
}

func view(a *store.Alert) api.Alert {
	return api.Alert{
		ID: a.ID.String(), Name: a.Name, Kind: a.Kind, Labels: a.Labels, Dataset: a.Dataset, OperationCode: a.Operation,
		Threshold: a.Threshold, ResolveThreshold: a.Resolve, WindowSeconds: seconds(a.Window), MinCount: a.MinCount,
		ForSeconds: seconds(a.For), ResolveSeconds: seconds(a.ResolveFor), RepeatSeconds: seconds(a.RepeatAfter),
		Notify: api.AlertNotify{Emails: append([]string{}, a.Emails...)}, Language: a.Language, Paused: a.Paused,
		State: a.State, Since: a.Since, PendingSince: a.PendingSince, Value: a.Value, EvaluatedAt: a.EvaluatedAt,
		MailError: a.MailError, CreatedBy: a.CreatedBy, CreatedAt: a.CreatedAt,
	}
}

func seconds(d time.Duration) int { return int(d.Seconds()) }
