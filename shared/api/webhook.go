package api

import (
	"encoding/json"
	"time"
)

// WebhookRequest makes a webhook.
type WebhookRequest struct {
	Name  string   `json:"name" minLength:"1" maxLength:"200" doc:"What people call it"`
	URL   string   `json:"url" minLength:"1" maxLength:"2000" doc:"Where events are sent: https, and nothing private unless the server allows it"`
	Types []string `json:"types" nullable:"false" minItems:"1" maxItems:"100" doc:"Types of events or whole subjects, as in task.failed or runner; * is all"`
}

// WebhookPatch changes a webhook; what is absent stays.
type WebhookPatch struct {
	Name    *string  `json:"name,omitempty" minLength:"1" maxLength:"200"`
	URL     *string  `json:"url,omitempty" minLength:"1" maxLength:"2000"`
	Types   []string `json:"types,omitempty" nullable:"false" minItems:"1" maxItems:"100"`
	Enabled *bool    `json:"enabled,omitempty" doc:"A webhook that was disabled goes on with what happens from now on, and with deliveries that had not ended"`
}

// WebhookRotation replaces a webhook's secret.
type WebhookRotation struct {
	OverlapSeconds *int `json:"overlap_seconds,omitempty" minimum:"0" maximum:"604800" doc:"How long the secret before signs as well; a day when absent"`
}

// Webhook is where events of a workspace are sent. Secret is set only in the
// answer that made it.
type Webhook struct {
	ID     string   `json:"id" format:"uuid"`
	Name   string   `json:"name"`
	URL    string   `json:"url"`
	Types  []string `json:"types"`
	Secret string   `json:"secret,omitempty" doc:"whsec_ and the key of the signature in base64; only in the answer that made it"`
	// FormerSecretUntil is set while the secret before signs as well.
	FormerSecretUntil *time.Time `json:"former_secret_until,omitempty" doc:"Until then, the secret before signs as well"`
	Enabled           bool       `json:"enabled"`
	DisabledAt        *time.Time `json:"disabled_at,omitempty"`
	DisabledReason    string     `json:"disabled_reason,omitempty" doc:"gone, failing, by_operator, key_revoked or key_expired"`
	FailingSince      *time.Time `json:"failing_since,omitempty" doc:"Since then nothing but failures; absent where the last delivery succeeded"`
	CreatedBy         string     `json:"created_by"`
	CreatedAt         time.Time  `json:"created_at"`
}

// Why a webhook is disabled.
const (
	WebhookGone       = "gone"
	WebhookFailing    = "failing"
	WebhookByOperator = "by_operator"
	WebhookKeyRevoked = "key_revoked"
	WebhookKeyExpired = "key_expired"
)

// WebhookList lists webhooks, newest first.
type WebhookList struct {
	Webhooks []Webhook `json:"webhooks"`
}

// DeliveryState is how far a delivery is.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliverySucceeded DeliveryState = "succeeded"
	DeliveryFailed    DeliveryState = "failed"
)

// Delivery is one event on its way to a webhook.
type Delivery struct {
	ID        string        `json:"id" format:"uuid" doc:"Sent as webhook-id"`
	WebhookID string        `json:"webhook_id" format:"uuid"`
	EventType string        `json:"event_type"`
	State     DeliveryState `json:"state" doc:"pending, succeeded or failed"`
	Attempts  int           `json:"attempts"`
	NextAt    *time.Time    `json:"next_at,omitempty" doc:"When it is tried next; absent where it has ended"`
	// Status, Answer, Error and DurationMS are of the last attempt.
	Status     int               `json:"response_status,omitempty" doc:"Of the last attempt; absent where there was no answer"`
	Answer     string            `json:"answer,omitempty" doc:"How the last answer begins"`
	Error      string            `json:"error,omitempty" doc:"Why the last attempt failed"`
	DurationMS int               `json:"duration_ms,omitempty"`
	Log        []DeliveryAttempt `json:"log" doc:"The last attempts, oldest first"`
	Body       json.RawMessage   `json:"body" doc:"What is sent"`
	CreatedAt  time.Time         `json:"created_at"`
	FinishedAt *time.Time        `json:"finished_at,omitempty"`
}

// DeliveryAttempt is one attempt of a delivery.
type DeliveryAttempt struct {
	At         time.Time `json:"at"`
	Attempt    int       `json:"attempt"`
	Status     int       `json:"response_status,omitempty"`
	Error      string    `json:"error,omitempty"`
	DurationMS int       `json:"duration_ms"`
}

// DeliveryList is a page of deliveries, newest first.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries"`
	NextCursor string     `json:"next_cursor,omitempty"`
}

// WebhookTest is the type of the event with which a webhook is tried.
const WebhookTest = "webhook.test"

// WebhookPayload is the body of a delivery.
type WebhookPayload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      StreamEvent `json:"data"`
}
