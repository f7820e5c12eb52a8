package httpapi

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
)

// TestThrottle_IsOneOnSeveralServers sends what one has spent through the text of
// a notice to another.
func TestThrottle_IsOneOnSeveralServers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	front := Front{RateLimit: 2, AuthFailures: 2}
	here, there := newThrottle(front, func() time.Time { return now }), newThrottle(front, func() time.Time { return now })
	p, beat := purse{who: fingerprintOf("known")}, purse{who: fingerprintOf("known"), heartbeat: true}
	from, elsewhere := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	tell := func() {
		text, err := json.Marshal(here.spent())
		require.NoError(t, err)
		var spent spending
		require.NoError(t, json.Unmarshal(text, &spent))
		there.charge(spent)
	}
	for _, l := range []*throttle{here, there} {
		require.NoError(t, l.entered(p, from, nil))
	}
	for range 3 {
		require.NoError(t, here.enter(p, from))
	}
	require.NoError(t, there.enter(p, from), "not told yet")
	tell()
	require.Error(t, there.enter(p, from))
	require.NoError(t, there.enter(beat, from), "heartbeats have a purse of their own")
	now = now.Add(2 * time.Second)
	require.NoError(t, there.enter(p, from), "the rate makes up for it")

	refused := fault.New("", fault.Unauthenticated, "", "no")
	stranger := purse{who: fingerprintOf("stranger")}
	for range 2 {
		require.Error(t, here.entered(stranger, from, refused))
	}
	require.NoError(t, there.enter(stranger, from))
	tell()
	require.Error(t, there.enter(stranger, from))
	require.NoError(t, there.enter(stranger, elsewhere))
}

func TestSpending_FitsANotice(t *testing.T) {
	t.Parallel()
	spent := spending{Requests: map[purse]int{}, Failures: map[netip.Prefix]int{}}
	for i := range mostShared {
		spent.Requests[purse{who: fingerprintOf(fmt.Sprint(i)), heartbeat: true}] = 100_000
		address := netip.AddrFrom16([16]byte{0x20, 0x01, 0xab, 0xcd, 0xab, 0xcd, 0xab, byte(i), 1})
		spent.Failures[network(address)] = 100_000
	}
	text, err := json.Marshal(spent)
	require.NoError(t, err)
	require.Less(t, len(text), 7900)
}

func TestPurse_OfAnotherLengthIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "+", "AAAA", "not base64!"} {
		var p purse
		require.Error(t, p.UnmarshalText([]byte(text)), text)
	}
}
