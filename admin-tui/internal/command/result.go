package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
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
			if err := s.save(ctx, c, id, folder, a); err != nil {
				return err
			}
		}
	}
	return verdict(nil, view.State)
}

// artifactName is what the API allows; "." and ".." it does not match by starting
// anew here, since a name becomes a path.
var artifactName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`)

// save downloads a file, checks it against its hash, and only then gives it its name.
func (s *session) save(ctx context.Context, c *client.Client, id, folder string, a api.Artifact) (err error) {
	if !artifactName.MatchString(a.Name) {
		return fault.New("command.save", fault.Internal, "bad_artifact_name", "the server names a file %q, which cannot be saved", a.Name)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // G301: people's own reports, under their umask
		return fmt.Errorf("make the folder: %w", err)
	}
	file, err := os.CreateTemp(folder, ".download-*")
	if err != nil {
		return fmt.Errorf("save %s: %w", a.Name, err)
	}
	defer func() {
		_ = file.Close()
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	hash := sha256.New()
	if err := c.Artifact(ctx, id, a.Name, io.MultiWriter(file, hash)); err != nil {
		return err
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); a.SHA256 != "" && sum != a.SHA256 {
		return fault.New("command.save", fault.Internal, "artifact_damaged", "%s came damaged: its SHA-256 is %s and should be %s", a.Name, sum, a.SHA256)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("save %s: %w", a.Name, err)
	}
	path := filepath.Join(folder, a.Name)
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("save %s: %w", a.Name, err)
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // G302: as any file that a program saves for its user
		return fmt.Errorf("save %s: %w", a.Name, err)
	}
	s.say(i18n.Text{EN: "saved %s", ID: "tersimpan %s"}, path)
	return nil
}
