package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func uploadsCommand(s *session) *cobra.Command {
	var cursor string
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "List the files that were sent, newest first", Args: exactly(),
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			page, err := c.Uploads(ctx, cursor, limit)
			if err != nil {
				return err
			}
			if err := s.print(func(v render.View) []render.Line { return v.Uploads(page) }); err != nil {
				return err
			}
			if page.NextCursor != "" {
				s.say(i18n.Text{EN: "There are more: --cursor %s", ID: "Masih ada lagi: --cursor %s"}, page.NextCursor)
			}
			return nil
		}),
	}
	list.Flags().StringVar(&cursor, "cursor", "", "go on after an earlier page")
	list.Flags().IntVar(&limit, "limit", 0, "how many at most")
	return group("uploads", "Files that are sent to the server for tasks to use",
		createUploadCommand(s), list, downloadCommand(s),
		&cobra.Command{
			Use: "show UPLOAD_ID", Short: "Show one file that was sent", Args: exactly("UPLOAD_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				found, err := c.GetUpload(ctx, args[0])
				if err != nil {
					return err
				}
				return s.print(func(v render.View) []render.Line { return v.Uploads(api.UploadList{Uploads: []api.Upload{found}}) })
			}),
		},
		&cobra.Command{
			Use: "delete UPLOAD_ID", Short: "Delete a file that was sent, unless an unfinished task needs it", Args: exactly("UPLOAD_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				if err := c.DeleteUpload(ctx, args[0]); err != nil {
					return err
				}
				s.say(i18n.Text{EN: "Upload %s is deleted.", ID: "Unggahan %s dihapus."}, args[0])
				return nil
			}),
		},
	)
}

func createUploadCommand(s *session) *cobra.Command {
	var name, contentType string
	var expires seconds
	cmd := &cobra.Command{
		Use: "create FILE", Short: "Send a file; a task names it as its source", Args: exactly("FILE"),
		Example: `  ddap-admin uploads create sales.csv
  ddap-admin tasks create --operation fetch --params '{"source":{"upload":"0196…"}}' --wait
  zcat sales.csv.gz | ddap-admin uploads create - --name sales.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "-" && name == "" {
				return wrong(cmd, "--name is missing: what comes from the standard input has no name")
			}
			content, sum, done, err := s.openContent(args[0])
			if err != nil {
				return usage{err, cmd}
			}
			defer done()
			if name == "" {
				name = filepath.Base(args[0])
			}
			file := client.UploadFile{
				Name: name, ContentType: contentType, Lifetime: time.Duration(expires) * time.Second, SHA256: sum, Content: content,
			}
			return s.do(func(ctx context.Context, c *client.Client, _ []string) error { return s.sendFile(ctx, c, file) })(cmd, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&name, "name", "", "what to call it; its own name when absent")
	f.StringVar(&contentType, "type", "", "its media type, where the ending of its name does not say what it is")
	f.Var(&expires, "expires-in", "how long to keep it; as long as the server does when absent")
	return cmd
}

func downloadCommand(s *session) *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use: "download UPLOAD_ID", Short: "Save a file that was sent, under its name", Args: exactly("UPLOAD_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			found, err := c.GetUpload(ctx, args[0])
			if err != nil {
				return err
			}
			return s.save(folder, found.Name, found.SHA256, func(w io.Writer) error { return c.UploadContent(ctx, args[0], w) })
		}),
	}
	cmd.Flags().StringVar(&folder, "save", ".", "the folder to save it into")
	return cmd
}

func (s *session) sendFile(ctx context.Context, c *client.Client, file client.UploadFile) error {
	sent, err := c.Upload(ctx, file)
	if err != nil {
		return err
	}
	return s.print(func(v render.View) []render.Line { return v.Uploads(api.UploadList{Uploads: []api.Upload{sent}}) })
}

// openContent opens a file and reads it once for its hash, or gives the standard
// input for "-", whose hash nobody can know before.
func (s *session) openContent(path string) (content io.Reader, sum string, done func(), err error) {
	if path == "-" {
		return s.env.In, "", func() {}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, "", nil, err
	}
	done = func() { _ = file.Close() } // it was only read
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", path)
	}
	if err == nil && !info.Mode().IsRegular() {
		return file, "", done, nil // a pipe: read once, as it is sent
	}
	hash := sha256.New()
	if err == nil {
		_, err = io.Copy(hash, file)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		done()
		return nil, "", nil, fmt.Errorf("read the file: %w", err)
	}
	return file, hex.EncodeToString(hash.Sum(nil)), done, nil
}
