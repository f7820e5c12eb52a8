// Package origin knows where a request comes from: the id under which it is
// logged, the client's address, and how the client reached the server. It
// travels in the request's context, so that every line that is logged on behalf
// of a request carries the request's id.
package origin

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"

	"ddap/shared/logkey"
)

// Origin is where a request comes from. The zero Origin is the server itself.
type Origin struct {
	// RequestID is in every log line, every problem and the answer's header.
	RequestID string
	// Address is the client's, without the port: behind trusted proxies the one
	// that they name.
	Address netip.Addr
	// Secure says that the client came over TLS, to this server or to the proxy.
	Secure bool
	// Proxied says that the request came through a proxy that is trusted.
	Proxied bool
}

type originKey struct{}

// With says where everything under ctx comes from.
func With(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// Of gives where ctx comes from.
func Of(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// Log gives a log that adds the request's id to each line that is logged with
// the context of a request.
func Log(log *slog.Logger) *slog.Logger { return slog.New(handler{log.Handler()}) }

type handler struct{ slog.Handler }

// Handle writes a line, with the request's id where the context has one.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id := Of(ctx).RequestID; id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String(logkey.RequestID, id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs gives a handler that adds attributes.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup gives a handler that groups what follows.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

// Proxies are the networks whose word about a client's address is taken.
type Proxies []netip.Prefix

// Trust reports whether an address is that of a trusted proxy.
func (p Proxies) Trust(address netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// Client gives the address of the client behind the proxies: forwarded, the
// value of X-Forwarded-For, is read from its end for as long as trusted proxies
// have written it. What stands before was written by the client, who may claim
// anything. Without a trusted peer, forwarded counts for nothing.
func (p Proxies) Client(peer netip.Addr, forwarded string) netip.Addr {
	client := peer
	for forwarded != "" && p.Trust(client) {
		cut := strings.LastIndexByte(forwarded, ',')
		next, ok := parseHop(forwarded[cut+1:])
		if !ok {
			break
		}
		client, forwarded = next, forwarded[:max(cut, 0)]
	}
	return client
}

// parseHop reads one entry of X-Forwarded-For; some proxies add the port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if hop, err := netip.ParseAddrPort(text); err == nil {
		return Plain(hop.Addr()), true
	}
	hop, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return Plain(hop), err == nil
}

// Plain gives an address in the one form in which it is compared and shown:
// IPv4 as IPv4, and without a zone.
func Plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// maxID bounds the ids that are taken over from proxies.
const maxID = 128

// WellFormed reports whether a request id that a proxy sent can be taken over:
// it goes into logs and headers as it stands.
func WellFormed(id string) bool {
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.:", r):
			return false
		default:
			return true
		}
	})
}
