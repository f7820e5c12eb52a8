package agent

import (
	"context"
	"time"

	"ddap/shared/api"
	"ddap/shared/buildinfo"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// claimWait is how long one claim stays open. Shorter than a minute, after which
// many a proxy closes a quiet connection.
const claimWait = 50 * time.Second

// runClaimLoop keeps one claim open while slots are free; that is the heartbeat
// of an idle runner. The attempts live in life, which outlives the claiming.
func (a *Agent) runClaimLoop(ctx, life context.Context) error {
	failures := 0
	for {
		free, ok := a.awaitSlot(ctx)
		if !ok {
			return ctx.Err()
		}
		begun := time.Now()
		resp, err := a.api.Claim(ctx, client.ClaimOptions{Wait: claimWait, Limit: min(free, api.MaxClaim), Instance: a.instance, Version: buildinfo.Version})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case final(err):
			return err
		case err != nil:
			a.link.saw(err)
			if !fault.Is(err, fault.Unavailable) {
				a.Log.Warn("the server hands out nothing; trying again", logkey.Error, err)
			}
			failures++
			if !sleep(ctx, a.Backoff.pause(failures), a.wakeClaim) {
				return ctx.Err()
			}
			continue
		}
		a.link.saw(nil)
		failures = 0
		a.obey(resp.Commands)
		fresh := 0
		for _, assignment := range resp.Tasks {
			fresh += a.begin(life, assignment)
		}
		// A lease that no ping has confirmed yet is handed out again at once, a
		// command may be repeated until it was obeyed, and what stands between may
		// not let a request wait.
		if early := leastGap - time.Since(begun); early > 0 && fresh == 0 && !sleep(ctx, early, nil) {
			return ctx.Err()
		}
	}
}

// awaitSlot waits until there is a free slot and nobody has paused this runner.
func (a *Agent) awaitSlot(ctx context.Context) (free int, ok bool) {
	for {
		changed := a.held.changed()
		// The server counts a slot as taken until it has the report.
		if free := a.Slots - a.held.count(); free > 0 && !a.isPaused() {
			return free, true
		}
		select {
		case <-changed:
		case <-a.wakeClaim:
		case <-ctx.Done():
			return 0, false
		}
	}
}

// begin starts an attempt in a goroutine that Run waits for. It returns how many
// it started: none where this runner is at it already.
func (a *Agent) begin(life context.Context, assignment api.Assignment) int {
	ctx, stop := context.WithCancelCause(life)
	at := &attempt{Assignment: assignment, stop: stop}
	if !a.held.add(at) {
		stop(nil)
		return 0
	}
	a.Log.Info("task begins", logkey.TaskID, at.TaskID, logkey.Attempt, at.Attempt, logkey.Operation, at.OperationCode)
	wake(a.wakeHeartbeat)
	a.attempts.Go(func() {
		defer stop(nil)
		a.execute(ctx, at)
	})
	return 1
}
