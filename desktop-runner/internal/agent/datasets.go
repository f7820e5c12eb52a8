package agent

import (
	"context"
	"math/rand/v2"
	"time"

	"ddap/shared/logkey"
)

const (
	// lookInterval is how often the shared files' sizes and times are looked at.
	lookInterval = 30 * time.Second
	// sweepInterval is how often old outputs are dropped while nothing happens.
	sweepInterval = 10 * time.Minute
)

// runCatalogueLoop keeps the server's list of what is shared true, and the space
// that outputs take within its limit.
func (a *Agent) runCatalogueLoop(ctx context.Context) error {
	var swept time.Time
	for {
		a.Catalogue.Refresh(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := a.offer(ctx); final(err) {
			return err
		}
		if now := a.Now(); now.Sub(swept) >= sweepInterval {
			swept = now
			a.sweepOutputs()
		}
		jitter := rand.N(lookInterval / 10) //nolint:gosec // chance, not secrecy
		select {
		case <-time.After(lookInterval + jitter):
		case <-a.wakeCatalogue:
			a.told = "" // the server asked for it
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// offer tells the server what is shared, where that is not what it knows. It is
// tried again at the next look.
func (a *Agent) offer(ctx context.Context) error {
	offer := a.Catalogue.Offer()
	if offer.Revision == a.told {
		return nil
	}
	_, err := a.api.PutDatasets(ctx, a.runnerID, offer)
	if err != nil {
		a.link.saw(err)
		if ctx.Err() == nil {
			a.Log.Warn("the server was not told what is shared; trying again", logkey.Error, err)
		}
		return err
	}
	a.told = offer.Revision
	a.Log.Info("the server knows what is shared", logkey.Count, len(offer.Datasets))
	return nil
}

func (a *Agent) sweepOutputs() {
	dropped, err := a.Outputs.Sweep()
	if err != nil {
		a.Log.Warn("drop old outputs", logkey.Error, err)
	}
	if dropped > 0 {
		a.Log.Info("old outputs were dropped", logkey.Count, dropped)
	}
}
