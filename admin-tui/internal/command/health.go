package command

import (
	"context"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/client"
)

func healthCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "health", Short: "Tell whether the server can serve; exits with 1 unless it can, and needs no key", Args: exactly(),
		RunE: s.doWithoutKey(func(ctx context.Context, c *client.Client, _ []string) error {
			health, err := c.Ready(ctx)
			if health.Status == "" {
				return err
			}
			if err := s.print(func(v render.View) []render.Line { return v.Health(c.Server(), health) }); err != nil {
				return err
			}
			if err != nil {
				return errSaid
			}
			return nil
		}),
	}
}

func openAPICommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "openapi", Short: "Print the server's OpenAPI document; needs no key", Args: exactly(),
		RunE: s.doWithoutKey(func(ctx context.Context, c *client.Client, _ []string) error {
			if _, err := c.Description(ctx); err != nil {
				return err
			}
			return s.printAnswer()
		}),
	}
}
