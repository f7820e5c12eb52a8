package command

import (
	"context"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func schedulesCommand(s *session) *cobra.Command {
	list := s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		schedules, err := c.Schedules(ctx, 0, "")
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line { return v.Schedules(schedules) })
	})
	yes, no := true, false
	cmd := group("schedules", "Tasks and pipelines that are created again and again",
		&cobra.Command{Use: "list", Short: "List them", Args: exactly(), RunE: list},
		createScheduleCommand(s),
		&cobra.Command{
			Use: "show SCHEDULE_ID", Short: "Show a schedule with its next times and what became of the last ones", Args: exactly("SCHEDULE_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.printSchedule(c.Schedule(ctx, args[0]))
			}),
		},
		&cobra.Command{
			Use: "pause SCHEDULE_ID", Short: "Create nothing until it is resumed", Args: exactly("SCHEDULE_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.printSchedule(c.ChangeSchedule(ctx, args[0], api.SchedulePatch{Paused: &yes}))
			}),
		},
		&cobra.Command{
			Use: "resume SCHEDULE_ID", Short: "Go on; times that passed meanwhile are not made up for", Args: exactly("SCHEDULE_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.printSchedule(c.ChangeSchedule(ctx, args[0], api.SchedulePatch{Paused: &no}))
			}),
		},
		&cobra.Command{
			Use: "run SCHEDULE_ID", Short: "Create now what it creates, beside its times", Args: exactly("SCHEDULE_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				run, err := c.RunSchedule(ctx, args[0])
				if err != nil {
					return err
				}
				return s.print(func(v render.View) []render.Line { return v.ScheduleRuns([]api.ScheduleRun{run}) })
			}),
		},
		&cobra.Command{
			Use: "delete SCHEDULE_ID", Short: "Delete a schedule; what it has created stays", Args: exactly("SCHEDULE_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				if err := c.DeleteSchedule(ctx, args[0]); err != nil {
					return err
				}
				s.say(i18n.Text{EN: "Schedule %s is gone; what it has created stays.", ID: "Jadwal %s dihapus; yang telah dibuatnya tetap ada."}, args[0])
				return nil
			}),
		},
	)
	cmd.RunE = list
	return cmd
}

func (s *session) printSchedule(schedule api.Schedule, err error) error {
	if err != nil {
		return err
	}
	return s.print(func(v render.View) []render.Line { return v.Schedule(schedule) })
}

func createScheduleCommand(s *session) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "create --file FILE", Short: "Make a schedule from a JSON document", Args: exactly(),
		Long: `Make a schedule from a JSON document: when, in which time zone, and the task or the pipeline.

  {"name": "Late flights, every working day", "cron": "30 7 * * mon-fri", "time_zone": "Asia/Jakarta",
   "missed": "run_once", "overlap": "skip",
   "task": {"name": "Late flights", "operation_code": 200, "params": {"source": {"dataset": "flights"},
      "where": {"column": "delay", "op": "ge", "value": 15}}}}`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var req api.ScheduleRequest
			if err := s.readDocument(cmd, "schedule", file, &req); err != nil {
				return err
			}
			return s.do(func(ctx context.Context, c *client.Client, _ []string) error {
				return s.printSchedule(c.CreateSchedule(ctx, req))
			})(cmd, args)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "the document; - is the standard input")
	require(cmd, "file")
	return cmd
}
