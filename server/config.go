package main

import (
	"os"

	"github.com/spf13/cobra"

	"ddap/server/internal/config"
	"ddap/shared/envflag"
)

func configCommand() *cobra.Command {
	group := &cobra.Command{Use: "config", Short: "Look at the settings", Args: subcommandOnly, RunE: help}
	cfg := config.Default()
	show := &cobra.Command{
		Use: "print", Short: "Print the effective settings, where each comes from, and what is wrong with them", Args: noArguments,
		Long: "Print the settings that ddap-server serve would run with, given the same flags, environment and file: as a configuration file, " +
			"with the source of each in a comment, and secrets masked.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			sources, err := config.Settle(cmd.Flags(), os.LookupEnv)
			if err != nil {
				return usageError{err}
			}
			if err := config.Print(cmd.OutOrStdout(), cmd.Flags(), sources); err != nil {
				return err
			}
			if err := cfg.Check(); err != nil {
				return usageError{err}
			}
			return nil
		},
	}
	cfg.AddAll(show.Flags())
	envflag.Describe(show.Flags())
	group.AddCommand(show)
	return group
}
