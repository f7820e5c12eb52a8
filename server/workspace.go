package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ddap/server/internal/app"
	"ddap/server/internal/config"
	"ddap/shared/envflag"
)

func workspaceCommand() *cobra.Command {
	workspace := &cobra.Command{Use: "workspace", Short: "Make workspaces", Args: subcommandOnly, RunE: help}
	cfg := config.Default()
	cfg.LogLevel = "warn"
	create := &cobra.Command{
		Use: "create NAME", Short: "Make a workspace and print its admin key",
		Long: "Make a workspace and print its admin key, this once. A server may be running on the same data folder.",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.ExactArgs(1)(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		},
		PreRunE: func(cmd *cobra.Command, _ []string) error { return settle(cmd, &cfg) },
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := app.CreateWorkspace(cmd.Context(), cfg, cfg.Logger(cmd.ErrOrStderr()), args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), key)
			return err
		},
	}
	cfg.AddDatabase(create.Flags())
	cfg.AddLogging(create.Flags())
	envflag.Describe(create.Flags())
	workspace.AddCommand(create)
	return workspace
}
