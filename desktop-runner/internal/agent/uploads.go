package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/result"
	"ddap/shared/task"
)

// revisionLength is how much of an upload's hash names its revision in results.
const revisionLength = 16

// uploadFormats tell what an upload is whose name does not.
var uploadFormats = map[string]plan.Format{
	"text/csv": plan.CSV, "text/tab-separated-values": plan.CSV, "text/plain": plan.CSV,
	"application/json": plan.JSON, "application/x-ndjson": plan.JSON, "application/jsonl": plan.JSON,
	"application/vnd.apache.parquet":                                    plan.Parquet,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": plan.XLSX,
}

// download fetches an upload into a task's work folder, whole and as the server
// knows it. The people who sent it may see its rows, so these may leave again.
func (a *Agent) download(ctx context.Context, in api.Input, folder string) (*plan.File, *plan.Failure) {
	format, failure := a.checkUpload(in)
	if failure != nil {
		return nil, failure
	}
	// A name of our own: the upload's would be a path that somebody else chose.
	path := filepath.Join(folder, "upload-"+strings.Map(plainDigit, in.Path)+"."+string(format))
	for failures := 1; ; failures++ {
		err := a.fetchUpload(ctx, in, path)
		a.link.saw(err)
		switch {
		case err == nil:
			return &plan.File{Path: path, Format: format, Policy: result.Rows, Uploaded: true}, nil
		case ctx.Err() != nil:
			// What ended ctx decides the report; see conclude.
		case errors.Is(err, errDisk):
			a.Log.Error("the disk did not take an upload", logkey.Error, err)
			return nil, &plan.Failure{Reason: task.DiskFull, Message: "This computer could not keep the uploaded file on its disk.", Retryable: true}
		case errors.Is(err, errDamaged) && failures >= maxDamaged:
			return nil, &plan.Failure{Reason: task.SourceUnreadable, Message: in.Name + " comes damaged from the server.", Retryable: true}
		case !errors.Is(err, errDamaged) && !fault.Retryable(err):
			return nil, &plan.Failure{Reason: task.InputLost, Message: fmt.Sprintf("The uploaded file %q is no longer on the server.", in.Name)}
		}
		if !sleep(ctx, a.Backoff.pause(failures), nil) {
			return nil, &plan.Failure{Reason: task.InputLost, Message: "The work was stopped."}
		}
	}
}

// checkUpload tells what an upload is, or why there is no use in fetching it.
func (a *Agent) checkUpload(in api.Input) (plan.Format, *plan.Failure) {
	format, ok := plan.FormatOf(in.Name)
	if media, _, err := mime.ParseMediaType(in.ContentType); !ok && err == nil {
		format, ok = uploadFormats[media]
	}
	switch {
	case len(in.SHA256) != hex.EncodedLen(sha256.Size):
		return "", &plan.Failure{Reason: task.InputLost, Message: "The uploaded file that this task reads is no longer on the server."}
	case !ok:
		return "", &plan.Failure{
			Reason:  task.SourceUnreadable,
			Message: fmt.Sprintf("%s: its ending is not known; upload it as %s", in.Name, plan.Endings),
		}
	case a.Limits.DiskBytes > 0 && in.SizeBytes > a.Limits.DiskBytes:
		return "", &plan.Failure{
			Reason:  task.DiskFull,
			Message: fmt.Sprintf("%s has %d bytes, and the owner of this computer gives a task %d.", in.Name, in.SizeBytes, a.Limits.DiskBytes),
		}
	}
	return format, nil
}

// plainDigit keeps of a source's path what tells it from the task's others.
func plainDigit(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

var (
	errDisk    = errors.New("the file could not be written")
	errDamaged = errors.New("the content does not have the hash that it should")
)

// maxDamaged is how often a content may come damaged before its task fails.
const maxDamaged = 3

// fetchUpload downloads an upload once, in place of what an earlier try left.
func (a *Agent) fetchUpload(ctx context.Context, in api.Input, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	sum := sha256.New()
	to := &filling{to: io.MultiWriter(file, sum), room: in.SizeBytes}
	err = a.api.UploadContent(ctx, in.UploadID, to)
	closeErr := file.Close()
	switch {
	case to.over:
		return errDamaged
	case to.err != nil:
		return fmt.Errorf("%w: %w", errDisk, to.err)
	case err != nil:
		return err
	case closeErr != nil:
		return fmt.Errorf("%w: %w", errDisk, closeErr)
	case hex.EncodeToString(sum.Sum(nil)) != in.SHA256:
		return errDamaged
	}
	return nil
}

// filling takes no more than was announced, and tells its own errors from those
// of where the bytes come from.
type filling struct {
	to   io.Writer
	room int64
	over bool
	err  error
}

func (w *filling) Write(p []byte) (int, error) {
	if int64(len(p)) > w.room {
		w.over = true
		return 0, errDamaged
	}
	n, err := w.to.Write(p)
	w.room -= int64(n)
	w.err = err
	return n, err
}
