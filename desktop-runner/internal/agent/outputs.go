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
		free, err := a.askAboutOutputs(ctx)
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
			a.sweepOutputs(free)
		}
		pause := sweepInterval*9/10 + rand.N(sweepInterval/5) //nolint:gosec // chance, not secrecy
		if !sleep(ctx, pause, a.wakeOutputs) {
			return ctx.Err()
		}
	}
}

// askAboutOutputs drops what the server says is to go, and gives the tasks whose
// output may go as well, being asked about and needed by nobody. Where nothing is
// kept, nothing is asked.
func (a *Agent) askAboutOutputs(ctx context.Context) (free map[string]bool, err error) {
	tasks, err := a.Outputs.Tasks()
	if err != nil {
		return nil, err
	}
	unreported, err := a.unreported() // before the server is asked: what it knows by then is not among them
	if err != nil {
		return nil, err
	}
	free = map[string]bool{}
	for some := range slices.Chunk(tasks, api.MaxOutputsAsked) {
		answer, err := a.ping(ctx, 0, some...)
		if err != nil {
			return nil, err
		}
		a.follow(answer)
		for _, id := range some {
			free[id] = !unreported[id]
		}
		for _, c := range answer.Commands {
			if c.Type == api.CommandKeep {
				free[c.TaskID] = false
			}
		}
	}
	return free, nil
}

// unreported names the tasks of which the server does not know yet that they
// have rows here, so that it cannot say who needs them.
func (a *Agent) unreported() (map[string]bool, error) {
	tasks := map[string]bool{}
	for _, at := range a.held.running() { // first, because what leaves it is in the spool by then
		tasks[at.TaskID] = true
	}
	entries, _, err := a.Spool.List()
	for _, e := range entries {
		tasks[e.Report.TaskID] = true
	}
	return tasks, err
}

func (a *Agent) sweepOutputs(free map[string]bool) {
	dropped, err := a.Outputs.Sweep(free)
	if err != nil {
		a.Log.Warn("drop old outputs", logkey.Error, err)
	}
	if dropped > 0 {
		a.Log.Info("old outputs were dropped", logkey.Count, dropped)
	}
}
