// Command demo shows the main job from end to end: it starts a server and a
// runner on this computer, shares the example data, asks questions of it as one
// pipeline, shows how the work goes, prints the answers and saves a report.
//
// It uses the built programs just as people would, and knows nothing of their
// insides. When it ends, for whatever reason, it leaves nothing behind but its
// output folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// options are what people can say about a run.
type options struct {
	// bin is the folder with the built programs, data the one with the datasets.
	bin, data string
	// output is the folder for the report.
	output string
	// keep leaves everything running until the demo is interrupted.
	keep bool
}

func main() {
	os.Exit(run())
}

func run() int {
	opts, err := parse(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = demonstrate(ctx, opts)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "\nInterrupted; everything is stopped and cleaned up.")
	default:
		fmt.Fprintf(os.Stderr, "\nThe demo failed: %v\n", err)
	}
	return 1
}

func parse(args []string) (options, error) {
	var opts options
	flags := flag.NewFlagSet("ddap-demo", flag.ContinueOnError)
	self, err := os.Executable()
	if err != nil {
		return opts, fmt.Errorf("find this program: %w", err)
	}
	flags.BoolVar(&opts.keep, "keep", false, "leave everything running until Ctrl-C, and print how to reach it")
	flags.StringVar(&opts.output, "output", "demo-output", "folder for the report")
	flags.StringVar(&opts.bin, "bin", filepath.Dir(self), "folder with the built programs")
	flags.StringVar(&opts.data, "data", filepath.Join("examples", "data"), "folder with the example data")
	if err := flags.Parse(args); err != nil {
		return opts, err //nolint:wrapcheck // printed by the flag set already
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "ddap-demo: %q is one argument too many\n", flags.Arg(0))
		return opts, errors.New("too many arguments")
	}
	return opts, nil
}
