//go:build unix

package embeddedpg_test

import (
	"context"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
)

func TestSupervise_StartsAKilledPostgreSQLAgainOnTheSameAddress(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	log := newMessages()
	s := startLogging(t, dir, log)
	supervise(t, s)
	run(t, s.URL(), "CREATE TABLE kept AS SELECT 'yes' AS value")

	for range 2 {
		killed := postmasterPID(t, dir)
		require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
		log.await(t, "postgresql is back")
		require.NotEqual(t, killed, postmasterPID(t, dir))
		require.Equal(t, "yes", query(t, s.URL(), "SELECT value FROM kept"))
	}
}

func TestSupervise_WhenThePortIsTaken_WaitsForIt(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	log := newMessages()
	s := startLogging(t, dir, log)
	u, err := url.Parse(s.URL())
	require.NoError(t, err)

	require.NoError(t, syscall.Kill(postmasterPID(t, dir), syscall.SIGKILL))
	var squatter net.Listener
	require.Eventually(t, func() bool {
		squatter, err = net.Listen("tcp", u.Host)
		return err == nil
	}, patience, time.Millisecond)
	supervise(t, s)
	log.await(t, "postgresql does not start again, will try once more")
	require.NoError(t, squatter.Close())
	log.await(t, "postgresql is back")
	require.NoError(t, open(t, s.URL()).Ping())
}

func TestSupervise_AfterStop_StartsNothing(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)
	require.NoError(t, s.Stop(t.Context()))

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	require.NoError(t, s.Supervise(ctx))
	require.Zero(t, postmasterPID(t, dir))
}
