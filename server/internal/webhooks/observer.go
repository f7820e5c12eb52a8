package webhooks

import (
	"ddap/server/internal/store"
	"ddap/shared/api"
)

// Observer is told what happens, for whoever counts it. Its function is
// called from many goroutines and must return at once; where it is nil it is
// not called.
type Observer struct {
	// Attempted is told how each attempt of a delivery went: Delivered, Retried,
	// GivenUp, or Lost where that could not be kept.
	Attempted func(outcome string)
}

// How an attempt went.
const (
	Delivered = "delivered"
	Retried   = "retried"
	GivenUp   = "given_up"
	Lost      = "lost"
)

// Outcomes lists how an attempt can go.
func Outcomes() []string { return []string{Delivered, Retried, GivenUp, Lost} }

// Observe sets who is told. Call it before the service is used.
func (s *Service) Observe(o Observer) { s.observer = o }

func (o Observer) attempted(outcome string) {
	if o.Attempted != nil {
		o.Attempted(outcome)
	}
}

// outcomeOf names what was kept of an attempt.
func outcomeOf(f store.FinishedDelivery) string {
	switch f.State {
	case api.DeliverySucceeded:
		return Delivered
	case api.DeliveryFailed:
		return GivenUp
	case api.DeliveryPending:
		return Retried
	default:
		return Lost
	}
}
