package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"ddap/shared/client"
	"ddap/shared/fault"
)

func TestUpload_IsSentOnceWhereItCannotBeRewound(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	c := newClient(t, func(_ http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	_, err := c.Upload(t.Context(), client.UploadFile{Name: "a.csv", Content: io.MultiReader(strings.NewReader("a"))})
	require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
	require.EqualValues(t, 1, calls.Load())
}

func TestUpload_ThatIsRefusedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, `{"code":"too_large"}`)
	})
	_, err := c.Upload(t.Context(), client.UploadFile{Name: "a.csv", Content: strings.NewReader("a")})
	require.True(t, fault.Is(err, fault.TooLarge), "%v", err)
	require.EqualValues(t, 1, calls.Load())
}

// TestUpload_TellsTheFilesFaultFromTheServers: nobody should wait for a server
// because a disk is broken.
func TestUpload_TellsTheFilesFaultFromTheServers(t *testing.T) {
	t.Parallel()
	broken := errors.New("bad sector")
	c := newClient(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	_, err := c.Upload(t.Context(), client.UploadFile{Name: "a.csv", Content: io.MultiReader(strings.NewReader("a"), iotest.ErrReader(broken))})
	require.ErrorIs(t, err, broken)
	require.False(t, fault.Retryable(err))
}

func TestUploadContent_ThatBreaksOffIsUnavailable(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "half")
	})
	var got bytes.Buffer
	err := c.UploadContent(t.Context(), "x", &got)
	require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
	full := errors.New("disk full")
	err = c.UploadContent(t.Context(), "x", writer(func([]byte) (int, error) { return 0, full }))
	require.ErrorIs(t, err, full)
	require.False(t, fault.Is(err, fault.Unavailable))
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
