package httpapi_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/config"
	"ddap/shared/api"
)

// holder is a runner that holds one attempt.
type holder struct {
	*world
	runner api.RegisterResponse
	task   api.Assignment
}

func (w *world) holder() *holder {
	w.t.Helper()
	h := &holder{world: w, runner: w.runner()}
	w.task(w.AdminKey)
	h.claim()
	return h
}

func (h *holder) claim() {
	h.t.Helper()
	var claim api.ClaimResponse
	h.do(request{method: "POST", path: "/v1/claim?wait=10", key: h.runner.Token}).ok(http.StatusOK, &claim)
	require.Len(h.t, claim.Tasks, 1)
	h.task = claim.Tasks[0]
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func (h *holder) upload(name, content string, change ...func(*request)) *response {
	h.t.Helper()
	r := request{
		method: "PUT", path: "/v1/tasks/" + h.task.TaskID + "/artifacts/" + name, key: h.runner.Token, body: content,
		header: map[string]string{
			"Content-Type": "text/html", api.ArtifactAttemptHeader: strconv.Itoa(h.task.Attempt),
			api.ArtifactLeaseHeader: h.task.LeaseToken, api.ArtifactHashHeader: hashOf(content),
		},
	}
	for _, c := range change {
		c(&r)
	}
	return h.do(r)
}

// succeed reports the attempt with these artifacts.
func (h *holder) succeed(artifacts map[string]string) {
	h.t.Helper()
	var refs []string
	for name, content := range artifacts {
		refs = append(refs, fmt.Sprintf(`{"name": %q, "sha256": %q}`, name, hashOf(content)))
	}
	h.do(request{method: "POST", path: "/v1/result", key: h.runner.Token, body: fmt.Sprintf(
		`{"task_id": %q, "attempt": %d, "lease_token": %q, "outcome": "succeeded", "artifacts": [%s], "result": {"version": 1, "kind": "fetch", "summary": "done"}}`,
		h.task.TaskID, h.task.Attempt, h.task.LeaseToken, strings.Join(refs, ","))}).ok(http.StatusOK, nil)
}

func (h *holder) download(name, key string, header map[string]string) *response {
	h.t.Helper()
	return h.do(request{method: "GET", path: "/v1/tasks/" + h.task.TaskID + "/artifacts/" + name, key: key, header: header})
}

func TestArtifact_IsServedAsDataOnly(t *testing.T) {
	t.Parallel()
	h := newWorld(t).holder()
	const content = "<script>alert(1)</script>"
	h.upload("report.html", content).ok(http.StatusOK, nil)
	h.succeed(map[string]string{"report.html": content})

	got := h.download("report.html", h.AdminKey, nil)
	got.ok(http.StatusOK, nil)
	require.Equal(t, content, string(got.body))
	require.Equal(t, "text/html", got.header.Get("Content-Type"))
	require.Equal(t, `attachment; filename="report.html"`, got.header.Get("Content-Disposition"))
	require.Equal(t, "sandbox; default-src 'none'; frame-ancestors 'none'", got.header.Get("Content-Security-Policy"))
	require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
	require.Equal(t, strconv.Itoa(len(content)), got.header.Get("Content-Length"))

	head := h.do(request{method: "HEAD", path: "/v1/tasks/" + h.task.TaskID + "/artifacts/report.html", key: h.AdminKey})
	require.Equal(t, http.StatusOK, head.status)
	require.Equal(t, strconv.Itoa(len(content)), head.header.Get("Content-Length"))
	require.Empty(t, head.body)
}

func TestArtifact_IsServedInParts(t *testing.T) {
	t.Parallel()
	h := newWorld(t).holder()
	const content = "0123456789"
	h.upload("data.bin", content).ok(http.StatusOK, nil)
	h.succeed(map[string]string{"data.bin": content})
	etag := `"` + hashOf(content) + `"`

	part := h.download("data.bin", h.AdminKey, map[string]string{"Range": "bytes=2-4"})
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, "234", string(part.body))
	require.Equal(t, "bytes 2-4/10", part.header.Get("Content-Range"))
	require.Equal(t, etag, part.header.Get("ETag"))

	end := h.download("data.bin", h.AdminKey, map[string]string{"Range": "bytes=-3", "If-Range": etag})
	require.Equal(t, "789", string(end.body))
	changed := h.download("data.bin", h.AdminKey, map[string]string{"Range": "bytes=-3", "If-Range": `"other"`})
	require.Equal(t, http.StatusOK, changed.status)
	require.Equal(t, content, string(changed.body))

	beyond := h.download("data.bin", h.AdminKey, map[string]string{"Range": "bytes=10-"}).refused(416, "range_not_satisfiable")
	require.Equal(t, "bytes */10", beyond.header.Get("Content-Range"))
	same := h.download("data.bin", h.AdminKey, map[string]string{"If-None-Match": etag})
	require.Equal(t, http.StatusNotModified, same.status)
	require.Empty(t, same.body)
}

func TestArtifact_OfAnotherAttemptOrNameIsRefused(t *testing.T) {
	t.Parallel()
	h := newWorld(t).holder()
	change := func(name, value string) func(*request) {
		return func(r *request) { r.header[name] = value }
	}
	h.upload("a.txt", "x", change(api.ArtifactAttemptHeader, "2")).refused(409, api.CodeLeaseLost)
	h.upload("a.txt", "x", change(api.ArtifactLeaseHeader, "1-other")).refused(409, api.CodeLeaseLost)
	other := h.world.runner()
	h.upload("a.txt", "x", func(r *request) { r.key = other.Token }).refused(409, api.CodeLeaseLost)

	require.Equal(t, []string{"header." + api.ArtifactAttemptHeader}, h.upload("a.txt", "x", change(api.ArtifactAttemptHeader, "one")).refused(422, "invalid_request").paths())
	require.Equal(t, []string{"header." + api.ArtifactLeaseHeader}, h.upload("a.txt", "x", change(api.ArtifactLeaseHeader, "")).refused(422, "invalid_request").paths())
	require.Equal(t, []string{"header." + api.ArtifactHashHeader}, h.upload("a.txt", "x", change(api.ArtifactHashHeader, "abc")).refused(422, "invalid_request").paths())
	require.Equal(t, []string{"header.Content-Type"}, h.upload("a.txt", "x", change("Content-Type", "no type at all;")).refused(422, "invalid_request").paths())
	h.upload("a.txt", "x", change(api.ArtifactHashHeader, hashOf("y"))).refused(422, "hash_mismatch")
	for _, name := range []string{"..", ".", "a%2Fb", "%2e%2e", "a%00b", "ä", "a b", strings.Repeat("x", 129), "a%5Cb"} {
		got := h.upload(strings.ReplaceAll(name, " ", "%20"), "x")
		require.Containsf(t, []int{400, 404, 422}, got.status, "%q: %s", name, got.body)
	}
	require.Empty(t, h.files(), "what was refused left its content behind")

	h.do(request{method: "POST", path: "/v1/tasks/" + h.task.TaskID + "/cancel", key: h.AdminKey}).ok(http.StatusOK, nil)
	h.upload("a.txt", "x").refused(409, api.CodeTaskCanceled)
}

// files lists what is in the artifact folder.
func (h *holder) files() []string {
	h.t.Helper()
	var found []string
	require.NoError(h.t, filepath.WalkDir(filepath.Join(h.DataDir, "artifacts"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	}))
	return found
}

func TestArtifact_OverItsLimitIsRefused(t *testing.T) {
	t.Parallel()
	h := newWorld(t, func(c *config.Config) { c.MaxArtifactBytes = 1000 }).holder()
	h.upload("fits.bin", strings.Repeat("x", 1000)).ok(http.StatusOK, nil)
	h.upload("large.bin", strings.Repeat("x", 1001)).refused(413, api.CodeTooLarge)
	chunked := h.chunkedUpload("large.bin", bytes.Repeat([]byte("x"), 1001))
	require.Equal(t, http.StatusRequestEntityTooLarge, chunked)
	require.Len(t, h.files(), 1)
}

func (h *holder) chunkedUpload(name string, content []byte) int {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPut, h.URL+"/v1/tasks/"+h.task.TaskID+"/artifacts/"+name, bytes.NewReader(content))
	require.NoError(h.t, err)
	req.ContentLength = -1
	req.Header.Set("Authorization", "Bearer "+h.runner.Token)
	req.Header.Set(api.ArtifactAttemptHeader, strconv.Itoa(h.task.Attempt))
	req.Header.Set(api.ArtifactLeaseHeader, h.task.LeaseToken)
	req.Header.Set(api.ArtifactHashHeader, hashOf(string(content)))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(h.t, err)
	defer resp.Body.Close()
	return resp.StatusCode
}

// TestArtifact_LargerThanAnyBodyIsStreamed, in a declared length and in chunks.
func TestArtifact_LargerThanAnyBodyIsStreamed(t *testing.T) {
	t.Parallel()
	h := newWorld(t).holder()
	content := make([]byte, api.MaxBodyBytes+12345)
	_, _ = rand.Read(content)
	h.upload("big.bin", string(content)).ok(http.StatusOK, nil)
	require.Equal(t, http.StatusOK, h.chunkedUpload("chunked.bin", content))
	h.succeed(map[string]string{"big.bin": string(content), "chunked.bin": string(content)})
	for _, name := range []string{"big.bin", "chunked.bin"} {
		require.True(t, bytes.Equal(content, h.download(name, h.AdminKey, nil).body))
	}
}

// TestArtifact_ThatIsCutLeavesNothing: a lost connection must not look like a
// whole upload.
func TestArtifact_ThatIsCutLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newWorld(t).holder()
	c := h.converse()
	c.say("PUT /v1/tasks/" + h.task.TaskID + "/artifacts/cut.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + h.runner.Token +
		"\r\nContent-Length: 100\r\n" + api.ArtifactAttemptHeader + ": 1\r\n" + api.ArtifactLeaseHeader + ": " + h.task.LeaseToken +
		"\r\n" + api.ArtifactHashHeader + ": " + hashOf("half") + "\r\n\r\nhalf")
	require.NoError(t, c.conn.Close())
	h.upload("whole.bin", "whole").ok(http.StatusOK, nil)
	require.Eventually(t, func() bool { return len(h.files()) == 1 }, 10*time.Second, 10*time.Millisecond)
}

func TestArtifact_IsThereForRunnersThatNeedIt(t *testing.T) {
	t.Parallel()
	h := newWorld(t).holder()
	h.upload("report.html", "x").ok(http.StatusOK, nil)
	h.succeed(map[string]string{"report.html": "x"})
	h.download("report.html", h.runner.Token, nil).refused(404, "artifact_not_found")

	producer := h.task.TaskID
	h.do(request{method: "POST", path: "/v1/task", key: h.AdminKey, body: `{"name": "x", "operation_code": 400, "params": {"inputs": [{"task": "` + producer + `"}], "format": "html"}}`}).ok(http.StatusCreated, nil)
	h.claim()
	reads := request{method: "GET", path: "/v1/tasks/" + producer + "/artifacts/report.html", key: h.runner.Token}
	require.Equal(t, "x", string(h.do(reads).body))
	reads.key = h.world.runner().Token
	h.do(reads).refused(404, "artifact_not_found")
}

func TestArtifact_GoesWithItsTask(t *testing.T) {
	t.Parallel()
	h := newWorld(t).holder()
	h.upload("report.html", "x").ok(http.StatusOK, nil)
	h.succeed(map[string]string{"report.html": "x"})
	h.do(request{method: "DELETE", path: "/v1/tasks/" + h.task.TaskID, key: h.AdminKey}).ok(http.StatusNoContent, nil)
	h.download("report.html", h.AdminKey, nil).refused(404, "artifact_not_found")
}
