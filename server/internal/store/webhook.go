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
	CreatedBy      string
	CreatedAt      time.Time
}

// WebhookChange is what a person changes of a webhook; nil leaves it.
type WebhookChange struct {
	Name, URL *string
	Types     []string
	Enabled   *bool
}

// Webhooks keeps webhooks.
type Webhooks interface {
	// AddWebhook keeps a new webhook, which follows the feed from this cursor.
	// Conflict (too_many_webhooks) where the workspace has limit of them.
	AddWebhook(ctx context.Context, w Webhook, from Cursor, limit int) (Webhook, error)
	// GetWebhook is NotFound in any other workspace.
	GetWebhook(ctx context.Context, workspace, id uuid.UUID) (Webhook, error)
	// ListWebhooks lists them, newest first.
	ListWebhooks(ctx context.Context, workspace uuid.UUID) ([]Webhook, error)
	// ChangeWebhook changes one. Where it becomes enabled, it follows the feed
	// from the cursor.
	ChangeWebhook(ctx context.Context, workspace, id uuid.UUID, c WebhookChange, from Cursor) (Webhook, error)
	// RotateWebhook gives it another secret; the one before signs for overlap.
	RotateWebhook(ctx context.Context, workspace, id uuid.UUID, secret string, overlap time.Duration) (Webhook, error)
	// DeleteWebhook removes it with its deliveries.
	DeleteWebhook(ctx context.Context, workspace, id uuid.UUID) error
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

// DeliveryLimits bound how long is tried.
type DeliveryLimits struct {
	// GiveUpAfter ends a delivery, DisableAfter a webhook that fails all the time.
	GiveUpAfter, DisableAfter time.Duration
}

// Deliveries keeps what is sent to webhooks. It is right on any number of
// servers at once.
type Deliveries interface {
	Feed
	// FeedStart gives the first cursor from which nothing of a workspace's feed
	// was removed.
	FeedStart(ctx context.Context, workspace uuid.UUID) (Cursor, error)
	// ListFollowers gives every enabled webhook of every workspace.
	ListFollowers(ctx context.Context) ([]Follower, error)
	// AddDeliveries keeps deliveries and moves the webhook's cursor, both or
	// neither. It does nothing and gives false where the cursor is not at from
	// any more: another server was faster.
	AddDeliveries(ctx context.Context, webhookID uuid.UUID, from, to Cursor, made []Delivery) (bool, error)
	// AddTestDelivery keeps a delivery that no event made. Conflict
	// (webhook_disabled) where nothing is sent to the webhook.
	AddTestDelivery(ctx context.Context, workspace uuid.UUID, d Delivery) (Delivery, error)
	// ListDeliveries gives a page, newest first, of those in a state, or all.
	ListDeliveries(ctx context.Context, workspace, webhookID uuid.UUID, state api.DeliveryState, page Page) ([]Delivery, error)
	// ResendDelivery begins a delivery anew that has ended, under its id.
	// Conflict (delivery_pending, webhook_disabled).
	ResendDelivery(ctx context.Context, workspace, webhookID, id uuid.UUID) (Delivery, error)
	// LeaseDeliveries hands out at most limit deliveries that are due, at most
	// perWebhook of one webhook at a time. What is not finished within the
	// lease is handed out again.
	LeaseDeliveries(ctx context.Context, limit, perWebhook int, lease time.Duration) ([]DueDelivery, error)
	// FinishDelivery keeps how an attempt went, and gives the reason where it
	// disabled the webhook. An attempt that was handed out again changes nothing.
	FinishDelivery(ctx context.Context, o DeliveryOutcome, limits DeliveryLimits) (disabled string, err error)
	// ForgetDeliveries removes at most limit deliveries older than age.
	ForgetDeliveries(ctx context.Context, age time.Duration, limit int) (int, error)
}
