package agent

import (
	"context"
	"time"

	"ddap/desktop-runner/internal/spool"
	"ddap/shared/api"
	"ddap/shared/buildinfo"
	"ddap/shared/logkey"
)

// leastGap keeps requests apart where a server answers at once although it was
// asked to wait.
const leastGap = 200 * time.Millisecond

// runHeartbeatLoop pings while there is something to keep alive or to hear of: a
// lease, or the end of a pause. Otherwise the open claim is the heartbeat.
func (a *Agent) runHeartbeatLoop(ctx context.Context) error {
	wait, failures := time.Duration(0), 0
	for {
		if !a.awaitReasonToPing(ctx) {
			return ctx.Err()
		}
		if a.held.count() == 0 && !a.isPaused() {
			wait = 0 // the open claim is where commands arrive
		}
		begun := time.Now()
		resp, err := a.ping(ctx, wait)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case final(err):
			return err
		case err != nil:
			a.link.saw(err)
			failures++
			wait = 0
			if !sleep(ctx, a.Backoff.pause(failures), nil) {
				return ctx.Err()
			}
			continue
		}
		a.link.saw(nil)
		if failures > 0 {
			wake(a.wakeReport) // the server is back
			wake(a.wakeClaim)
		}
		failures = 0
		a.follow(resp)
		wait = a.pingWait(resp.PingSeconds)
		if early := leastGap - time.Since(begun); early > 0 && !sleep(ctx, early, a.wakeHeartbeat) {
			return ctx.Err()
		}
	}
}

// awaitReasonToPing waits until an attempt is held, the runner is paused, or the
// server asks for a ping.
func (a *Agent) awaitReasonToPing(ctx context.Context) bool {
	for {
		changed := a.held.changed()
		if asked := a.pingAsked.Swap(false); asked || a.held.count() > 0 || a.isPaused() {
			return ctx.Err() == nil
		}
		select {
		case <-changed:
		case <-a.wakeHeartbeat:
		case <-ctx.Done():
			return false
		}
	}
}

// workingPing is how long a ping waits at most while there is work: its answer
// and the next one carry progress.
const workingPing = 2 * time.Second

func (a *Agent) pingWait(seconds int) time.Duration {
	longest := api.MaxWaitSeconds * time.Second
	if a.held.count() > 0 {
		longest = workingPing
	}
	return min(max(time.Duration(seconds)*time.Second, time.Second), longest)
}

// ping says how this runner is, and asks what becomes of these outputs.
func (a *Agent) ping(ctx context.Context, wait time.Duration, outputs ...string) (api.PingResponse, error) {
	req := api.PingRequest{
		State: a.activity(), Slots: a.Slots, Instance: a.instance, DatasetsRevision: a.Catalogue.Offer().Revision, Running: a.held.running(),
		Version: buildinfo.Version, Outputs: outputs,
	}
	return a.api.Ping(ctx, req, wait)
}

func (a *Agent) activity() api.Activity {
	switch {
	case a.stopping.Load():
		return api.Stopping
	case a.held.working() > 0:
		return api.Working
	case a.isPaused():
		return api.Paused
	default:
		return api.Idle
	}
}

// follow does what the answer to a ping asks for.
func (a *Agent) follow(resp api.PingResponse) {
	for _, lost := range resp.Lost {
		if a.held.stop(spool.Key(lost.TaskID, lost.Attempt), errLeaseLost) {
			a.Log.Warn("the lease was taken back; the task is given up", logkey.TaskID, lost.TaskID, logkey.Attempt, lost.Attempt)
		}
	}
	a.obey(resp.Commands)
}
