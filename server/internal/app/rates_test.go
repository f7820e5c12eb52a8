package app_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/app/apptest"
	"ddap/server/internal/config"
)

// TestRun_HasOneRateOnAllServers: who has tried too many keys on one of them is
// refused by the other, on which few were tried.
func TestRun_HasOneRateOnAllServers(t *testing.T) {
	t.Parallel()
	const allowed, few = 100, 40
	cfg := apptest.Config(t, func(c *config.Config) { c.AuthFailureLimit = allowed })
	here := apptest.Run(t, cfg)
	cfg.DataDir = t.TempDir()
	there := apptest.Run(t, cfg)
	// Not by our client, which waits and tries again.
	refuses := func(s *apptest.Server) bool {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/whoami", http.NoBody)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+apptest.NewKey(t))
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode == http.StatusTooManyRequests
	}
	require.Eventually(t, func() bool { return refuses(here) }, waiting, time.Millisecond)
	tried := 0
	require.Eventually(t, func() bool {
		tried++
		return tried > few || refuses(there)
	}, waiting, 100*time.Millisecond)
	require.LessOrEqual(t, tried, few, "what was tried there alone is allowed")
}
