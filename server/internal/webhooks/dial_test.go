package webhooks

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMayDial_TellsPublicFromPrivate(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"1.1.1.1": true, "93.184.216.34": true, "2606:4700::1111": true, "172.32.0.1": true, "100.128.0.1": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "fc00::1": false, "fd00:ec2::254": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "100.64.0.1": false, "100.100.100.200": false, "192.0.0.192": false, "168.63.129.16": false,
		"224.0.0.1": false, "239.255.255.255": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false,
		"192.0.2.1": false, "198.51.100.1": false, "203.0.113.1": false, "198.18.0.1": false, "2001:db8::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:1.1.1.1": true, "::127.0.0.1": false, "::ffff:0:10.0.0.1": false,
		"64:ff9b::a00:1": false, "64:ff9b:1::1": false, "2002:a00:1::": false, "2001:0:1::1": false, "fec0::1": false,
	} {
		ip := netip.MustParseAddr(address)
		require.Equalf(t, want, mayDial(ip, true, nil), "%s", address)
		require.Falsef(t, mayDial(ip, false, nil), "%s without TLS", address)
		require.Truef(t, mayDial(ip, false, []netip.Prefix{netip.PrefixFrom(ip.WithZone("").Unmap(), ip.Unmap().BitLen())}), "%s where it is allowed", address)
	}
	require.False(t, mayDial(netip.MustParseAddr("10.2.0.1"), true, []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}))
}

// The example of the specification's reference libraries.
func TestSignatures_AreThoseOfTheSpecification(t *testing.T) {
	t.Parallel()
	got, err := signatures([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.NoError(t, err)
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
}

func TestPauseAfter_GrowsToHalfADay(t *testing.T) {
	t.Parallel()
	// By hand: 10 s × 3ⁿ, at most 12 h, each a tenth less or more.
	for tries, want := range map[int]time.Duration{1: 10 * time.Second, 2: 30 * time.Second, 5: 810 * time.Second, 8: 21870 * time.Second, 9: 12 * time.Hour, 1000: 12 * time.Hour} {
		require.InDelta(t, want.Seconds(), pauseAfter(tries).Seconds(), want.Seconds()/10)
	}
}
