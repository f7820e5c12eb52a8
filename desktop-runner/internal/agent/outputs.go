package agent

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"ddap/shared/api"
	"ddap/shared/logkey"
)

const (
	// sweepInterval is how often old outputs are dropped, give or take a tenth.
	sweepInterval = 10 * time.Minute
	// unheardAge is for how long nothing is dropped while the server does not
	// answer: a task that waits there may need it. After it the owner's limits
	// hold all the same.
	unheardAge = 7 * 24 * time.Hour
)

// runOutputLoop keeps the space that outputs take within the owner's limits, and
// drops those of tasks that were deleted. It asks the server first.
func (a *Agent) runOutputLoop(ctx context.Context) error {
	heard := a.Now()
	for {
		needed, err := a.askAboutOutputs(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case final(err):
			return err
		case err == nil:
			heard = a.Now()
		default:
			a.link.saw(err)
		}
		if err == nil || a.Now().Sub(heard) > unheardAge {
			a.sweepOutputs(needed)
		}
		pause := sweepInterval*9/10 + rand.N(sweepInterval/5) //nolint:gosec // chance, not secrecy
		if !sleep(ctx, pause, a.wakeOutputs) {
			return ctx.Err()
		}
	}
}

// askAboutOutputs drops what the server says is to go, and gives the tasks whose
// output is still needed. Where nothing is kept, nothing is asked.
func (a *Agent) askAboutOutputs(ctx context.Context) (needed map[string]bool, err error) {
	tasks, err := a.Outputs.Tasks()
	if err != nil {
		return nil, err
	}
	needed = map[string]bool{}
	for some := range slices.Chunk(tasks, api.MaxOutputsAsked) {
		answer, err := a.ping(ctx, 0, some...)
		if err != nil {
			return nil, err
		}
		a.follow(answer)
		for _, c := range answer.Commands {
			if c.Type == api.CommandKeep {
				needed[c.TaskID] = true
			}
		}
	}
	return needed, nil
}

func (a *Agent) sweepOutputs(needed map[string]bool) {
	dropped, err := a.Outputs.Sweep(needed)
	if err != nil {
		a.Log.Warn("drop old outputs", logkey.Error, err)
	}
	if dropped > 0 {
		a.Log.Info("old outputs were dropped", logkey.Count, dropped)
	}
}
