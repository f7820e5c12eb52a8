package agent

import (
	"context"
	"math/rand/v2"
	"time"

	"ddap/shared/logkey"
)

// lookInterval is how often the shared files' sizes and times are looked at.
const lookInterval = 30 * time.Second

// runCatalogueLoop keeps the server's list of what is shared true.
func (a *Agent) runCatalogueLoop(ctx context.Context) error {
	for {
		a.Catalogue.Refresh(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wake(a.wakeDigests)
		if err := a.offer(ctx); final(err) {
			return err
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
