package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"ddap/packaging/e2e/programs"
)

// peer is a program of others that idles on people's computers as well.
type peer struct {
	name string
	// prepare are arguments of a run before, which makes its settings.
	prepare []string
	args    []string
	env     []string
}

// peers start in a folder of their own, for which DIR stands, and are kept from
// looking for others.
var peers = []peer{
	{name: "boinc", args: []string{"--dir", "DIR", "--no_gpus", "--gui_rpc_port", "0"}},
	{
		name: "syncthing", prepare: []string{"generate", "--home", "DIR"},
		args: []string{"serve", "--home", "DIR", "--no-browser", "--no-restart", "--gui-address", "127.0.0.1:0"},
		env:  []string{"STNOUPGRADE=1", "STNODEFAULTFOLDER=1"},
	},
}

// measurePeers measures those peers that are installed, and says which are not.
// It installs nothing.
func (b *bench) measurePeers(ctx context.Context) {
	for _, p := range peers {
		path, err := exec.LookPath(p.name)
		if err != nil {
			b.table.note(p.name + ": resident, idle (not installed)")
			continue
		}
		fmt.Printf("Measuring %s ...\n", p.name)
		memory, err := b.measurePeer(ctx, p, path)
		if err != nil {
			b.table.note(fmt.Sprintf("%s: could not be measured (%v)", p.name, err))
			continue
		}
		b.table.memory(p.name+": resident, idle, same minute", memory, 0)
	}
}

func (b *bench) measurePeer(ctx context.Context, p peer, path string) (programs.Memory, error) {
	dir := filepath.Join(b.folder, p.name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return programs.Memory{}, fmt.Errorf("make its folder: %w", err)
	}
	if len(p.prepare) > 0 {
		if out, err := exec.CommandContext(ctx, path, within(dir, p.prepare)...).CombinedOutput(); err != nil {
			return programs.Memory{}, fmt.Errorf("prepare it: %w: %s", err, out)
		}
	}
	running, err := programs.Start(programs.Spec{
		Name: p.name, Path: path, Args: within(dir, p.args), Env: append(p.env, "HOME="+dir), Log: dir + ".log",
	})
	if err != nil {
		return programs.Memory{}, err
	}
	defer func() { _ = running.Stop(stopTime) }()
	// It must have begun before it can be at rest.
	begun := time.NewTimer(2 * b.settle)
	defer begun.Stop()
	select {
	case <-begun.C:
	case <-running.Ended():
		return programs.Memory{}, fmt.Errorf("it ended by itself: %s", running.Tail(3))
	case <-ctx.Done():
		return programs.Memory{}, ctx.Err()
	}
	return b.settled(ctx, running)
}

func within(dir string, args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		if arg == "DIR" {
			arg = dir
		}
		out[i] = arg
	}
	return out
}
