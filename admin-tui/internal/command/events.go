package command

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/client"
)

func eventsCommand(s *session) *cobra.Command {
	var filter client.EventFilter
	var after string
	cmd := &cobra.Command{
		Use: "events", Short: "Follow what happens, until you interrupt it", Args: exactly(),
		Long: "Follow what happens, until you interrupt it. A connection that breaks is made again, and nothing is missed.\n" +
			"With --output json each event is one line; its id is what --after takes to go on from there.",
		Example: `  ddap-admin events --types runner,task.failed
  ddap-admin events --output json --after "$LAST" >> events.ndjson`,
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			for event, err := range c.Events(ctx, after, filter) {
				if err != nil {
					return err
				}
				if s.json() {
					line, err := json.Marshal(event)
					if err == nil {
						_, err = s.env.Out.Write(append(line, '\n'))
					}
					if err != nil {
						return fmt.Errorf("write: %w", err)
					}
					continue
				}
				if err := s.write(s.env.Out, []render.Line{s.viewOf(s.env.Out).StreamEvent(event)}); err != nil {
					return err
				}
			}
			return nil
		}),
	}
	f := cmd.Flags()
	f.StringVar(&after, "after", "", "go on behind the event with this id; from now on when absent")
	f.StringVar(&filter.TaskID, "task", "", "events of this task")
	f.StringVar(&filter.PipelineID, "pipeline", "", "events of the tasks of this pipeline")
	f.StringSliceVar(&filter.Types, "types", nil, "only these types or subjects, as in task.failed,runner")
	return cmd
}

func auditCommand(s *session) *cobra.Command {
	var filter client.AuditFilter
	var since time.Duration
	cmd := &cobra.Command{
		Use: "audit", Short: "See who changed what, newest first", Args: exactly(),
		Example: `  ddap-admin audit --action key --since 24h`,
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			if since > 0 {
				filter.Since = s.env.Now().Add(-since)
			}
			list, err := c.Audit(ctx, filter)
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.Audit(list) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&filter.ActorID, "actor", "", "changes made with the credential that has this id")
	f.StringVar(&filter.Action, "action", "", "an action, as in key.revoke, or all on a noun, as in key")
	f.StringVar(&filter.TargetKind, "kind", "", "changes of things of this kind")
	f.StringVar(&filter.TargetID, "target", "", "changes of the thing with this id")
	f.DurationVar(&since, "since", 0, "how far back, as in 24h; everything when absent")
	f.IntVar(&filter.Limit, "limit", 0, "how many at most; 50 when absent, 200 at most")
	f.StringVar(&filter.Cursor, "cursor", "", "go on behind an earlier page: its next_cursor")
	return cmd
}

func statsCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "stats", Short: "See how much is going on", Args: exactly(),
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			stats, err := c.Stats(ctx)
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.Stats(stats) })
		}),
	}
}
