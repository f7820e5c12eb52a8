package command_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var sampleUpload = api.Upload{
	ID: id, Name: "sales.csv", ContentType: "text/csv", SizeBytes: 2048, CreatedBy: "Ani",
	CreatedAt: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), ExpiresAt: time.Date(2026, 11, 30, 11, 0, 0, 0, time.UTC),
}

func TestUploads_Create(t *testing.T) {
	t.Parallel()
	const content = "a,b\n1,2\n"
	file := filepath.Join(t.TempDir(), "sales.csv")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	for name, tt := range map[string]struct {
		args  []string
		stdin string
		query string
	}{
		"a file":             {[]string{"uploads", "create", file}, "", "name=sales.csv"},
		"under another name": {[]string{"uploads", "create", file, "--name", "q 1.csv", "--expires-in", "2h"}, "", "expires_in_seconds=7200&name=q+1.csv"},
		"standard input":     {[]string{"uploads", "create", "-", "--name", "piped.csv"}, content, "name=piped.csv"},
	} {
		s := newServer(t, map[string][]any{"POST /v1/uploads": {sampleUpload}})
		got := runWith(t, s, setup{stdin: tt.stdin}, tt.args...)
		requireCode(t, command.ExitOK, got)
		require.Contains(t, got.out, "sales.csv", name)
		require.Contains(t, got.out, "2.05 kB", name)
		require.Len(t, s.requests(), 1)
		require.Equal(t, tt.query, s.requests()[0].query, name)
		require.Equal(t, content, string(s.requests()[0].body), name)
	}
}

// TestUploads_Create_TriesAgain where the answer may have been lost, under the
// key of the first try and with the whole file.
func TestUploads_Create_TriesAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sales.csv")
	require.NoError(t, os.WriteFile(file, []byte("content"), 0o600))
	var calls atomic.Int32
	var keys, bodies, hashes [2]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1) - 1
		body, _ := io.ReadAll(r.Body)
		keys[n], bodies[n], hashes[n] = r.Header.Get("Idempotency-Key"), string(body), r.Header.Get(api.UploadHashHeader)
		if n == 0 {
			panic(http.ErrAbortHandler)
		}
		_ = json.NewEncoder(w).Encode(sampleUpload)
	}))
	t.Cleanup(server.Close)
	got := run(t, nil, "uploads", "create", file, "--server", server.URL)
	requireCode(t, command.ExitOK, got)
	sum := sha256.Sum256([]byte("content"))
	require.Equal(t, [2]string{"content", "content"}, bodies)
	require.NotEmpty(t, keys[0])
	require.Equal(t, keys[0], keys[1])
	require.Equal(t, hex.EncodeToString(sum[:]), hashes[1])
}

func TestUploads_ListAndDelete(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{
		"GET /v1/uploads":          {api.UploadList{Uploads: []api.Upload{sampleUpload}, NextCursor: "after"}},
		"DELETE /v1/uploads/" + id: {nil},
	})
	got := run(t, s, "uploads", "list", "--limit", "1")
	requireCode(t, command.ExitOK, got)
	require.Contains(t, got.out, "sales.csv")
	require.Contains(t, got.out, id)
	require.Contains(t, got.err, "--cursor after")
	requireCode(t, command.ExitOK, run(t, s, "uploads", "delete", id))

	none := newServer(t, map[string][]any{"GET /v1/uploads": {api.UploadList{}}, "DELETE /v1/uploads/" + id: {fault.New("test", fault.Conflict, api.CodeStillNeeded, "a task needs it")}})
	require.Contains(t, run(t, none, "uploads", "list").out, "ddap-admin uploads create FILE")
	got = run(t, none, "uploads", "delete", id)
	requireCode(t, command.ExitFailed, got)
	require.Contains(t, got.err, "a task needs it")
}

func TestUploads_WrongUsage(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	for says, args := range map[string][]string{
		"--name is missing": {"uploads", "create", "-"},
		"no such file":      {"uploads", "create", "/nowhere/x.csv"},
		"is a folder":       {"uploads", "create", t.TempDir()},
		"FILE is missing":   {"uploads", "create"},
	} {
		got := run(t, s, args...)
		requireCode(t, command.ExitUsage, got)
		require.Contains(t, got.err, says)
	}
	require.Empty(t, s.requests())
}

func TestUploads_Download(t *testing.T) {
	t.Parallel()
	const content = "a,b\n1,2\n"
	sum := sha256.Sum256([]byte(content))
	for name, c := range map[string]struct{ called, sum, says string }{
		"whole":                   {"sales 2026 – Q1.csv", hex.EncodeToString(sum[:]), "saved"},
		"damaged":                 {"sales.csv", strings.Repeat("0", 64), "damaged"},
		"elsewhere":               {"../sales.csv", "", "cannot be saved"},
		"hidden":                  {".bashrc", "", "cannot be saved"},
		"shown as what it is not": {"sales\u202evsc.exe", "", "cannot be saved"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			found := sampleUpload
			found.Name, found.SHA256 = c.called, c.sum
			s := newServer(t, map[string][]any{"GET /v1/uploads/" + id: {found}, "GET /v1/uploads/" + id + "/content": {content}})
			got := run(t, s, "uploads", "download", id, "--save", folder)
			require.Contains(t, got.err, c.says)
			entries, err := os.ReadDir(folder)
			require.NoError(t, err)
			if name != "whole" {
				requireCode(t, command.ExitFailed, got)
				require.Empty(t, entries)
				return
			}
			requireCode(t, command.ExitOK, got)
			saved, err := os.ReadFile(filepath.Join(folder, c.called))
			require.NoError(t, err)
			require.Equal(t, content, string(saved))
		})
	}
}
