package store

import (
	"context"
	"time"
)

// DeliveryFigures tell how the sending to webhooks goes, of all workspaces.
type DeliveryFigures struct {
	// Webhooks that are enabled, enabled and failing, and disabled; each is
	// counted once.
	Enabled, Failing, Disabled int
	// Pending deliveries of enabled webhooks, and for how long the oldest of them
	// has been on its way.
	Pending int
	Oldest  time.Duration
	// Written counts the events that were ever written. Those of transactions
	// that came to nothing are among them.
	Written int64
}

// DeliveryCounter tells numbers of the whole database, for whoever watches it.
type DeliveryCounter interface {
	// DeliveryFigures counts.
	DeliveryFigures(ctx context.Context) (DeliveryFigures, error)
}
