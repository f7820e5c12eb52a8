package app_test

import (
	"testing"

	"ddap/server/internal/app/apptest"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/apitest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestServer_KeepsTheContract runs the suite that the fake server of the
// runner's tests passes too, so that the two cannot drift apart.
func TestServer_KeepsTheContract(t *testing.T) {
	t.Parallel()
	apitest.Contract(t, func(t *testing.T) apitest.Target {
		s := apptest.Start(t)
		return apitest.Target{URL: s.URL, AdminKey: s.AdminKey}
	})
}
