//go:build unix

package agent_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/apitest"
	"ddap/shared/task"
)

// A proxy, or a server under load, may answer at once although it was asked to wait.
func TestAgent_DoesNotHammer_AServerThatDoesNotWait(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	behind, err := url.Parse(f.URL())
	require.NoError(t, err)
	hasty := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		q := r.Out.URL.Query()
		q.Del("wait")
		r.Out.URL.RawQuery = q.Encode()
	}})
	t.Cleanup(hasty.Close)
	h.server = hasty.URL
	start(t, h)
	f.Await(t, "it claims", func() bool { return f.Calls("POST /v1/claim") > 0 })
	begun, before := time.Now(), f.Calls("POST /v1/claim")
	f.Await(t, "it claims again and again", func() bool { return f.Calls("POST /v1/claim") >= before+6 })
	require.Greater(t, time.Since(begun), 800*time.Millisecond, "six claims in a row")
	f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
}
