package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ddap/shared/buildinfo"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "ddap-server", buildinfo.Version)
			return err
		},
	}
}
