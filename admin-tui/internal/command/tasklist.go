package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

// listFlags are the flags of `tasks list` that are not the filter's own words.
type listFlags struct {
	states, reasons                                  []string
	op                                               string
	mine                                             bool
	createdFrom, createdTo, finishedFrom, finishedTo string
}

func listTasksCommand(s *session) *cobra.Command {
	var filter client.TaskFilter
	var flags listFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List tasks, the newest first", Args: exactly(),
		Example: `  ddap-admin tasks list --state failed --sort -finished
  ddap-admin tasks list --mine --label site=lab --created-from 2026-12-01T00:00:00Z`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.fill(cmd, &filter); err != nil {
				return err
			}
			return s.do(func(ctx context.Context, c *client.Client, _ []string) error {
				return s.listTasks(ctx, c, filter)
			})(cmd, args)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&flags.states, "state", nil, "only these states, as in queued,running")
	f.StringSliceVar(&flags.reasons, "reason", nil, "only these reasons, as in runners_offline")
	f.StringVar(&flags.op, "operation", "", "only this operation, by name or number")
	f.StringVar(&filter.RunnerID, "runner", "", "only what this computer holds or held")
	f.StringVar(&filter.PipelineID, "pipeline", "", "only the steps of this pipeline")
	f.StringVar(&filter.ScheduleID, "schedule", "", "only what this schedule made")
	f.StringVar(&filter.Creator, "creator", "", "only what was made with this key (its id), or KEY_ID;USER_ID")
	f.BoolVar(&flags.mine, "mine", false, "only what was made with your own key")
	f.StringArrayVar(&filter.Labels, "label", nil, "only tasks that ask for this label NAME=VALUE; may be repeated")
	f.StringVar(&filter.Text, "text", "", "only names with this text")
	f.StringVar(&flags.createdFrom, "created-from", "", "only what was created at this time or later")
	f.StringVar(&flags.createdTo, "created-to", "", "only what was created before this time")
	f.StringVar(&flags.finishedFrom, "finished-from", "", "only what ended at this time or later")
	f.StringVar(&flags.finishedTo, "finished-to", "", "only what ended before this time")
	f.StringVar(&filter.Sort, "sort", "", "created, finished, priority or name; with a minus before it the highest first")
	f.IntVar(&filter.Limit, "limit", 0, "how many at most")
	f.IntVar(&filter.Page, "page", 0, "the page with this number, from 1")
	f.StringVar(&filter.Cursor, "cursor", "", "where the page before ended")
	cmd.MarkFlagsMutuallyExclusive("creator", "mine")
	cmd.MarkFlagsMutuallyExclusive("cursor", "page")
	return cmd
}

// fill puts into the filter what its flags do not write there by themselves.
func (f *listFlags) fill(cmd *cobra.Command, filter *client.TaskFilter) (err error) {
	for _, name := range f.states {
		filter.States = append(filter.States, task.State(name))
	}
	for _, name := range f.reasons {
		filter.Reasons = append(filter.Reasons, task.Reason(name))
	}
	if f.mine {
		filter.Creator = "me"
	}
	if f.op != "" {
		if filter.Operation, err = operationCode(cmd, f.op); err != nil {
			return err
		}
	}
	for _, at := range []struct {
		flag, value string
		to          **time.Time
	}{
		{"created-from", f.createdFrom, &filter.CreatedFrom}, {"created-to", f.createdTo, &filter.CreatedTo},
		{"finished-from", f.finishedFrom, &filter.FinishedFrom}, {"finished-to", f.finishedTo, &filter.FinishedTo},
	} {
		if *at.to, err = timeOf(cmd, at.flag, at.value); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) listTasks(ctx context.Context, c *client.Client, filter client.TaskFilter) error {
	list, err := c.Tasks(ctx, filter)
	if err != nil {
		return err
	}
	if !s.json() && len(list.Tasks) > 0 {
		defer func() { _ = s.write(s.env.Err, s.footer(list)) }()
	}
	return s.print(func(v render.View) []render.Line { return v.Tasks(list) })
}

// footer sums a page of tasks up, and says how to see the next.
func (s *session) footer(list api.TaskList) []render.Line {
	lines := []render.Line{nil, s.viewOf(s.env.Err).TaskCounts(list.Counts)}
	return append(lines, s.more(list.NextCursor)...)
}

// more says how to see the next page, where there is one.
func (s *session) more(cursor string) []render.Line {
	if cursor == "" {
		return nil
	}
	text := i18n.Text{EN: "more: --cursor ", ID: "lainnya: --cursor "}.In(s.language())
	return []render.Line{{{Text: text + cursor}}}
}
