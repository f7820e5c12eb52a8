// Package periodic does work again and again while a server runs. Several
// servers run on one database, so the work itself must be right on all of them
// at once; the pauses differ by chance, so that they do not look in step.
package periodic

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"ddap/shared/logkey"
)

// Work is done about once per Interval.
type Work struct {
	// Name says in the log what failed, as in "forget events".
	Name     string
	Interval time.Duration
	Do       func(context.Context) error
	// Wake asks for a pass at once; nil where nothing does.
	Wake <-chan struct{}
}

// Run does the work until ctx ends, first after a part of the interval that is
// left to chance and then after nine to eleven tenths of it. What fails is
// logged, and the next pass tries again: the error is always nil.
func Run(ctx context.Context, log *slog.Logger, w Work) error {
	timer := time.NewTimer(rand.N(w.Interval)) //nolint:gosec // spreads load, guards nothing
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-w.Wake:
		case <-ctx.Done():
			return nil
		}
		if err := w.Do(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "periodic work failed", logkey.Work, w.Name, logkey.Error, err)
		}
		timer.Reset(w.Interval*9/10 + rand.N(w.Interval/5)) //nolint:gosec // the same
	}
}
