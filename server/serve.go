package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ddap/server/internal/app"
	"ddap/server/internal/config"
	"ddap/shared/envflag"
)

func serveCommand() *cobra.Command {
	cfg := config.Default()
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server", Args: noArguments,
		Long: "Run the server until it is interrupted. The first start makes the workspace \"default\" with an admin key: the one in " +
			config.AdminKeyVariable + " where that is well-formed (ddap-server key new prints one), else a new one, which is printed once.",
		PreRunE: func(cmd *cobra.Command, _ []string) error { return settle(cmd, &cfg) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.AdminKey = os.Getenv(config.AdminKeyVariable)
			return serve(cmd.Context(), cfg, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cfg.AddServing(cmd.Flags())
	cfg.AddDatabase(cmd.Flags())
	cfg.AddRetention(cmd.Flags())
	cfg.AddLogging(cmd.Flags())
	envflag.Describe(cmd.Flags())
	return cmd
}

func serve(ctx context.Context, cfg config.Config, out, logs io.Writer) (err error) {
	server, err := app.New(ctx, cfg, cfg.Logger(logs))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }() //nolint:contextcheck // it closes in order after ctx has ended
	if err := announce(out, server); err != nil {
		return err
	}
	return server.Run(ctx)
}

// announce prints where the server is, and the key of a first start. A server
// whose first key nobody could read does not run.
func announce(out io.Writer, server *app.App) error {
	scheme := "http"
	if server.Secure() {
		scheme = "https"
	}
	text := fmt.Sprintf("serving on %s://%s (API reference: %[1]s://%[2]s/docs)\n", scheme, server.Address())
	if key := server.FirstKey(); key != nil {
		text += fmt.Sprintf("admin key of the workspace default, shown this once:\n%s\n", key)
	}
	_, err := io.WriteString(out, text)
	return err
}

// settle completes the settings from the environment and the configuration
// file, and judges them.
func settle(cmd *cobra.Command, cfg *config.Config) error {
	if _, err := config.Settle(cmd.Flags(), os.LookupEnv); err != nil {
		return usageError{err}
	}
	if err := cfg.Check(); err != nil {
		return usageError{err}
	}
	return nil
}

// noArguments makes an argument too many a mistake in usage.
func noArguments(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return usageError{err}
	}
	return nil
}
