// Package webhooks sends what happens in a workspace to where its admins want
// it: events are read from the feed, kept as deliveries, and sent as Standard
// Webhooks 1.0.0 says, until the receiver has them or days have passed.
package webhooks

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/paging"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Store is what the service asks of the database.
type Store interface {
	store.Webhooks
	store.Deliveries
	store.Versions
}

// Settings are the operator's of the server.
type Settings struct {
	// AllowPrivate are addresses that webhooks may reach although they are not
	// public, also without TLS.
	AllowPrivate []netip.Prefix
	// Kept is how long deliveries are kept.
	Kept time.Duration
	// News, where set, has a token when something may have happened, so that it
	// is sent at once. It is a hint; what it misses is found within a second.
	News <-chan struct{}
	// Pause is how long after a look the next one comes by itself; a second when zero.
	Pause time.Duration
}

// Service keeps webhooks and delivers to them. It is safe for concurrent use.
type Service struct {
	store    Store
	settings Settings
	log      *slog.Logger
	client   *http.Client
	// wake lets the sending begin before its next look.
	wake chan struct{}
	// look lets the following begin before its next look.
	look chan struct{}
	// unfollowed says that there was no webhook when that was last looked at.
	unfollowed atomic.Bool
	observer   Observer
}

// New makes the service.
func New(s Store, settings Settings, log *slog.Logger) *Service {
	settings.Pause = cmp.Or(settings.Pause, pass)
	return &Service{
		store: s, settings: settings, log: log, client: newClient(settings.AllowPrivate),
		wake: make(chan struct{}, 1), look: make(chan struct{}, 1),
	}
}

const (
	// maxWebhooks bounds what one workspace makes the server read and send,
	// maxOwn what a key does that keeps webhooks by a grant: it must not take the
	// workspace's for itself.
	maxWebhooks    = 50
	maxOwn         = 10
	defaultOverlap = 24 * time.Hour
	defaultPage    = 50
	maxPage        = 200
)

// Create makes a webhook; the answer carries its secret, this once.
func (s *Service) Create(ctx context.Context, p store.Principal, req api.WebhookRequest) (api.Webhook, error) {
	const op = "webhooks.Create"
	if err := s.check(op, &req.Name, &req.URL, req.Types); err != nil {
		return api.Webhook{}, err
	}
	limits := store.WebhookLimits{Workspace: maxWebhooks}
	if !p.Role.Includes(api.Admin) {
		limits.Key = maxOwn
	}
	head, err := s.store.FeedHead(ctx)
	if err != nil {
		return api.Webhook{}, err
	}
	w, err := s.store.AddWebhook(ctx, store.Webhook{
		ID: newID(), WorkspaceID: p.WorkspaceID, Name: req.Name, URL: req.URL, Types: req.Types, Secret: newSecret(),
		KeyID: p.Owner(), CreatedBy: p.Creator(),
	}, head, limits)
	if err != nil {
		return api.Webhook{}, err
	}
	nudge(s.look)
	out := view(&w)
	out.Secret = w.Secret
	return out, nil
}

// scopeOf is what p may see: an admin all of the workspace, a key that keeps
// webhooks by a grant its own. What they are sent needs no look at the role:
// every role reads all events of its workspace.
func scopeOf(p store.Principal) store.WebhookScope {
	scope := store.WebhookScope{Workspace: p.WorkspaceID}
	if !p.Role.Includes(api.Admin) {
		scope.Key = p.Owner()
	}
	return scope
}

// List lists the webhooks that p may see, newest first.
func (s *Service) List(ctx context.Context, p store.Principal) (api.WebhookList, error) {
	found, err := s.store.ListWebhooks(ctx, scopeOf(p))
	list := api.WebhookList{Webhooks: make([]api.Webhook, len(found))}
	for i := range found {
		list.Webhooks[i] = view(&found[i])
	}
	return list, err
}

// Webhook gives one.
func (s *Service) Webhook(ctx context.Context, p store.Principal, id uuid.UUID) (api.Webhook, error) {
	w, err := s.store.GetWebhook(ctx, scopeOf(p), id)
	return view(&w), err
}

// Pinned is Webhook, and gives a context in which it is Stale to change it once it is
// another.
func (s *Service) Pinned(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, api.Webhook, error) {
	return store.Pinned(ctx, s.store, store.Pin{Noun: store.VersionedWebhook, ID: id}, func(ctx context.Context) (api.Webhook, error) { return s.Webhook(ctx, p, id) })
}

// Change changes what the patch names.
func (s *Service) Change(ctx context.Context, p store.Principal, id uuid.UUID, patch api.WebhookPatch) (api.Webhook, error) {
	if err := s.check("webhooks.Change", patch.Name, patch.URL, patch.Types); err != nil {
		return api.Webhook{}, err
	}
	head, err := s.store.FeedHead(ctx)
	if err != nil {
		return api.Webhook{}, err
	}
	w, err := s.store.ChangeWebhook(ctx, scopeOf(p), id, store.WebhookChange{
		Name: patch.Name, URL: patch.URL, Types: patch.Types, Enabled: patch.Enabled, By: p.Owner(),
	}, head)
	if err == nil && w.Enabled {
		nudge(s.look)
	}
	return view(&w), err
}

// Rotate replaces the secret; the answer carries the new one, this once.
func (s *Service) Rotate(ctx context.Context, p store.Principal, id uuid.UUID, req api.WebhookRotation) (api.Webhook, error) {
	overlap := defaultOverlap
	if req.OverlapSeconds != nil {
		overlap = time.Duration(*req.OverlapSeconds) * time.Second
	}
	w, err := s.store.RotateWebhook(ctx, scopeOf(p), id, newSecret(), overlap)
	if err != nil {
		return api.Webhook{}, err
	}
	out := view(&w)
	out.Secret = w.Secret
	return out, nil
}

// Delete removes a webhook and what was to be sent to it.
func (s *Service) Delete(ctx context.Context, p store.Principal, id uuid.UUID) error {
	return s.store.DeleteWebhook(ctx, scopeOf(p), id)
}

// Test sends an event that says nothing.
func (s *Service) Test(ctx context.Context, p store.Principal, id uuid.UUID) (api.Delivery, error) {
	now := time.Now().UTC()
	body, err := json.Marshal(api.WebhookPayload{Type: api.WebhookTest, Timestamp: now, Data: api.StreamEvent{
		At: now, Type: api.WebhookTest, SubjectKind: store.SubjectWebhook, SubjectID: id.String(), Message: "This is a test.",
	}})
	if err != nil {
		return api.Delivery{}, fault.E("webhooks.Test", fault.Internal, err)
	}
	d, err := s.store.AddTestDelivery(ctx, scopeOf(p), store.Delivery{ID: newID(), WebhookID: id, EventType: api.WebhookTest, Body: body})
	if err != nil {
		return api.Delivery{}, err
	}
	s.hurry()
	return viewDelivery(&d), nil
}

// Deliveries gives a page of what was sent and is to be sent, newest first.
func (s *Service) Deliveries(ctx context.Context, p store.Principal, id uuid.UUID, state api.DeliveryState, limit int, cursor string) (api.DeliveryList, error) {
	limit = min(limit, maxPage)
	if limit <= 0 {
		limit = defaultPage
	}
	list := paging.List{Noun: "deliveries", Asked: []string{id.String(), string(state)}}
	after, err := list.Read("webhooks.Deliveries", cursor)
	if err != nil {
		return api.DeliveryList{}, err
	}
	page := store.Page{Limit: limit + 1}
	if after != nil {
		page.After = after.ID
	}
	found, err := s.store.ListDeliveries(ctx, scopeOf(p), id, state, page)
	if err != nil {
		return api.DeliveryList{}, err
	}
	out := api.DeliveryList{Deliveries: []api.Delivery{}}
	for i := range found[:min(limit, len(found))] {
		out.Deliveries = append(out.Deliveries, viewDelivery(&found[i]))
	}
	if len(found) > limit {
		out.NextCursor = list.After(store.ListPlace{ID: found[limit-1].ID})
	}
	return out, nil
}

// Resend sends a delivery again that has ended, under the same id.
func (s *Service) Resend(ctx context.Context, p store.Principal, webhookID, id uuid.UUID) (api.Delivery, error) {
	d, err := s.store.ResendDelivery(ctx, scopeOf(p), webhookID, id)
	if err != nil {
		return api.Delivery{}, err
	}
	s.hurry()
	return viewDelivery(&d), nil
}

func view(w *store.Webhook) api.Webhook {
	return api.Webhook{
		ID: w.ID.String(), Name: w.Name, URL: w.URL, Types: w.Types, FormerSecretUntil: w.FormerUntil, Enabled: w.Enabled,
		DisabledAt: w.DisabledAt, DisabledReason: w.DisabledReason, FailingSince: w.FailingSince, CreatedBy: w.CreatedBy, CreatedAt: w.CreatedAt,
	}
}

func viewDelivery(d *store.Delivery) api.Delivery {
	v := api.Delivery{
		ID: d.ID.String(), WebhookID: d.WebhookID.String(), EventType: d.EventType, State: d.State, Attempts: d.Attempts,
		Status: d.Status, Answer: d.Answer, Error: d.Error, DurationMS: int(d.Duration.Milliseconds()), Log: d.Log, Body: d.Body,
		CreatedAt: d.CreatedAt, FinishedAt: d.FinishedAt,
	}
	if d.State == api.DeliveryPending {
		v.NextAt = &d.NextAt
	}
	return v
}

// newID gives an id that sorts by the time at which it was made.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
