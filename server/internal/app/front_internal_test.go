package app

import (
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// The default address may be taken by another server on this machine, which is
// no reason not to serve. Which address is the default is the test's to say:
// the real one may be taken and given up at any moment.
func TestListenForMetrics_GoesWithoutWhereTheDefaultIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	address := taken.Addr().String()
	ln, err := listenForMetrics(t.Context(), address, address, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Nil(t, ln)
	_, err = listenForMetrics(t.Context(), address, "127.0.0.1:1", slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "choose another address", "an address that somebody chose must be free")
}
