package httpapi_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/blobstore/s3test"
	"ddap/server/internal/config"
	"ddap/shared/api"
)

func (w *world) send(key, name, content string, change ...func(*request)) *response {
	w.t.Helper()
	r := request{
		method: "POST", path: "/v1/uploads?name=" + url.QueryEscape(name), key: key, body: content,
		header: map[string]string{"Content-Type": "text/csv"},
	}
	for _, c := range change {
		c(&r)
	}
	return w.do(r)
}

// upload sends a file and demands that it is taken.
func (w *world) upload(key, name, content string) api.Upload {
	w.t.Helper()
	var u api.Upload
	w.send(key, name, content).ok(http.StatusCreated, &u)
	return u
}

func fetchUpload(id string) string {
	return fmt.Sprintf(`{"name": "look", "operation_code": 100, "params": {"source": {"upload": %q}}}`, id)
}

func (w *world) content(key, id string, header map[string]string) *response {
	w.t.Helper()
	return w.do(request{method: "GET", path: "/v1/uploads/" + id + "/content", key: key, header: header})
}

func TestUpload_IsKeptAsItCame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	analyst := w.roleKey(api.Analyst)
	const content = "species,mass\nwren,9\n"
	got := w.send(analyst, `C:\data\..\Bü"cher 2026.csv`, content)
	var u api.Upload
	got.ok(http.StatusCreated, &u)
	require.Equal(t, "/v1/uploads/"+u.ID, got.header.Get("Location"))
	require.Equal(t, "Bü_cher 2026.csv", u.Name)
	require.Equal(t, "text/csv", u.ContentType)
	require.EqualValues(t, len(content), u.SizeBytes)
	require.Equal(t, hashOf(content), u.SHA256)
	require.Equal(t, "somebody", u.CreatedBy)
	require.WithinDuration(t, u.CreatedAt.Add(7*24*time.Hour), u.ExpiresAt, time.Second)

	var shown api.Upload
	w.do(request{method: "GET", path: "/v1/uploads/" + u.ID, key: analyst}).ok(http.StatusOK, &shown)
	require.Equal(t, u, shown)
	data := w.content(analyst, u.ID, nil)
	data.ok(http.StatusOK, nil)
	require.Equal(t, content, string(data.body))
	require.Equal(t, "text/csv", data.header.Get("Content-Type"))
	require.Equal(t, `attachment; filename="B__cher 2026.csv"; filename*=UTF-8''B%C3%BC_cher%202026.csv`, data.header.Get("Content-Disposition"))
	require.Equal(t, "sandbox; default-src 'none'; frame-ancestors 'none'", data.header.Get("Content-Security-Policy"))

	w.do(request{method: "DELETE", path: "/v1/uploads/" + u.ID, key: w.roleKey(api.Analyst)}).refused(http.StatusForbidden, "forbidden")
	w.do(request{method: "DELETE", path: "/v1/uploads/" + u.ID, key: analyst}).ok(http.StatusNoContent, nil)
	w.content(analyst, u.ID, nil).refused(http.StatusNotFound, "upload_not_found")
	require.Empty(t, w.stored(), "the content goes with the upload")

	// An operator deletes anybody's.
	u = w.upload(analyst, "b.csv", content)
	w.do(request{method: "DELETE", path: "/v1/uploads/" + u.ID, key: w.roleKey(api.Operator)}).ok(http.StatusNoContent, nil)
}

// stored lists the files in the data folder's store.
func (w *world) stored() []string {
	w.t.Helper()
	return (&holder{world: w}).files()
}

func TestUpload_IsRefusedWithTheFieldsPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *config.Config) { c.MaxUploadBytes, c.UploadRetention = 1000, time.Hour })
	header := func(name, value string) func(*request) { return func(r *request) { r.header[name] = value } }
	query := func(text string) func(*request) { return func(r *request) { r.path = "/v1/uploads?" + text } }
	body := func(text string) func(*request) { return func(r *request) { r.body = text } }
	for name, tt := range map[string]struct {
		change func(*request)
		status int
		code   string
		path   string
	}{
		"no name":          {query(""), 422, "invalid_request", "query.name"},
		"blank name":       {query("name=%20"), 422, "invalid_request", "query.name"},
		"long name":        {query("name=" + strings.Repeat("x", 1001)), 422, "invalid_request", "query.name"},
		"unknown query":    {query("name=a&nme=b"), 422, "invalid_request", "query.nme"},
		"broken query":     {query("name=%zz"), 422, "invalid_request", "query"},
		"a form":           {header("Content-Type", "multipart/form-data; boundary=x"), 422, "invalid_request", "header.Content-Type"},
		"no media type":    {header("Content-Type", "csv;;"), 422, "invalid_request", "header.Content-Type"},
		"no hash":          {header(api.UploadHashHeader, "abc"), 422, "invalid_request", "header." + api.UploadHashHeader},
		"another hash":     {header(api.UploadHashHeader, hashOf("other")), 422, "hash_mismatch", "header." + api.UploadHashHeader},
		"a long key":       {header("Idempotency-Key", strings.Repeat("x", 256)), 422, "invalid_request", "header.Idempotency-Key"},
		"nothing":          {body(""), 422, "invalid_request", "body"},
		"too large":        {body(strings.Repeat("x", 1001)), 413, api.CodeTooLarge, ""},
		"packed":           {header("Content-Encoding", "gzip"), 415, "unsupported_media_type", ""},
		"too short":        {query("name=a.csv&expires_in_seconds=59"), 422, "invalid_request", "query.expires_in_seconds"},
		"too long":         {query("name=a.csv&expires_in_seconds=3601"), 422, "invalid_request", "query.expires_in_seconds"},
		"no number":        {query("name=a.csv&expires_in_seconds=1h"), 422, "invalid_request", "query.expires_in_seconds"},
		"far beyond":       {query("name=a.csv&expires_in_seconds=99999999999999999999"), 422, "invalid_request", "query.expires_in_seconds"},
		"a zero character": {query("name=a%00b"), 400, "invalid_request", ""},
	} {
		got := w.send(w.AdminKey, "a.csv", "a\n1\n", tt.change)
		require.Equalf(t, tt.status, got.status, "%s: %s", name, got.body)
		require.Equal(t, tt.code, got.problem.Code, name)
		if tt.path != "" {
			require.Equal(t, []string{tt.path}, got.paths(), name)
		}
	}
	require.Empty(t, w.stored(), "what was refused left its content behind")
	w.do(request{method: "GET", path: "/v1/uploads?cursor=x", key: w.AdminKey}).refused(422, "invalid_request")
	w.do(request{method: "GET", path: "/v1/uploads/" + uuid.NewString(), key: w.AdminKey}).refused(404, "upload_not_found")
	w.do(request{method: "GET", path: "/v1/uploads/x/content", key: w.AdminKey}).refused(422, "invalid_request")
}

func TestUpload_SentTwiceUnderOneKeyIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := func(r *request) { r.header["Idempotency-Key"] = "once" }
	var first, again api.Upload
	w.send(w.AdminKey, "a.csv", "a\n", key).ok(http.StatusCreated, &first)
	w.send(w.AdminKey, "a.csv", "a\n", key).ok(http.StatusCreated, &again)
	require.Equal(t, first, again)
	w.send(w.AdminKey, "a.csv", "b\n", key).refused(422, "idempotency_key_reused")
	require.Len(t, w.stored(), 1)
	var other api.Upload
	w.send(w.roleKey(api.Analyst), "a.csv", "b\n", key).ok(http.StatusCreated, &other)
	require.NotEqual(t, first.ID, other.ID, "keys belong to their creator")
}

func TestUploads_ArePaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var sent []string
	for i := range 5 {
		sent = append([]string{w.upload(w.AdminKey, strconv.Itoa(i)+".csv", "x").ID}, sent...)
	}
	var got []string
	for cursor := ""; ; {
		var page api.UploadList
		w.do(request{method: "GET", path: "/v1/uploads?limit=2&cursor=" + cursor, key: w.AdminKey}).ok(http.StatusOK, &page)
		for _, u := range page.Uploads {
			got = append(got, u.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, sent, got)
}

func TestUpload_AsASourceIsCheckedAndKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	create := func(id string) *response {
		return w.do(request{method: "POST", path: "/v1/task", key: w.AdminKey, body: fetchUpload(id)})
	}
	require.Equal(t, []string{"params.source.upload"}, create("nonsense").refused(422, api.CodeUnknownUpload).paths())
	create(uuid.NewString()).refused(422, api.CodeUnknownUpload)
	u := w.upload(w.AdminKey, "a.csv", "a\n1\n")
	var task api.TaskCreated
	create(u.ID).ok(http.StatusCreated, &task)
	w.do(request{method: "DELETE", path: "/v1/uploads/" + u.ID, key: w.AdminKey}).refused(http.StatusConflict, api.CodeStillNeeded)
	w.do(request{method: "POST", path: "/v1/tasks/" + task.TaskID + "/cancel", key: w.AdminKey}).ok(http.StatusOK, nil)
	w.do(request{method: "DELETE", path: "/v1/uploads/" + u.ID, key: w.AdminKey}).ok(http.StatusNoContent, nil)
	require.Equal(t, []string{"params.source.upload"},
		w.do(request{method: "POST", path: "/v1/tasks/" + task.TaskID + "/retry", key: w.AdminKey}).refused(422, api.CodeUnknownUpload).paths())
}

// TestFiles_InABucketAreServedAsThoseInAFolder sends and reads artifacts and
// uploads through a server whose files are in an object store.
func TestFiles_InABucketAreServedAsThoseInAFolder(t *testing.T) {
	t.Parallel()
	bucket := s3test.Start(t)
	h := newWorld(t, func(c *config.Config) { c.BlobURL = bucket.Address }).holder()
	content := make([]byte, api.MaxBodyBytes+12345)
	_, _ = rand.Read(content)
	h.upload("big.bin", string(content)).ok(http.StatusOK, nil)
	require.Equal(t, http.StatusOK, h.chunkedUpload("chunked.bin", content))
	h.succeed(map[string]string{"big.bin": string(content), "chunked.bin": string(content)})
	require.True(t, bytes.Equal(content, h.download("chunked.bin", h.AdminKey, nil).body))
	part := h.download("big.bin", h.AdminKey, map[string]string{"Range": "bytes=12345678-12345699"})
	require.Equal(t, http.StatusPartialContent, part.status)
	require.True(t, bytes.Equal(content[12345678:12345700], part.body))

	u := h.world.upload(h.AdminKey, "big.csv", string(content))
	require.Equal(t, hashOf(string(content)), u.SHA256)
	require.True(t, bytes.Equal(content, h.content(h.AdminKey, u.ID, nil).body))
	end := h.content(h.AdminKey, u.ID, map[string]string{"Range": "bytes=-7"})
	require.True(t, bytes.Equal(content[len(content)-7:], end.body))
	etag := `"` + u.SHA256 + `"`
	require.Equal(t, http.StatusNotModified, h.content(h.AdminKey, u.ID, map[string]string{"If-None-Match": etag}).status)
	head := h.do(request{method: "HEAD", path: "/v1/uploads/" + u.ID + "/content", key: h.AdminKey})
	require.Equal(t, http.StatusOK, head.status)
	require.Equal(t, strconv.Itoa(len(content)), head.header.Get("Content-Length"))
	require.Equal(t, etag, head.header.Get("ETag"))
	_, err := os.Stat(filepath.Join(h.DataDir, "artifacts"))
	require.ErrorIs(t, err, os.ErrNotExist, "nothing lies in the data folder")

	// A store that is away is no fault of the sender's, and none of the server's own.
	bucket.Stop()
	h.world.send(h.AdminKey, "late.csv", "x").refused(http.StatusServiceUnavailable, "unavailable")
	h.content(h.AdminKey, u.ID, nil).refused(http.StatusServiceUnavailable, "unavailable")
}

// TestUpload_ThatIsCutLeavesNothing: a lost connection must not look like a whole file.
func TestUpload_ThatIsCutLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.converse()
	c.say("POST /v1/uploads?name=cut.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + w.AdminKey + "\r\nContent-Length: 100\r\n\r\nhalf")
	require.NoError(t, c.conn.Close())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/v1/uploads?name=chunked.csv", io.MultiReader(strings.NewReader("in "), strings.NewReader("chunks")))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+w.AdminKey)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	require.Eventually(t, func() bool { return len(w.stored()) == 1 }, 10*time.Second, 10*time.Millisecond)
	var page api.UploadList
	w.do(request{method: "GET", path: "/v1/uploads", key: w.AdminKey}).ok(http.StatusOK, &page)
	require.Len(t, page.Uploads, 1)
	require.Equal(t, "chunked.csv", page.Uploads[0].Name)
	require.Equal(t, "application/octet-stream", page.Uploads[0].ContentType)
}
