package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func (s *session) revokeRunner() func(*cobra.Command, []string) error {
	return s.do(func(ctx context.Context, c *client.Client, args []string) error {
		gone, err := c.RevokeRunner(ctx, args[0])
		if err != nil {
			return err
		}
		s.say(i18n.Text{
			EN: "%s is refused from now on. %d task(s) wait for another computer, %d failed because only this one could do them.",
			ID: "%s ditolak mulai sekarang. %d tugas menunggu komputer lain, %d gagal karena hanya komputer ini yang bisa mengerjakannya.",
		}, gone.Name, gone.TakenBack, gone.Stranded)
		return s.print(func(v render.View) []render.Line {
			return v.Runners(api.RunnerList{Runners: []api.Runner{gone.Runner}})
		})
	})
}

// steer makes a command that changes what an operator decides about a runner.
func (s *session) steer(patch func() api.RunnerPatch) func(*cobra.Command, []string) error {
	return s.onRunner(func(c *client.Client, ctx context.Context, id string) (api.Runner, error) {
		return c.PatchRunner(ctx, id, patch())
	})
}

// withNote adds the flag that says why.
func withNote(s *session, cmd *cobra.Command, patch func() api.RunnerPatch) *cobra.Command {
	var note string
	cmd.Flags().StringVar(&note, "note", "", "why, for people to read")
	cmd.Args = exactly("RUNNER_ID")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return s.steer(func() api.RunnerPatch {
			p := patch()
			if cmd.Flags().Changed("note") {
				p.Note = &note
			}
			return p
		})(cmd, args)
	}
	return cmd
}

func pauseCommand(s *session) *cobra.Command {
	return withNote(s, &cobra.Command{Use: "pause RUNNER_ID", Short: "Give a computer no new tasks, and tell it so"},
		func() api.RunnerPatch { return api.RunnerPatch{Paused: new(true)} })
}

func resumeCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "resume RUNNER_ID", Short: "Let a paused computer go on", Args: exactly("RUNNER_ID"),
		RunE: s.steer(func() api.RunnerPatch { return api.RunnerPatch{Paused: new(false)} }),
	}
}

func drainCommand(s *session) *cobra.Command {
	return withNote(s, &cobra.Command{Use: "drain RUNNER_ID", Short: "Let a computer finish what it has, and give it nothing new"},
		func() api.RunnerPatch { return api.RunnerPatch{Drained: new(true)} })
}

func undrainCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "undrain RUNNER_ID", Short: "Give a drained computer tasks again", Args: exactly("RUNNER_ID"),
		RunE: s.steer(func() api.RunnerPatch { return api.RunnerPatch{Drained: new(false)} }),
	}
}

func labelCommand(s *session) *cobra.Command {
	var given []string
	cmd := &cobra.Command{
		Use: "label RUNNER_ID", Short: "Set all labels that a computer cannot override; none without --label", Args: exactly("RUNNER_ID"),
		Example: "  ddap-admin runners label 0196… --label site=lab --label gpu=yes",
	}
	cmd.Flags().StringArrayVar(&given, "label", nil, "a label NAME=VALUE; may be repeated")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		labels, err := pairs(cmd, "label", given)
		if err != nil {
			return err
		}
		if labels == nil {
			labels = map[string]string{}
		}
		return s.steer(func() api.RunnerPatch { return api.RunnerPatch{Labels: &labels} })(cmd, args)
	}
	return cmd
}

func rotateCommand(s *session) *cobra.Command {
	overlap := 24 * time.Hour
	cmd := &cobra.Command{
		Use: "rotate RUNNER_ID", Short: "Make a new credential for a computer and print it, this once", Args: exactly("RUNNER_ID"),
		Example: "  ddap-admin runners rotate 0196… --overlap 1h > token\n  ddap-runner --headless --token-file token …",
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			rotated, err := c.RotateRunner(ctx, args[0], api.RotateRequest{OverlapSeconds: new(int(overlap / time.Second))})
			if err != nil {
				return err
			}
			s.say(i18n.Text{
				EN: "The old credential works until %s. The new one is shown this once:",
				ID: "Kredensial lama berlaku hingga %s. Yang baru hanya ditampilkan kali ini:",
			}, rotated.PreviousValidUntil.UTC().Format("2006-01-02 15:04 UTC"))
			return s.printSecret(rotated.Token)
		}),
	}
	cmd.Flags().DurationVar(&overlap, "overlap", overlap, "how long the old credential works as well; 0s refuses it at once")
	return cmd
}

func whyCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "why RUNNER_ID", Short: "Tell why a computer gets no work", Args: exactly("RUNNER_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			why, err := c.WhyRunner(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.RunnerWhy(why) })
		}),
	}
}
