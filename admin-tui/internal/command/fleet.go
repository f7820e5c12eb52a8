package command

import (
	"context"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
)

func runnersCommand(s *session) *cobra.Command {
	list := s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		runners, err := c.Runners(ctx)
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line { return v.Runners(runners) })
	})
	cmd := group("runners", "The computers that share data and do the work",
		&cobra.Command{Use: "list", Short: "List them", Args: exactly(), RunE: list},
		&cobra.Command{
			Use: "show RUNNER_ID", Short: "Show one", Args: exactly("RUNNER_ID"),
			RunE: s.onRunner((*client.Client).Runner),
		},
		&cobra.Command{
			Use: "approve RUNNER_ID", Short: "Let a computer in that asks to join", Args: exactly("RUNNER_ID"),
			RunE: s.onRunner((*client.Client).ApproveRunner),
		},
		&cobra.Command{
			Use: "revoke RUNNER_ID", Short: "Refuse a computer for good, and end what it holds", Args: exactly("RUNNER_ID"),
			RunE: s.revokeRunner(),
		},
		pauseCommand(s), resumeCommand(s), drainCommand(s), undrainCommand(s), labelCommand(s), rotateCommand(s), whyCommand(s),
	)
	cmd.RunE = list
	return cmd
}

func (s *session) onRunner(act func(*client.Client, context.Context, string) (api.Runner, error)) func(*cobra.Command, []string) error {
	return s.do(func(ctx context.Context, c *client.Client, args []string) error {
		runner, err := act(c, ctx, args[0])
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line {
			return v.Runners(api.RunnerList{Runners: []api.Runner{runner}})
		})
	})
}

func datasetsCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "datasets", Short: "List what computers share", Args: exactly(),
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			datasets, err := c.Datasets(ctx)
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.Datasets(datasets) })
		}),
	}
}

func operationsCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "operations", Short: "List what can be done with data, and the parameters of each", Args: exactly(),
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			operations, err := c.Operations(ctx)
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.Operations(operations) })
		}),
	}
}
