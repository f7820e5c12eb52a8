package correlation

import (
	"context"
	"runtime"
	"sync"
)

// workers is how many columns or pairs are worked on at a time.
func workers() int { return runtime.GOMAXPROCS(0) }

// each does n pieces of work, several at a time, each with a scratch of its own
// worker, and tells after each how many are done. It ends with the first error.
func each(ctx context.Context, n int, advance func(done int), do func(ctx context.Context, k int, s *scratch) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu         sync.Mutex
		next, done int
		running    sync.WaitGroup
	)
	take := func() (k int, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		k, next = next, next+1
		return k, k < n && ctx.Err() == nil
	}
	finish := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			cancel(err)
			return
		}
		done++
		advance(done)
	}
	for range min(workers(), n) {
		running.Go(func() {
			s := &scratch{}
			for k, ok := take(); ok; k, ok = take() {
				finish(do(ctx, k, s))
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
