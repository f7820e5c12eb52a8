package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"ddap/server/internal/app"
)

//go:generate sh -c "go run . openapi > ../docs/openapi.json"

func openAPICommand() *cobra.Command {
	return &cobra.Command{
		Use: "openapi", Short: "Print the OpenAPI document of the API", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			document, err := app.Document(slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(document)
			return err
		},
	}
}
