package origin_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/origin"
	"ddap/shared/logkey"
)

func TestProxies_Client(t *testing.T) {
	t.Parallel()
	proxies := origin.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct{ peer, forwarded, want string }{
		"no proxy":                         {"203.0.113.9", "", "203.0.113.9"},
		"a stranger claims to be another":  {"203.0.113.9", "198.51.100.1", "203.0.113.9"},
		"one proxy":                        {"10.0.0.1", "198.51.100.1", "198.51.100.1"},
		"two proxies":                      {"10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
		"the client claims to be another":  {"10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"},
		"a proxy that says nothing":        {"10.0.0.1", "", "10.0.0.1"},
		"nonsense before the last":         {"10.0.0.1", "unknown, 10.0.0.2", "10.0.0.2"},
		"nonsense":                         {"10.0.0.1", ", ,", "10.0.0.1"},
		"with a port":                      {"10.0.0.1", "198.51.100.1:4711", "198.51.100.1"},
		"IPv6":                             {"fd00::1", "2001:db8::7", "2001:db8::7"},
		"IPv6 in brackets, with a port":    {"fd00::1", "[2001:db8::7]:443", "2001:db8::7"},
		"IPv4 in IPv6":                     {"10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"},
		"all of them are proxies' own":     {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		"a zone is not part of an address": {"fd00::1", "fe80::1%eth0", "fe80::1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, proxies.Client(netip.MustParseAddr(c.peer), c.forwarded).String())
		})
	}
}

func TestWellFormed_TakesWhatCanStandInALog(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"0199f0b2-6f5c-7c1e-9d3a-2f8f5a8c1b11": true, "Root=1-67891233-abcdef012345678912345678": false, "a": true,
		"": false, "a b": false, "a\nb": false, "ä": false, strings.Repeat("x", 128): true, strings.Repeat("x", 129): false, `"`: false,
	} {
		require.Equalf(t, want, origin.WellFormed(id), "%q", id)
	}
}

func TestLog_NamesTheRequest(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := origin.Log(slog.New(slog.NewTextHandler(&b, nil))).With(logkey.Count, 1)
	ctx := origin.With(context.Background(), origin.Origin{RequestID: "r-1"})
	log.InfoContext(ctx, "inside")
	log.Info("outside")
	lines := strings.Split(b.String(), "\n")
	require.Contains(t, lines[0], "msg=inside count=1 request_id=r-1")
	require.NotContains(t, lines[1], "request_id")
}
