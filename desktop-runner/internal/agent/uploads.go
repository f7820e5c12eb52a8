package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"path/filepath"
	"strings"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/api"
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
	what := content{
		name: in.Name, lost: fmt.Sprintf("The uploaded file %q is no longer on the server.", in.Name), sizeBytes: in.SizeBytes, sha256: in.SHA256,
		get: func(ctx context.Context, to io.Writer) error { return a.api.UploadContent(ctx, in.UploadID, to) },
	}
	if failure := a.fetch(ctx, what, path); failure != nil {
		return nil, failure
	}
	return &plan.File{Path: path, Format: format, Policy: result.Rows, Uploaded: true}, nil
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
