// Package agent is the runner's heart: it enrols, claims tasks, keeps their
// leases alive, does each in a child process, and reports how it ended. Each
// loop has its file. The agent never touches data itself, and nothing that it
// owes the server is lost when either of them falls.
package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/digests"
	"ddap/desktop-runner/internal/identity"
	"ddap/desktop-runner/internal/machine"
	"ddap/desktop-runner/internal/outputs"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/spool"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/logkey"
)

// Config is what an agent works with. Every field is needed but those that say so.
type Config struct {
	// Client reaches the server; the agent puts the runner's credential in.
	Client    *client.Client
	Folder    *identity.Folder
	Spool     *spool.Spool
	Outputs   *outputs.Store
	Catalogue *catalogue.Catalogue
	// Digests has the hashes of what is shared.
	Digests *digests.Book
	Worker  *worker.Launcher
	// WorkRoot is the folder for work folders; it is emptied at the start.
	WorkRoot string
	// Token is an enrolment token or a runner's own; empty where a credential is saved.
	Token   string
	Name    string
	Labels  map[string]string
	Slots   int
	Machine machine.Facts
	// Limits bound one task; its timeout comes from the server.
	Limits plan.Limits
	// ConnectTimeout ends a start that does not reach the server; zero waits for ever.
	ConnectTimeout time.Duration
	// Backoff is the pause between tries. Default: from 1 s to 1 min.
	Backoff Backoff
	Now     func() time.Time
	Log     *slog.Logger
}

// Agent is one runner at work. Run it once.
type Agent struct {
	Config
	api      *client.Client // with the runner's credential
	runnerID string
	// instance tells the server's record of this process start from others.
	instance string
	held     *held
	link     link

	pausedMu sync.Mutex
	paused   bool
	stopping atomic.Bool
	// pingAsked: the server wants to hear from this runner although it is idle.
	pingAsked atomic.Bool

	// Signals between the loops. Each holds one: to be told twice is to be told.
	wakeHeartbeat, wakeClaim, wakeReport, wakeCatalogue, wakeOutputs, wakeDigests chan struct{}

	attempts sync.WaitGroup
	told     string // revision of the datasets that the server knows; the catalogue loop's own

	abandon     chan struct{}
	abandonOnce sync.Once
}

// Why an attempt was stopped; the cause of its context.
var (
	errCanceled  = errors.New("the task was canceled")
	errStopping  = errors.New("the runner is stopping")
	errLeaseLost = fmt.Errorf("the lease was lost: %w", worker.ErrKill)
	errAbandoned = fmt.Errorf("the runner was told to end at once: %w", worker.ErrKill)
)

// New makes an agent. Run starts it.
func New(cfg Config) *Agent {
	return &Agent{
		Config: cfg, instance: uuid.NewString(), held: newHeld(), link: link{log: cfg.Log},
		wakeHeartbeat: make(chan struct{}, 1), wakeClaim: make(chan struct{}, 1),
		wakeReport: make(chan struct{}, 1), wakeCatalogue: make(chan struct{}, 1), wakeOutputs: make(chan struct{}, 1),
		wakeDigests: make(chan struct{}, 1), abandon: make(chan struct{}),
	}
}

// Run enrols and works until ctx ends, and then stops gracefully: it claims
// nothing more, interrupts what runs, hands back what it holds, and returns nil
// within stopTime. It returns an error when the server refuses this runner for
// good (revoked, superseded, a bad token), or when the start fails.
func (a *Agent) Run(ctx context.Context) error {
	if err := worker.Sweep(a.WorkRoot); err != nil {
		return err
	}
	arriving, cancel := a.untilAbandoned(ctx)
	err := a.arrive(arriving)
	cancel()
	switch {
	case err == nil:
		return a.work(ctx)
	case ctx.Err() != nil || a.abandoned():
		return nil //nolint:nilerr // it was told to stop before it had begun, and did
	default:
		return err
	}
}

// Abandon ends the agent at once: children are killed and nothing is handed
// back. The server notices that the leases are not renewed; results that are in
// the spool are sent at the next start.
func (a *Agent) Abandon() { a.abandonOnce.Do(func() { close(a.abandon) }) }

func (a *Agent) abandoned() bool {
	select {
	case <-a.abandon:
		return true
	default:
		return false
	}
}

// untilAbandoned gives a context that Abandon ends as well.
func (a *Agent) untilAbandoned(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-a.abandon:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(); <-done }
}

// work runs the loops until something ends them.
func (a *Agent) work(ctx context.Context) error {
	// What must go on while the agent stops lives longer than ctx.
	life, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	var loops sync.WaitGroup
	start := func(ctx context.Context, name string, loop func(context.Context) error) {
		loops.Go(func() {
			if err := loop(ctx); err != nil && ctx.Err() == nil {
				end(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	taking, stopTaking := context.WithCancel(life)
	defer stopTaking()
	start(taking, "claim", func(taking context.Context) error { return a.runClaimLoop(taking, life) })
	start(taking, "share datasets", a.runCatalogueLoop)
	start(taking, "keep outputs", a.runOutputLoop)
	start(taking, "compute hashes", a.runDigestLoop)
	start(life, "heartbeat", a.runHeartbeatLoop)
	start(life, "report", a.runReportLoop)

	select {
	case <-a.abandon:
		end(errAbandoned)
	case <-ctx.Done():
		stopTaking()
		a.stopGracefully()
		end(errAbandoned)
	case <-life.Done():
	}
	err := context.Cause(life)
	loops.Wait()
	a.attempts.Wait()
	if errors.Is(err, errAbandoned) {
		return nil
	}
	a.Log.Error("the runner cannot go on", logkey.Error, err)
	return err
}

// stopTime bounds a graceful stop.
const stopTime = 5 * time.Second

// stopGracefully interrupts what runs and waits until the server knows, the time
// is over, or nobody wants to wait any more. What could not be told stays in the
// spool and is sent at the next start.
func (a *Agent) stopGracefully() {
	a.Log.Info("stopping: handing back what is held", logkey.Count, a.held.count())
	a.stopping.Store(true)
	limit := time.NewTimer(stopTime)
	defer limit.Stop()
	for {
		changed := a.held.changed()
		// Each time: the last claim may have been answered in this moment.
		a.held.stopAll(errStopping)
		if a.held.count() == 0 {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			a.Log.Warn("stopped before the server knew of everything; the rest is sent at the next start", logkey.Count, a.held.count())
			return
		case <-a.abandon:
			return
		}
	}
}

// wake tells a loop to look; it never blocks.
func wake(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}

func (a *Agent) isPaused() bool {
	a.pausedMu.Lock()
	defer a.pausedMu.Unlock()
	return a.paused
}

func (a *Agent) setPaused(paused bool) {
	a.pausedMu.Lock()
	defer a.pausedMu.Unlock()
	switch {
	case paused && !a.paused:
		a.Log.Info("paused by the server")
	case !paused && a.paused:
		a.Log.Info("resumed by the server")
	}
	a.paused = paused
}

// obey carries out the server's commands. Those that it does not know it ignores.
func (a *Agent) obey(commands []api.Command) {
	for _, c := range commands {
		switch c.Type {
		case api.CommandCancel:
			a.held.stop(spool.Key(c.TaskID, c.Attempt), errCanceled)
		case api.CommandPause, api.CommandResume:
			a.setPaused(c.Type == api.CommandPause)
			wake(a.wakeClaim)
			wake(a.wakeHeartbeat)
		case api.CommandDrain:
			// The server gives nothing new by itself; what is held is finished.
		case api.CommandKeep:
			// Whoever asked about outputs looks for it.
		case api.CommandPing:
			a.pingAsked.Store(true)
			wake(a.wakeHeartbeat)
		case api.CommandSendDatasets:
			wake(a.wakeCatalogue)
		case api.CommandDeleteOutput:
			a.Log.Info("the rows of a deleted task are dropped", logkey.TaskID, c.TaskID)
			if err := a.Outputs.Delete(c.TaskID); err != nil {
				a.Log.Warn("delete an output", logkey.TaskID, c.TaskID, logkey.Error, err)
			}
		}
	}
}
