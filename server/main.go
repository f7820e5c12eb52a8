// Command ddap-server coordinates runners and their tasks: it serves the API,
// keeps its records in PostgreSQL, and describes itself at /docs.
//
// It exits with 0 when it has done what it was asked, 1 when that failed, and
// 2 when it was asked in the wrong way.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"ddap/shared/buildinfo"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	root := &cobra.Command{
		Use: "ddap-server", Short: "Coordinate runners and their tasks", Version: buildinfo.Version,
		SilenceUsage: true, SilenceErrors: true, Args: subcommandOnly, RunE: help,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		serveCommand(), configCommand(), backupCommand(), restoreCommand(), doctorCommand(),
		keyCommand(), workspaceCommand(), openAPICommand(), versionCommand(),
	)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "ddap-server:", err)
	if _, wrong := errors.AsType[usageError](err); wrong {
		return 2
	}
	return 1
}

// usageError is the caller's mistake in asking, not a failure of the work.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }
