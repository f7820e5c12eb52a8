package periodic

import (
	"context"
	"errors"
	"sync"
)

// Together runs loops until ctx ends. When one of them returns, the others are
// ended as well. It gives the errors of all.
func Together(ctx context.Context, loops ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(loops))
	var wg sync.WaitGroup
	for i, loop := range loops {
		wg.Go(func() {
			defer cancel()
			errs[i] = loop(ctx)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
