package command

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

// onceHelp explains --idempotency-key.
const onceHelp = "a random text: the same command again with it makes nothing twice"

const rerunHelp = "make lost rows again that are needed"

func retryTaskCommand(s *session) *cobra.Command {
	var rerun bool
	cmd := &cobra.Command{
		Use: "retry TASK_ID", Short: "Make a new task like one that ended without success", Args: exactly("TASK_ID"),
		RunE: s.onTask(func(c *client.Client, ctx context.Context, id string) (api.Task, error) {
			if rerun {
				return c.RetryTaskAndInputs(ctx, id)
			}
			return c.RetryTask(ctx, id)
		}),
	}
	cmd.Flags().BoolVar(&rerun, "rerun-lost-inputs", false, rerunHelp)
	return cmd
}

func cloneTaskCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "clone TASK_ID", Short: "Make a new task with the same parameters", Args: exactly("TASK_ID"),
		RunE: s.onTask((*client.Client).CloneTask),
	}
}

func setPriorityCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "set-priority TASK_ID PRIORITY", Short: "Let a task go sooner or later than others, from -100 to 100", Args: exactly("TASK_ID", "PRIORITY"),
		Example: `  ddap-admin tasks set-priority 0196… 10
  ddap-admin tasks set-priority 0196… -- -10`,
		RunE: func(cmd *cobra.Command, args []string) error {
			priority, err := strconv.Atoi(args[1])
			if err != nil {
				return wrong(cmd, "PRIORITY is a whole number from -100 to 100, not %q", args[1])
			}
			return s.changeTask(cmd, args, api.TaskPatch{Priority: &priority})
		},
	}
}

func setDeadlineCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "set-deadline TASK_ID TIME", Short: "Fail a task unless it has ended by this time", Args: exactly("TASK_ID", "TIME"),
		Example: `  ddap-admin tasks set-deadline 0196… 2026-12-01T08:00:00Z`,
		RunE: func(cmd *cobra.Command, args []string) error {
			deadline, err := timeOf(cmd, "TIME", args[1])
			if err != nil {
				return err
			}
			return s.changeTask(cmd, args, api.TaskPatch{Deadline: deadline})
		},
	}
}

func (s *session) changeTask(cmd *cobra.Command, args []string, patch api.TaskPatch) error {
	return s.onTask(func(c *client.Client, ctx context.Context, id string) (api.Task, error) {
		return c.ChangeTask(ctx, id, patch)
	})(cmd, args)
}

func deleteTaskCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "delete TASK_ID", Short: "Delete a task that has ended, with its result and its files", Args: exactly("TASK_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			if err := c.DeleteTask(ctx, args[0]); err != nil {
				return err
			}
			s.say(i18n.Text{EN: "Task %s is deleted.", ID: "Tugas %s telah dihapus."}, args[0])
			return nil
		}),
	}
}

func listPipelinesCommand(s *session) *cobra.Command {
	var page client.Page
	cmd := &cobra.Command{
		Use: "list", Short: "List pipelines, the newest first", Args: exactly(),
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.PipelinesPage(ctx, page)
			if err != nil {
				return err
			}
			if !s.json() {
				defer func() { _ = s.write(s.env.Err, s.more(list.NextCursor)) }()
			}
			return s.print(func(v render.View) []render.Line { return v.Pipelines(list) })
		}),
	}
	cmd.Flags().IntVar(&page.Limit, "limit", 0, "how many at most")
	cmd.Flags().StringVar(&page.Cursor, "cursor", "", "where the page before ended")
	return cmd
}

func cancelPipelineCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "cancel PIPELINE_ID", Short: "End every step that has not ended", Args: exactly("PIPELINE_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			return s.showPipeline(c.CancelPipeline(ctx, args[0]))
		}),
	}
}

func retryPipelineCommand(s *session) *cobra.Command {
	var rerun bool
	cmd := &cobra.Command{
		Use: "retry PIPELINE_ID", Short: "Try again what failed, and keep what has succeeded", Args: exactly("PIPELINE_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			return s.showPipeline(c.RetryPipeline(ctx, args[0], rerun))
		}),
	}
	cmd.Flags().BoolVar(&rerun, "rerun-lost-inputs", false, rerunHelp)
	return cmd
}

func (s *session) showPipeline(p api.Pipeline, err error) error {
	if err != nil {
		return err
	}
	return s.print(func(v render.View) []render.Line { return v.Pipeline(p) })
}
