package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"ddap/desktop-runner/internal/app"
	"ddap/desktop-runner/internal/settings"
	"ddap/shared/buildinfo"
	"ddap/shared/envflag"
)

const about = `ddap-runner takes tasks from a DDAP server and does them on the data that you
share. Your files stay on this computer; what leaves is the result, within the
policy that you choose for each dataset.

This version has no window: it always runs as with --headless, in a terminal or
as a service. The window comes with a later version.

The first start needs --token, which the server's administrator makes. After
that the credential is in the state folder, and the token is not needed again.
Where the server cannot be reached, the runner waits for it, unless
--connect-timeout is set.

  ddap-runner --headless --server https://analytics.example.org --token-file token \
      --data birds=/data/birds.csv --data flights=/data/flights.parquet:rows

Policies: NAME=PATH lets only aggregates over 5 rows or more leave;
NAME=PATH:aggregates:N asks for N rows or more; NAME=PATH:rows lets rows leave.
A path may be a folder or a pattern. --config names a YAML file in which all of
this can stand, and how a dataset is written (separator, encoding, types …).

One interrupt (Ctrl-C, SIGTERM) stops it and hands back what it is working on; a
second one ends it at once.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 cannot reach the server (with
--connect-timeout), 4 refused (a bad, used or expired token, or a revoked runner).`

// run is the whole program but for the child process; it returns the exit code.
func run(args []string, lookup func(string) (string, bool), stderr io.Writer) int {
	cmd := &cobra.Command{
		Use: "ddap-runner", Short: "Do tasks of a DDAP server on the data that you share", Long: about,
		Version: buildinfo.Version, Args: cobra.NoArgs, SilenceErrors: true, SilenceUsage: true,
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetArgs(args)
	cmd.SetErr(stderr)
	cmd.Flags().Bool("headless", false, "run without a window (this version has none, so this is always on)")
	flags := settings.Define(cmd.Flags())
	cmd.Flags().SortFlags = false
	envflag.Describe(cmd.Flags())
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := envflag.Apply(cmd.Flags(), lookup); err != nil {
			return usageError{err}
		}
		s, err := flags.Settings()
		if err != nil {
			return usageError{err}
		}
		return serve(s, stderr)
	}
	err := cmd.Execute()
	if err == nil {
		return exitDone
	}
	code := exitCode(err)
	_, _ = fmt.Fprintln(stderr, "ddap-runner: "+sentence(err))
	if code == exitUsage {
		_, _ = fmt.Fprintln(stderr, "Try: ddap-runner --help")
	}
	return code
}

func serve(s settings.Settings, stderr io.Writer) error {
	a, err := app.New(s, newLogger(s, stderr))
	if err != nil {
		return err
	}
	ctx, stop := untilInterrupted(a.Abandon)
	err = a.Run(ctx)
	stop()
	return errors.Join(err, a.Close())
}

// untilInterrupted gives a context that the first signal ends; the second calls abandon.
func untilInterrupted(abandon func()) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for _, act := range []func(){cancel, abandon} {
			select {
			case <-signals:
				act()
			case <-over:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		<-done
		cancel()
	}
}

func newLogger(s settings.Settings, to io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.LogLevel}
	if s.LogFormat == settings.LogJSON {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
