// Package parallel shares work among goroutines. Tasks are numbered, so that what
// each calculates depends on its number and not on who happens to do it: results
// are the same on any number of processors.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Threads is how many goroutines a setting stands for: one for each processor
// where it is not positive.
func Threads(asked int) int {
	if asked > 0 {
		return asked
	}
	return runtime.GOMAXPROCS(0)
}

// Each calls do with every number below tasks, from so many goroutines at once,
// and returns when all are done. After the end of ctx it begins no further task;
// the error is the context's.
func Each(ctx context.Context, threads, tasks int, do func(task int)) error {
	var next atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			task := int(next.Add(1)) - 1
			if task >= tasks {
				return
			}
			do(task)
		}
	}
	var wait sync.WaitGroup
	for range min(threads, tasks) - 1 {
		wait.Go(work)
	}
	work()
	wait.Wait()
	return ctx.Err()
}

// Chunk gives the bounds of one of the equal parts of so many rows, of which the
// last may be shorter: what is added up by chunks does not depend on threads.
func Chunk(rows, size, chunk int) (from, to int) {
	return chunk * size, min((chunk+1)*size, rows)
}

// Chunks is how many parts Chunk makes of rows.
func Chunks(rows, size int) int { return (rows + size - 1) / size }
