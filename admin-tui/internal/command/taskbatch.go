package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
)

func createTasksCommand(s *session) *cobra.Command {
	var file, once string
	cmd := &cobra.Command{
		Use: "create-batch --file FILE", Short: "Create up to 1,000 tasks from a JSON document, all or none, and print their ids", Args: exactly(),
		Long: `Create up to 1,000 tasks from a JSON document, all or none, and print their ids in its order.

  {"tasks": [
    {"name": "Penguins", "operation_code": 100, "params": {"source": {"dataset": "penguins"}}},
    {"name": "Flights", "operation_code": 100, "params": {"source": {"dataset": "flights"}}}]}`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var batch api.TaskBatch
			if err := s.readDocument(cmd, "batch of tasks", file, &batch); err != nil {
				return err
			}
			return s.do(func(ctx context.Context, c *client.Client, _ []string) error {
				return s.createTasks(client.With(ctx, client.Conditions{IdempotencyKey: once}), c, batch)
			})(cmd, args)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "the document; - is the standard input")
	cmd.Flags().StringVar(&once, "idempotency-key", "", onceHelp)
	require(cmd, "file")
	return cmd
}

func (s *session) createTasks(ctx context.Context, c *client.Client, batch api.TaskBatch) error {
	created, err := c.CreateTasks(ctx, batch)
	if err != nil {
		return err
	}
	if s.json() {
		return s.printAnswer()
	}
	for _, task := range created.Tasks {
		if _, err := fmt.Fprintln(s.env.Out, render.Clean(task.TaskID)); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	return nil
}
