// Command bench measures the built programs from outside and prints what it
// found beside the bar that each figure should stay under. It judges nothing: a
// figure over its bar is printed, and the exit code is 0 all the same. It is 1
// where something could not be measured.
//
//	go run ./packaging/bench idle
//	go run ./packaging/bench analysis
//	go run ./packaging/bench analysis --models --only kmeans --size 200000x20
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { os.Exit(run()) }

var measurements = map[string]func(context.Context, options) error{"idle": idle, "analysis": analysis}

func run() int {
	var name string
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	measure, known := measurements[name]
	if !known {
		fmt.Fprintln(os.Stderr, "usage: bench idle|analysis [--bin DIR] [--settle DURATION] [--starts N]")
		return 2
	}
	opts, err := parse(name, os.Args[2:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, opts); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

// options are what people can say about a measurement.
type options struct {
	bin string
	// settle is how long a program's memory must have stood still.
	settle time.Duration
	// starts is how often each program is started.
	starts int
	// data is the example data.
	data string
	// only is the one file that is measured, or the one model, where it is not empty.
	only string
	// models measures models instead of other operations, and size is the one size
	// of their files, where it is not empty.
	models bool
	size   string
}

func parse(name string, args []string) (options, error) {
	var opts options
	flags := flag.NewFlagSet("bench "+name, flag.ContinueOnError)
	flags.StringVar(&opts.bin, "bin", "bin", "folder with the built programs (./task build)")
	flags.StringVar(&opts.data, "data", "examples/data", "folder with the example data")
	flags.StringVar(&opts.only, "only", "", "one file to measure, as in flights.xlsx, or one model, as in kmeans; the others are left out")
	flags.BoolVar(&opts.models, "models", false, "measure models beside scikit-learn")
	flags.StringVar(&opts.size, "size", "", "one size of the files for models, as in 200000x20; the others are left out")
	flags.DurationVar(&opts.settle, "settle", 5*time.Second, "how long memory must stand still before it is measured")
	flags.IntVar(&opts.starts, "starts", 5, "how often each program is started; the median counts for starts, the best for workloads")
	if err := flags.Parse(args); err != nil {
		return opts, err //nolint:wrapcheck // printed by the flag set already
	}
	opts.starts = max(1, opts.starts)
	return opts, nil
}
