package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ddap/packaging/e2e/programs"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// The bars: figures of this project's own making, between those of its peers.
const (
	runnerBar = 35 << 20
	serverBar = 60 << 20
	startBar  = 500 * time.Millisecond
)

// workload is how many tasks stand between the two measurements of memory.
const workload = 20

const stopTime = 20 * time.Second

// bench is a measurement under way.
type bench struct {
	options
	folder string
	server programs.Server
	client *client.Client
	table  table
}

// idle measures how long server and runner take to start, and what they occupy
// when they have nothing to do, fresh and after some work.
func idle(ctx context.Context, opts options) error {
	folder, remove, err := programs.Folder()
	if err != nil {
		return err
	}
	defer remove()
	fmt.Println("Starting a PostgreSQL, so that its start is not measured ...")
	db, err := programs.StartDatabase(ctx, folder)
	if err != nil {
		return err
	}
	defer db.Stop()
	b := &bench{options: opts, folder: folder}
	if b.server, err = programs.NewServer(opts.bin, folder); err != nil {
		return err
	}
	b.server.DatabaseURL = db.URL
	if b.client, err = b.server.Client(); err != nil {
		return err
	}
	serving, err := b.measureServerStarts(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = serving.Stop(stopTime) }()
	working, err := b.measureRunnerStarts(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = working.Stop(stopTime) }()
	if err := b.measureMemory(ctx, serving, working); err != nil {
		return err
	}
	b.measurePeers(ctx)
	b.table.print()
	return nil
}

// measureServerStarts starts the server again and again, the last time for good.
func (b *bench) measureServerStarts(ctx context.Context) (*programs.Program, error) {
	fmt.Printf("Starting the server %d times ...\n", b.starts+1)
	var first time.Duration
	var later []time.Duration
	for {
		p, ready, err := b.server.Start(ctx)
		if err != nil {
			return nil, err
		}
		if first == 0 {
			first = ready
		} else {
			later = append(later, ready)
		}
		if len(later) == b.starts {
			b.table.duration("server: start to /readyz, first time (makes its tables)", first, startBar)
			b.table.duration("server: start to /readyz", median(later), startBar)
			return p, nil
		}
		if err := p.Stop(stopTime); err != nil {
			return nil, err
		}
	}
}

// measureRunnerStarts does the same with the runner: from its start until its
// first claim or ping is on the way. The first start, which enrols, is apart.
func (b *bench) measureRunnerStarts(ctx context.Context) (*programs.Program, error) {
	fmt.Printf("Starting the runner %d times ...\n", b.starts+1)
	w, err := newWitness(b.server.Address, "/v1/claim", "/v1/ping")
	if err != nil {
		return nil, err
	}
	defer w.close()
	starting, err := b.newRunner(ctx, "starting", w.url())
	if err != nil {
		return nil, err
	}
	var first time.Duration
	var later []time.Duration
	for len(later) < b.starts {
		took, err := startRunnerOnce(ctx, starting, w)
		switch {
		case err != nil:
			return nil, err
		case first == 0:
			first = took
		default:
			later = append(later, took)
		}
	}
	b.table.duration("runner: start to its first claim, first time (enrols)", first, 0)
	b.table.duration("runner: start to its first claim", median(later), startBar)
	// Nothing stands between runner and server while memory is measured.
	resting, err := b.newRunner(ctx, resting, b.server.URL())
	if err != nil {
		return nil, err
	}
	return resting.Start()
}

// resting is the runner whose memory is measured, and the dataset that it shares.
const resting = "resting"

// newRunner describes a runner that shares one dataset under its own name.
func (b *bench) newRunner(ctx context.Context, name, server string) (programs.Runner, error) {
	token, err := programs.Invite(ctx, b.client)
	if err != nil {
		return programs.Runner{}, fmt.Errorf("invite a runner: %w", err)
	}
	data, err := filepath.Abs(filepath.Join(b.data, "penguins.json"))
	if err != nil {
		return programs.Runner{}, fmt.Errorf("find the example data: %w", err)
	}
	folder := filepath.Join(b.folder, name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return programs.Runner{}, fmt.Errorf("make the runner's folder: %w", err)
	}
	return programs.Runner{Bin: b.bin, Folder: folder, Server: server, Token: token, Name: name, Data: []string{name + "=" + data + ":rows"}}, nil
}

func startRunnerOnce(ctx context.Context, r programs.Runner, w *witness) (time.Duration, error) {
	w.forget()
	p, err := r.Start()
	if err != nil {
		return 0, err
	}
	err = p.Until(ctx, "claiming", func(context.Context) bool { return !w.seen().IsZero() })
	if err != nil {
		return 0, err
	}
	return w.seen().Sub(p.Begun), p.Stop(stopTime)
}

// measureMemory measures both programs when they have come to rest, before and
// after some work.
func (b *bench) measureMemory(ctx context.Context, serving, working *programs.Program) error {
	err := working.Until(ctx, "known to the server", func(ctx context.Context) bool {
		list, err := b.client.Datasets(ctx)
		return err == nil && slices.ContainsFunc(list.Datasets, func(d api.Dataset) bool { return d.Name == resting && d.Online })
	})
	if err != nil {
		return err
	}
	for _, when := range []string{"idle", fmt.Sprintf("idle after %d tasks", workload)} {
		fmt.Printf("Waiting until memory stands still (%s) ...\n", when)
		runner, err := b.settled(ctx, working)
		if err != nil {
			return err
		}
		server, err := b.settled(ctx, serving)
		if err != nil {
			return err
		}
		b.table.memory("runner --headless: resident, "+when, runner, runnerBar)
		b.table.memory("server without PostgreSQL: resident, "+when, server, serverBar)
		if when == "idle" {
			if err := b.work(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// work has the runner do some tasks, and waits for them.
func (b *bench) work(ctx context.Context) error {
	fmt.Printf("Doing %d tasks ...\n", workload)
	for i := range workload {
		created, err := b.client.CreateTask(ctx, api.TaskRequest{
			Name: fmt.Sprintf("bench %d", i), OperationCode: int(operation.Fetch), Params: json.RawMessage(`{"source":{"dataset":"resting"}}`),
		})
		if err != nil {
			return fmt.Errorf("create a task: %w", err)
		}
		view, err := b.client.WaitForResult(ctx, created.TaskID)
		if err != nil {
			return fmt.Errorf("wait for a task: %w", err)
		}
		if view.State != task.Succeeded {
			return fmt.Errorf("a task ended as %s: %s", view.State, view.Message)
		}
	}
	return nil
}

// settled waits until the memory of a process has stood still, to one percent,
// for the settling time, and gives it. A process that never rests is measured
// after ten times as long.
func (b *bench) settled(ctx context.Context, p *programs.Program) (programs.Memory, error) {
	tick := time.NewTicker(b.settle / 10)
	defer tick.Stop()
	deadline := time.Now().Add(10 * b.settle)
	var last programs.Memory
	still := time.Now()
	for {
		now, err := programs.MemoryOfTree(p.PID())
		if err != nil {
			return now, fmt.Errorf("%w\n%s", err, p.Tail(5))
		}
		if change := now.Resident - last.Resident; max(change, -change) > last.Resident/100 {
			last, still = now, time.Now()
		}
		if time.Since(still) >= b.settle || time.Now().After(deadline) {
			return now, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return now, ctx.Err()
		}
	}
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}
