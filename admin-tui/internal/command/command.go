// Package command is ddap-admin as a plain command line: one file for each noun,
// each command turning flags into one or two calls of the API and the answer
// into lines for people or the API's own document for programs. What is meant
// for programs goes to the standard output, everything else to the standard
// error.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ddap/shared/envflag"
)

// The exit codes of every DDAP program.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitUnreachable = 3
	ExitRefused     = 4
)

// Environment is the world around a command.
type Environment struct {
	In       io.Reader
	Out, Err io.Writer
	// Lookup finds an environment variable.
	Lookup func(name string) (value string, found bool)
	Now    func() time.Time
	// Size gives the size of the terminal behind a writer, and false where there is none.
	Size func(w io.Writer) (width, height int, ok bool)
}

// Process is the environment of this process.
func Process() Environment {
	return Environment{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Lookup: os.LookupEnv, Now: time.Now, Size: terminalSize,
	}
}

func terminalSize(w io.Writer) (width, height int, ok bool) {
	file, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return 0, 0, false
	}
	width, height, err := term.GetSize(int(file.Fd()))
	return width, height, err == nil && width > 0
}

// Run runs one command line (without the program's name) and gives its exit code.
func Run(ctx context.Context, args []string, env Environment) int {
	s := &session{env: env}
	root := newRoot(s) //nolint:contextcheck // cobra hands the context of ExecuteContext to every command
	root.SetArgs(args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	err := root.ExecuteContext(ctx)
	if err != nil {
		s.explain(ctx, err)
	}
	return s.exitCode(err)
}

func newRoot(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:   "ddap-admin",
		Short: "Ask questions of data on other people's computers, and look after the computers",
		Long: `Ask questions of data on other people's computers, and look after the computers.

Exit codes: 0 done; 1 failed (also: the task that was waited for failed);
2 wrong usage or wrong parameters; 3 the server cannot be reached;
4 refused (no valid key, or one whose role does not suffice).`,
		Example: `  export DDAP_SERVER=https://analytics.example.org DDAP_KEY_FILE=~/.ddap-key
  ddap-admin datasets
  ddap-admin tasks create --operation fetch --params '{"source":{"dataset":"penguins"}}' --wait
  ddap-admin result 0196… --output json`,
		SilenceErrors: true, SilenceUsage: true,
		Args: noSuchCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return s.begin(cmd) },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage{err, cmd} })
	s.flags(root.PersistentFlags())
	envflag.Describe(root.PersistentFlags())
	root.AddCommand(
		tasksCommand(s), pipelinesCommand(s), schedulesCommand(s), resultCommand(s), datasetsCommand(s), uploadsCommand(s), operationsCommand(s),
		runnersCommand(s), enrollCommand(s), enrollmentsCommand(s), keysCommand(s), sessionsCommand(s), sshKeysCommand(s), webhooksCommand(s), alertsCommand(s),
		eventsCommand(s), statsCommand(s), auditCommand(s),
		whoamiCommand(s), healthCommand(s), openAPICommand(s), versionCommand(s),
	)
	return root
}

// usage is a mistake on the command line itself.
type usage struct {
	err error
	cmd *cobra.Command
}

func (u usage) Error() string { return u.err.Error() }
func (u usage) Unwrap() error { return u.err }

// wrong makes a usage error that names the command whose help explains it.
func wrong(cmd *cobra.Command, format string, args ...any) error {
	return usage{fmt.Errorf(format, args...), cmd}
}

// exactly is cobra.ExactArgs with the arguments named.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return wrong(cmd, "%s is missing", names[len(args)])
		case len(args) > len(names):
			return wrong(cmd, "%q is one argument too many", args[len(names)])
		default:
			return nil
		}
	}
}

// noSuchCommand is the argument check of a command that has others below it:
// what follows it is none of them.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("%q is not a command of %s", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		message += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return usage{errors.New(message), cmd}
}

// group is a command that has others below it and does nothing by itself.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return wrong(cmd, "say what to do with %s", cmd.Name())
		},
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(commands...)
	return cmd
}
