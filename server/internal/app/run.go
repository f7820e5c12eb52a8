package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"ddap/server/internal/periodic"
	"ddap/shared/logkey"
)

// Run serves until ctx ends or a part of the server fails, and then stops in
// order: it says so at /readyz for the drain delay, takes no new connections,
// answers what waits at once, finishes the requests under way within the
// shutdown timeout, and ends the loops. It returns nil when ctx ended it and
// everything finished.
func (a *App) Run(ctx context.Context) error {
	parts, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	failed := make(chan struct{})
	errs := newFirst(failed)
	var wg sync.WaitGroup
	for _, part := range []func(context.Context) error{
		a.database.Supervise, a.dispatch.Run, a.artifacts.RunSweepLoop, a.uploads.RunSweepLoop, a.http.WatchHangups, a.shareRates,
		a.schedules.Run, a.events.Run, a.audit.RunForgetLoop, a.retention.Run, a.webhooks.Run, a.alerts.Run, a.front.run,
		func(ctx context.Context) error { return a.registry.RunSessionLoop(ctx, a.log) },
		func(context.Context) error { return a.http.Serve(a.front.secured(a.listener)) },
	} {
		wg.Go(func() { errs.add(part(parts)) })
	}
	a.log.Info("serving", logkey.Address, a.Address())
	select {
	case <-ctx.Done():
		a.log.Info("stopping")
		a.drain(failed)
	case <-failed:
		a.log.Error("a part of the server failed, stopping")
	}
	errs.add(a.finishRequests(context.WithoutCancel(ctx)))
	stop()
	wg.Wait()
	return errs.err()
}

// shareInterval is how often servers tell each other what clients have spent: by
// as much, what somebody gets on several of them together may be late.
const shareInterval = time.Second

// shareRates makes a rate one's rate on all servers together.
func (a *App) shareRates(ctx context.Context) error {
	a.http.HeedRates()
	return periodic.Run(ctx, a.log, periodic.Work{Name: "share rates", Interval: shareInterval, Do: a.http.ShareRates})
}

// drain says at /readyz that the server is stopping, for as long as a balancer
// may take to notice, and serves on meanwhile.
func (a *App) drain(failed <-chan struct{}) {
	a.front.draining.Store(true)
	select {
	case <-time.After(a.cfg.DrainDelay):
	case <-failed:
	}
}

// finishRequests ends the waits, so that long polls are answered with what
// there is, and lets everything else finish.
func (a *App) finishRequests(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.ShutdownTimeout)
	defer cancel()
	a.hub.Close()
	a.events.Close()
	err := a.http.Shutdown(ctx)
	// Where Serve had not begun, Shutdown did nothing: this keeps it from serving now.
	_ = a.listener.Close()
	if errors.Is(err, context.DeadlineExceeded) {
		// They are cut by the end of the process; runners and clients try again.
		a.log.Warn("requests were still under way when the shutdown timeout passed")
		return nil
	}
	return err
}

// first collects errors and says when the first one came.
type first struct {
	mu   sync.Mutex
	once sync.Once
	came chan struct{}
	errs []error
}

func newFirst(came chan struct{}) *first { return &first{came: came} }

func (f *first) add(err error) {
	if err == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errs = append(f.errs, err)
	f.once.Do(func() { close(f.came) })
}

func (f *first) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.errs...)
}
