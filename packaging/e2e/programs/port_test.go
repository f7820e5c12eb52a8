package programs_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
)

func TestFreePort_GivesWhatOutgoingConnectionsDoNotTake(t *testing.T) {
	t.Parallel()
	for range 20 {
		port, err := programs.FreePort()
		require.NoError(t, err)
		require.Less(t, port, 32_768)
		l, err := net.Listen("tcp", programs.Loopback(port))
		require.NoError(t, err)
		require.NoError(t, l.Close())
	}
}
