// Package digests knows the SHA-256 of what an owner shares, so that a manifest
// can name it: computed once in the background, kept on disk, and forgotten when
// a file changes. Nobody waits for it.
package digests

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ddap/desktop-runner/internal/durable"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/shared/logkey"
)

const (
	// settling is how long files must have been left alone: what is written
	// within one tick of a file system's clock leaves the stamp as it is, and some
	// clocks tick every two seconds.
	settling = 3 * time.Second
	// retryAfter is when files are read again that could not be.
	retryAfter = 10 * time.Minute
)

// Dataset is the files of one, with the name that the owner gave it.
type Dataset struct {
	Name string
	File plan.File
}

// Book has the hashes of datasets as they are now. It is safe for concurrent
// use, but only one Refresh may run at a time.
type Book struct {
	path    string
	compute func(context.Context, plan.File) (string, error)
	now     func() time.Time
	log     *slog.Logger

	mu sync.Mutex
	// known are the hashes by stamp, and failed the stamps that could not be read.
	known  map[string]string
	failed map[string]time.Time
}

// Open reads the book from a file; one that is not there, or is damaged, makes an
// empty book. Compute reads the files of a dataset in a child process.
func Open(path string, compute func(context.Context, plan.File) (string, error), now func() time.Time, log *slog.Logger) *Book {
	b := &Book{path: path, compute: compute, now: now, log: log, failed: map[string]time.Time{}}
	if err := durable.ReadJSON(path, &b.known); err != nil || b.known == nil {
		b.known = map[string]string{}
	}
	return b
}

// Find gives the hash of a dataset's files as they are now, and their stamp. The
// hash is empty where it is not known yet. It never waits.
func (b *Book) Find(file plan.File) (sha256, stamp string) {
	stamp = sharepath.Stamp(file.Paths()).Stamp
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known[stamp], stamp
}

// Refresh computes what is not known of these datasets, one after the other, and
// forgets all others. When ctx ends, the rest is left for later.
func (b *Book) Refresh(ctx context.Context, all []Dataset) {
	b.forget(all)
	for _, d := range all {
		if ctx.Err() != nil {
			return
		}
		b.add(ctx, d)
	}
}

func (b *Book) add(ctx context.Context, d Dataset) {
	before := sharepath.Stamp(d.File.Paths())
	if !b.due(before) {
		return
	}
	begun := b.now()
	sum, err := b.compute(ctx, d.File)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		b.log.Warn("the hash of a dataset could not be computed; trying again later", logkey.DatasetName, d.Name, logkey.Error, err)
		b.mu.Lock()
		b.failed[before.Stamp] = b.now()
		b.mu.Unlock()
		return
	case sharepath.Stamp(d.File.Paths()).Stamp != before.Stamp:
		return // it changed meanwhile; the next look finds it so
	}
	b.mu.Lock()
	b.known[before.Stamp] = sum
	b.mu.Unlock()
	b.log.Info("the hash of a dataset is known", logkey.DatasetName, d.Name, logkey.Elapsed, b.now().Sub(begun).Milliseconds())
	b.save()
}

// due reports whether these files are there, not known, and not just being written.
func (b *Book) due(s sharepath.Stamped) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	tried, failed := b.failed[s.Stamp]
	return s.Stamp != "" && b.known[s.Stamp] == "" && now.Sub(s.ChangedAt) >= settling && (!failed || now.Sub(tried) >= retryAfter)
}

// forget drops what no dataset has any more.
func (b *Book) forget(all []Dataset) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, failed := map[string]string{}, map[string]time.Time{}
	for _, d := range all {
		stamp := sharepath.Stamp(d.File.Paths()).Stamp
		if sum, ok := b.known[stamp]; ok {
			known[stamp] = sum
		}
		if at, ok := b.failed[stamp]; ok {
			failed[stamp] = at
		}
	}
	b.known, b.failed = known, failed
}

// save keeps the book for the next start. Without it the hashes are computed
// again, which is no harm.
func (b *Book) save() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := durable.WriteJSON(b.path, b.known); err != nil {
		b.log.Warn("the hashes of datasets could not be kept", logkey.Error, err)
	}
}
