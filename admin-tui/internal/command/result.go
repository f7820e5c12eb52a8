package command

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func resultCommand(s *session) *cobra.Command {
	var wait bool
	var save string
	cmd := &cobra.Command{
		Use: "result TASK_ID", Short: "Show the result of a task: numbers, tables, charts, files", Args: exactly("TASK_ID"),
		Example: `  ddap-admin result 0196… --wait --save reports`,
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			if wait {
				return s.awaitResult(ctx, c, args[0], save)
			}
			return s.showResult(ctx, c, args[0], save)
		}),
	}
	cmd.Flags().BoolVarP(&wait, "wait", "w", false, "wait until the task ends")
	cmd.Flags().StringVar(&save, "save", "", "save the result's files into this folder")
	return cmd
}

// showResult shows a result as it is now and saves its files if a folder is
// given. A task without a result (yet) is a failure of this command.
func (s *session) showResult(ctx context.Context, c *client.Client, id, folder string) error {
	view, err := c.Result(ctx, id, 0)
	if err != nil {
		return err
	}
	if err := s.print(func(v render.View) []render.Line { return v.Result(view) }); err != nil {
		return err
	}
	if !view.State.Final() {
		s.say(i18n.Text{EN: "It has not ended yet; --wait waits for it.", ID: "Belum berakhir; --wait menunggunya."})
	}
	if folder != "" {
		for _, a := range view.Artifacts {
			get := func(w io.Writer) error { return c.Artifact(ctx, id, a.Name, w) }
			if err := s.save(folder, a.Name, a.SHA256, get); err != nil {
				return err
			}
		}
	}
	return verdict(nil, view.State)
}
