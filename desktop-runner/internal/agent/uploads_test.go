//go:build unix

package agent_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/apitest"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func readUpload(id string) api.TaskRequest {
	return ask("read upload", operation.Fetch, `{"source":{"upload":%q}}`, id)
}

func TestAgent_GivesTheChildAnUpload(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	start(t, h)
	for name, tt := range map[string]struct{ contentType, format string }{
		"../../etc/passwd.CSV": {"text/html", "csv"},
		"birds.ndjson":         {"", "json"},
		"no ending":            {"text/csv; charset=utf-8", "csv"},
		"birds.parquet":        {"application/octet-stream", "parquet"},
		"birds.XLSX":           {"application/octet-stream", "xlsx"},
		"no ending either":     {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
	} {
		id := f.AddUpload(name, tt.contentType, "rows of "+name)
		taskID := f.Enqueue(t, readUpload(id))
		f.AwaitState(t, taskID, task.Succeeded)
		document := f.Report(taskID).Result
		require.Equal(t, "rows of "+name+" <nil> rows "+tt.format+" true", document.Summary)
		require.Len(t, document.Sources, 1)
		source := document.Sources[0]
		require.Len(t, source.Revision, 16)
		source.Revision = ""
		require.Equal(t, result.Source{Name: name, RunnerID: f.Runner(t).ID, UploadID: id}, source)
	}
	left, err := os.ReadDir(filepath.Join(h.state, "work"))
	require.NoError(t, err)
	require.Empty(t, left, "the upload goes with the work folder")
}

func TestAgent_TriesAnUploadAgain(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	start(t, newHome(t, f))
	var asked atomic.Int32
	f.Intercept(func(r *http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/v1/uploads/") && asked.Add(1) < 3 {
			return fault.New("test", fault.Unavailable, "", "not now")
		}
		return nil
	})
	id := f.Enqueue(t, readUpload(f.AddUpload("a.csv", "", "a")))
	f.AwaitState(t, id, task.Succeeded)
	require.EqualValues(t, 3, asked.Load())
}

func TestAgent_FailsATaskWhoseUploadCannotBeHad(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	start(t, newHome(t, f))
	gone := func(r *http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/v1/uploads/") {
			return fault.New("test", fault.NotFound, "upload_not_found", "there is none")
		}
		return nil
	}
	for name, tt := range map[string]struct {
		file, spoiled string
		hook          func(*http.Request) error
		reason        task.Reason
		retryable     bool
	}{
		"another content": {file: "a.csv", spoiled: "b", reason: task.SourceUnreadable, retryable: true},
		"more content":    {file: "a.csv", spoiled: "aa", reason: task.SourceUnreadable, retryable: true},
		"less content":    {file: "a.csv", spoiled: "", reason: task.SourceUnreadable, retryable: true},
		"no content":      {file: "a.csv", spoiled: "a", hook: gone, reason: task.InputLost},
		"unknown kind":    {file: "a.exe", spoiled: "a", reason: task.SourceUnreadable},
	} {
		f.Intercept(tt.hook)
		upload := f.AddUpload(tt.file, "", "a")
		f.SpoilUpload(upload, tt.spoiled)
		req := readUpload(upload)
		req.MaxAttempts = 1
		id := f.Enqueue(t, req)
		f.Await(t, name, func() bool { return f.Report(id) != nil })
		report := f.Report(id)
		require.NotNil(t, report.Error, name)
		require.Equal(t, tt.reason, report.Error.Reason, name)
		require.Equal(t, tt.retryable, report.Error.Retryable, name)
		f.Intercept(nil)
	}
}
