package main

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ddap/server/internal/config"
	"ddap/shared/credential"
)

func keyCommand() *cobra.Command {
	key := &cobra.Command{Use: "key", Short: "Make API keys without a server", Args: subcommandOnly, RunE: help}
	key.AddCommand(&cobra.Command{
		Use: "new", Short: "Print a new API key, as for " + config.AdminKeyVariable, Args: noArguments,
		Long: "Print a new API key. No server knows it yet: give it to the first start of one in " + config.AdminKeyVariable + ".",
		RunE: func(cmd *cobra.Command, _ []string) error {
			id, err := uuid.NewV7()
			if err != nil {
				return fmt.Errorf("make an id: %w", err)
			}
			key, err := credential.New(credential.Key, id)
			if err != nil {
				return fmt.Errorf("make a key: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), key)
			return err
		},
	})
	return key
}

// subcommandOnly makes a command that only groups others ask for one of them.
func subcommandOnly(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())}
	}
	return nil
}

func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }
