package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

const (
	// timeout bounds one attempt, from the name's resolution to the answer's end.
	timeout     = 10 * time.Second
	dialTimeout = 5 * time.Second
	// headerBytes bounds the headers of an answer.
	headerBytes = 16 << 10
)

// errPrivate is what a receiver that must not be reached fails with.
var errPrivate = errors.New("the address is private, local or reserved, and this server does not allow it")

// reserved are the addresses that are nobody's on the internet, besides those
// that netip knows by name, or that a cloud answers on from within.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "168.63.129.16/32", // the last is Azure's, for its machines
	// Addresses that hold an IPv4 address, wherever that leads.
	"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16",
	"100::/64", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		out[i] = netip.MustParsePrefix(text)
	}
	return out
}

// mayDial judges an address: allowed ones always, public ones with TLS.
func mayDial(ip netip.Addr, tls bool, allowed []netip.Prefix) bool {
	ip = ip.WithZone("").Unmap() // ::ffff:10.0.0.1 is 10.0.0.1
	covers := func(p netip.Prefix) bool { return p.Contains(ip) }
	if slices.ContainsFunc(allowed, covers) {
		return true
	}
	return tls && ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(reserved, covers)
}

// tlsKey marks in a context whether a connection will speak TLS.
type tlsKey struct{}

// newClient makes the client with which everything is sent. It judges the
// address of each connection when that is made, after the name was resolved:
// a name that leads elsewhere a moment later does not get by. It follows no
// redirect and uses no proxy.
func newClient(allowed []netip.Prefix) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, ControlContext: func(ctx context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("judge an address: %w", err)
		}
		if tls, _ := ctx.Value(tlsKey{}).(bool); !mayDial(at.Addr(), tls, allowed) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    dialTimeout,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: headerBytes,
			DisableCompression:     true, // a small answer could become a large one
			MaxIdleConns:           100,
			MaxIdleConnsPerHost:    perWebhook,
			IdleConnTimeout:        30 * time.Second,
		},
	}
}
