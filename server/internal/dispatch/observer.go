package dispatch

import (
	"time"

	"ddap/server/internal/store"
)

// Observer is told what happens, for whoever counts it. Its functions are
// called from many goroutines and must return at once; those that are nil are
// not called.
type Observer struct {
	// Claimed is told how long each task was queued before it was handed out for
	// the first time. What is handed out again has waited by design.
	Claimed func(waited time.Duration)
	// Reclaimed is told how many leases were taken back by this server, and why:
	// unconfirmed, expired, exhausted or timed_out.
	Reclaimed func(why string, leases int)
}

// Observe sets who is told. Call it before the service is used.
func (s *Service) Observe(o Observer) { s.observer = o }

func (o Observer) claimed(waits []time.Duration) {
	if o.Claimed == nil {
		return
	}
	for _, waited := range waits {
		o.Claimed(waited)
	}
}

func (o Observer) reclaimed(back store.TakenBack) {
	if o.Reclaimed == nil {
		return
	}
	o.Reclaimed("unconfirmed", back.Unconfirmed)
	o.Reclaimed("expired", back.Expired)
	o.Reclaimed("exhausted", back.Exhausted)
	o.Reclaimed("timed_out", back.TimedOut)
}
