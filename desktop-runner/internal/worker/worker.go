// Package worker runs each task in a child process of the same program, so that
// a crash, a hang or a memory limit ends one task and not the runner. The order
// goes in on standard input as one JSON line; progress and one outcome come back
// on standard output, each as one JSON line. The child has an empty environment,
// locks itself in before it touches a parameter, and goes when its parent goes.
package worker

import (
	"context"
	"os"
	"slices"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sandbox"
	"ddap/shared/result"
)

// Command is the argument that makes the program a child: main hands over to
// Main when it is the first one.
const Command = "__work"

// maxLineBytes bounds one message. A result document may have 1 MiB; the rest
// is room for names and escapes.
const maxLineBytes = 16 << 20

// Work is what a child can do; main gives the real operations, tests their own.
type Work struct {
	// Perform does a task, see perform.Run.
	Perform func(ctx context.Context, p plan.Plan, progress func(plan.Progress)) plan.Outcome
	// Connect makes the connections that a dataset needs, before the process is
	// locked in, and keeps them in the file; see source.Connect. Nil makes none.
	Connect func(ctx context.Context, dataset string, file *plan.File) error
	// Inspect looks at a data file, see source.Inspect.
	Inspect func(ctx context.Context, file plan.File, workDir string, limits plan.Limits) (Description, error)
	// Digest reads the files of a dataset for their SHA-256, see source.Digest.
	Digest func(ctx context.Context, file plan.File) (string, error)
}

// Description is what can be said of a data file without showing its rows.
type Description struct {
	Format  plan.Format     `json:"format"`
	Columns []result.Column `json:"columns"`
	// Rows is nil where nobody counted them.
	Rows *int64 `json:"rows,omitempty"`
	// Guess says in words how the files were taken, and Notes what could not be
	// decided of them.
	Guess string   `json:"guess,omitempty"`
	Notes []string `json:"notes,omitempty"`
	// Layout is the part of Guess that no single row decides.
	Layout string `json:"layout,omitempty"`
	// State changes when the rows of a database's table do, as far as it tells.
	State string `json:"state,omitempty"`
	// Known is how tasks may read the files without a look of their own.
	Known *plan.Known `json:"known,omitempty"`
}

// order is the one line that a child reads: exactly one of Plan, Inspect and
// Digest is set.
type order struct {
	Plan    *plan.Plan  `json:"plan,omitempty"`
	Inspect *inspection `json:"inspect,omitempty"`
	Digest  *inspection `json:"digest,omitempty"`
	// RequireSandbox makes a child refuse to work where something is not enforced.
	RequireSandbox bool `json:"require_sandbox,omitempty"`
}

type inspection struct {
	File    plan.File   `json:"file"`
	WorkDir string      `json:"work_dir"`
	Limits  plan.Limits `json:"limits"`
}

// message is one line from a child: what package plan defines, or the answer to
// an inspection or to the question for a hash.
type message struct {
	plan.Message
	Description *Description `json:"description,omitempty"`
	SHA256      string       `json:"sha256,omitempty"`
}

// look gives the order's look at a file; nil where it is a task.
func (o order) look() *inspection {
	if o.Digest != nil {
		return o.Digest
	}
	return o.Inspect
}

func (o order) complete() bool {
	set := 0
	for _, is := range []bool{o.Plan != nil, o.Inspect != nil, o.Digest != nil} {
		if is {
			set++
		}
	}
	return set == 1
}

// policy is what the sandbox must leave open for the order.
func (o order) policy() sandbox.Policy {
	p := sandbox.Policy{Work: workFolder(o)}
	for _, in := range o.inputs() {
		p.Read = append(p.Read, in.File.Paths()...)
		for _, path := range in.File.Beside() {
			if _, err := os.Lstat(path); err == nil {
				p.Read = append(p.Read, path)
			}
		}
	}
	return p
}

// inputs lists what the order reads.
func (o order) inputs() []plan.Input {
	if look := o.look(); look != nil {
		return []plan.Input{{Name: "the table", File: &look.File}}
	}
	return slices.DeleteFunc(slices.Clone(o.Plan.Inputs), func(in plan.Input) bool { return in.File == nil })
}

func (o order) limits() plan.Limits {
	if look := o.look(); look != nil {
		return look.Limits
	}
	return o.Plan.Limits
}

// defaultFileBytes is how large a file may become where the owner set no limit,
// as for what the engine spills.
const defaultFileBytes = 10 << 30

func (o order) fileBytes() int64 {
	if bytes := o.limits().DiskBytes; bytes > 0 {
		return bytes
	}
	return defaultFileBytes
}

// What a child may have open: some for the engine and what it spills, and a few
// for each file of its data, since it is held and every thread opens its own.
const (
	ownFiles     = 512
	filesPerFile = 5
)

func (o order) openFiles() int { return ownFiles + filesPerFile*len(o.policy().Read) }

// progressInterval keeps a busy operation from flooding the pipe. A new stage
// is always told.
const progressInterval = 100 * time.Millisecond
