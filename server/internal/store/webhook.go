package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// SubjectWebhook is the kind of events about webhooks.
const SubjectWebhook = "webhook"

// Webhook is where events of a workspace are sent. Its secrets are kept as they
// are, because they sign; nothing may show or log them.
type Webhook struct {
	ID           uuid.UUID
	WorkspaceID  uuid.UUID
	Name, URL    string
	Types        []string
	Secret       string
	FormerSecret string
	// FormerUntil is when the former secret stops to sign; nil where there is none.
	FormerUntil    *time.Time
	Enabled        bool
	DisabledAt     *time.Time
	DisabledReason string
	FailingSince   *time.Time
	// KeyID is the key whose it is; Nil for those of before, which only admins see.
	KeyID     uuid.UUID
	CreatedBy string
	CreatedAt time.Time
}

// WebhookChange is what a person changes of a webhook; nil leaves it.
type WebhookChange struct {
	Name, URL *string
	Types     []string
	Enabled   *bool
	// By is the key that changes it. Who enables a webhook whose key has ended
	// takes it over.
	By uuid.UUID
}

// WebhookLimits bound how many webhooks there are in a workspace, and how many
// of one key; zero for any number.
type WebhookLimits struct{ Workspace, Key int }

// WebhookScope is where webhooks are looked for; what is elsewhere is NotFound.
type WebhookScope struct {
	Workspace uuid.UUID
	// Key has its own only; Nil has all of the workspace.
	Key uuid.UUID
}

// Webhooks keeps webhooks.
type Webhooks interface {
	// AddWebhook keeps a new webhook, which follows the feed from this cursor.
	// Conflict (too_many_webhooks) where there are as many as may be.
	AddWebhook(ctx context.Context, w Webhook, from Cursor, limits WebhookLimits) (Webhook, error)
	// GetWebhook gives one.
	GetWebhook(ctx context.Context, in WebhookScope, id uuid.UUID) (Webhook, error)
	// ListWebhooks lists them, newest first.
	ListWebhooks(ctx context.Context, in WebhookScope) ([]Webhook, error)
	// ChangeWebhook changes one. Where it becomes enabled, it follows the feed
	// from the cursor.
	ChangeWebhook(ctx context.Context, in WebhookScope, id uuid.UUID, c WebhookChange, from Cursor) (Webhook, error)
	// RotateWebhook gives it another secret; the one before signs for overlap.
	RotateWebhook(ctx context.Context, in WebhookScope, id uuid.UUID, secret string, overlap time.Duration) (Webhook, error)
	// DeleteWebhook removes it with its deliveries.
	DeleteWebhook(ctx context.Context, in WebhookScope, id uuid.UUID) error
	// DisableOrphans disables the webhooks of keys that were revoked or have
	// expired, and counts them. Nothing is sent to them before either.
	DisableOrphans(ctx context.Context) (int, error)
}

// Delivery is one event on its way to a webhook.
type Delivery struct {
	ID, WebhookID uuid.UUID
	// EventID is nil for a test.
	EventID    *int64
	EventType  string
	Body       []byte
	State      api.DeliveryState
	Attempts   int
	NextAt     time.Time
	Status     int
	Answer     string
	Error      string
	Duration   time.Duration
	Log        []api.DeliveryAttempt
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// Follower is a webhook and how far it has read its feed.
type Follower struct {
	WebhookID, WorkspaceID uuid.UUID
	Types                  []string
	// Since is when it was made or enabled: what was before is not sent.
	Since time.Time
	At    Cursor
}

// DueDelivery is a delivery that this server is to attempt now.
type DueDelivery struct {
	ID, WebhookID, WorkspaceID uuid.UUID
	// Attempt fences the outcome; Tries counts since the delivery was made or
	// sent again.
	Attempt, Tries int
	URL            string
	// Secrets sign, the newest first.
	Secrets []string
	Body    []byte
}

// DeliveryOutcome is how an attempt went.
type DeliveryOutcome struct {
	ID      uuid.UUID
	Attempt int
	// Delivered: the receiver has it. Gone: it wants no more of anything.
	Delivered, Gone bool
	Status          int
	Answer, Error   string
	Duration        time.Duration
	// RetryIn is the pause before the next attempt.
	RetryIn time.Duration
}

// FinishedDelivery is what became of a delivery by an attempt.
type FinishedDelivery struct {
	// State is empty where the attempt was not its last one, or it is gone.
	State api.DeliveryState
	// Disabled is why the webhook was disabled by it; empty where it was not.
	Disabled string
}

// DeliveryLimits bound how long is tried.
type DeliveryLimits struct {
	// GiveUpAfter ends a delivery.
	GiveUpAfter time.Duration
	// DisableAfter ends a webhook that has failed for this long in all since its
	// last success, and DisableFrom times at least. A pause between two failures
	// counts only up to Quiet: in a longer one nothing was tried.
	DisableAfter, Quiet time.Duration
	DisableFrom         int
}

// Deliveries keeps what is sent to webhooks. It is right on any number of
// servers at once.
type Deliveries interface {
	Feed
	// FeedStart gives the first cursor from which nothing of a workspace's feed
	// was removed.
	FeedStart(ctx context.Context, workspace uuid.UUID) (Cursor, error)
	// ListFollowers gives every enabled webhook of every workspace whose key has
	// not ended.
	ListFollowers(ctx context.Context) ([]Follower, error)
	// AddDeliveries keeps deliveries and moves the webhook's cursor, both or
	// neither. It does nothing and gives false where the cursor is not at from
	// any more: another server was faster.
	AddDeliveries(ctx context.Context, webhookID uuid.UUID, from, to Cursor, made []Delivery) (bool, error)
	// AddTestDelivery keeps a delivery that no event made. Conflict
	// (webhook_disabled) where nothing is sent to the webhook.
	AddTestDelivery(ctx context.Context, in WebhookScope, d Delivery) (Delivery, error)
	// ListDeliveries gives a page, newest first, of those in a state, or all.
	ListDeliveries(ctx context.Context, in WebhookScope, webhookID uuid.UUID, state api.DeliveryState, page Page) ([]Delivery, error)
	// ResendDelivery begins a delivery anew that has ended, under its id.
	// Conflict (delivery_pending, webhook_disabled).
	ResendDelivery(ctx context.Context, in WebhookScope, webhookID, id uuid.UUID) (Delivery, error)
	// LeaseDeliveries hands out at most limit deliveries that are due. All servers
	// together have at most perWebhook of one webhook under way. What is not
	// finished within the lease is handed out again.
	LeaseDeliveries(ctx context.Context, limit, perWebhook int, lease time.Duration) ([]DueDelivery, error)
	// FinishDelivery keeps how an attempt went, and gives what became of the
	// delivery. An attempt that was handed out again changes nothing.
	FinishDelivery(ctx context.Context, o DeliveryOutcome, limits DeliveryLimits) (FinishedDelivery, error)
	// ForgetDeliveries removes at most limit deliveries older than age.
	ForgetDeliveries(ctx context.Context, age time.Duration, limit int) (int, error)
}
