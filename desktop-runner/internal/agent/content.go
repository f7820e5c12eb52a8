package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/task"
)

// content is a file on the server, of which the server says what it is.
type content struct {
	// name and lost are for people: what it is called, and that it is gone.
	name, lost string
	sizeBytes  int64
	sha256     string
	get        func(ctx context.Context, to io.Writer) error
}

// fetch puts a content into a file, whole and as the server knows it, waiting
// for a server that is away.
func (a *Agent) fetch(ctx context.Context, c content, path string) *plan.Failure {
	for failures := 1; ; failures++ {
		err := c.once(ctx, path)
		a.link.saw(err)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			// What ended ctx decides the report; see conclude.
		case errors.Is(err, errDisk):
			a.Log.Error("the disk did not take a file from the server", logkey.Error, err)
			return &plan.Failure{Reason: task.DiskFull, Message: "This computer could not keep the file that the task reads on its disk.", Retryable: true}
		case errors.Is(err, errDamaged) && failures >= maxDamaged:
			return &plan.Failure{Reason: task.SourceUnreadable, Message: c.name + " comes damaged from the server.", Retryable: true}
		case !errors.Is(err, errDamaged) && !fault.Retryable(err):
			return &plan.Failure{Reason: task.InputLost, Message: c.lost}
		}
		if !sleep(ctx, a.Backoff.pause(failures), nil) {
			return &plan.Failure{Reason: task.InputLost, Message: "The work was stopped."}
		}
	}
}

var (
	errDisk    = errors.New("the file could not be written")
	errDamaged = errors.New("the content does not have the hash that it should")
)

// maxDamaged is how often a content may come damaged before its task fails.
const maxDamaged = 3

// once downloads a content, in place of what an earlier try left.
func (c content) once(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	sum := sha256.New()
	to := &filling{to: io.MultiWriter(file, sum), room: c.sizeBytes}
	err = c.get(ctx, to)
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
	case hex.EncodeToString(sum.Sum(nil)) != c.sha256:
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
