package httpapi

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
)

func TestThrottle_LetsPeopleInAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newThrottle(Front{RateLimit: 0.5, AuthFailures: 2}, func() time.Time { return now })
	from, neighbour := netip.MustParseAddr("2001:db8:1:2::1"), netip.MustParseAddr("2001:db8:1:2:ffff::9")
	stranger := purse{who: fingerprintOf("stranger")}
	refused := fault.New("", fault.Unauthenticated, "", "no")
	for range 2 {
		require.NoError(t, l.enter(stranger, from))
		require.Error(t, l.entered(stranger, from, refused))
	}
	var p *problem
	require.ErrorAs(t, l.enter(stranger, neighbour), &p, "one client has a whole network")
	require.Equal(t, http.StatusTooManyRequests, p.Status)
	require.Equal(t, 30, p.retryAfter, "two a minute")
	now = now.Add(30 * time.Second)
	require.NoError(t, l.enter(stranger, from))

	known := purse{who: fingerprintOf("known")}
	require.NoError(t, l.enter(known, from))
	require.NoError(t, l.entered(known, from, nil))
	require.ErrorAs(t, l.enter(known, from), &p)
	require.Equal(t, codeRateLimited, p.Code)
	require.Equal(t, 2, p.retryAfter)
	require.NoError(t, l.enter(purse{who: known.who, heartbeat: true}, from))
}

// TestThrottle_ForgetsWhoIsRefused: a key that was revoked is a stranger.
func TestThrottle_ForgetsWhoIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newThrottle(Front{AuthFailures: 1}, func() time.Time { return now })
	from, p := netip.MustParseAddr("192.0.2.1"), purse{who: fingerprintOf("x")}
	require.NoError(t, l.entered(p, from, nil))
	require.True(t, l.isKnown(p.who))
	require.Error(t, l.entered(p, from, fault.New("", fault.Unauthenticated, "key_revoked", "no")))
	require.False(t, l.isKnown(p.who))
	require.Error(t, l.enter(p, from))

	other := purse{who: fingerprintOf("y")}
	require.NoError(t, l.entered(other, from, nil))
	now = now.Add(knownFor)
	require.False(t, l.isKnown(other.who))
	require.NoError(t, l.entered(p, from, nil))
	require.Len(t, l.known, 1, "who did not come for an hour is forgotten")
}
