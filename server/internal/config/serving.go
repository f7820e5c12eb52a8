package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// DefaultMetricsListen is where metrics are served when nobody said where. Not
// on 9090, which Prometheus itself takes.
const DefaultMetricsListen = "127.0.0.1:9464"

// off turns off what has an address. An empty environment variable counts as
// absent, so that there must be a word for it.
const off = "off"

// Serving are the settings of how a server meets its network.
type Serving struct {
	// TLSCert and TLSKey name PEM files; plain HTTP where both are empty.
	TLSCert, TLSKey string
	// TrustedProxies are networks, or addresses, whose X-Forwarded-For,
	// X-Forwarded-Proto, X-Request-ID and traceparent are believed.
	TrustedProxies []string
	// RateLimit is how many requests a second one credential may make; 0 for any number.
	RateLimit float64
	// AuthFailureLimit is how many credentials that are not known here an
	// address may try in a minute; 0 for any number.
	AuthFailureLimit int
	// MetricsListen is the address to serve metrics on; empty or "off" for nowhere.
	MetricsListen string
	// OTelEndpoint is the URL of an OpenTelemetry collector, for traces.
	OTelEndpoint string
	// DrainDelay is how long a server that stops says so before it takes no more.
	DrainDelay time.Duration
}

func defaultServing() Serving {
	return Serving{RateLimit: 1000, AuthFailureLimit: 120, MetricsListen: DefaultMetricsListen}
}

func (s *Serving) addServing(flags *pflag.FlagSet) {
	flags.StringVar(&s.TLSCert, "tls-cert", s.TLSCert, "PEM file of the certificate and its chain, to serve HTTPS; it may change while the server runs")
	flags.StringVar(&s.TLSKey, "tls-key", s.TLSKey, "PEM file of the certificate's key")
	flags.StringSliceVar(&s.TrustedProxies, "trusted-proxies", s.TrustedProxies,
		"networks of the proxies before the server, as in 10.0.0.0/8,192.0.2.7; only they are believed who the client is")
	flags.Float64Var(&s.RateLimit, "rate-limit", s.RateLimit, "requests a second that one credential may make, with bursts of twice as many; 0 for no limit")
	flags.IntVar(&s.AuthFailureLimit, "auth-failure-limit", s.AuthFailureLimit, "unknown credentials that one address may try in a minute; 0 for no limit")
	flags.StringVar(&s.MetricsListen, "metrics-listen", s.MetricsListen, `address to serve metrics for Prometheus on; "off" for nowhere`)
	flags.StringVar(&s.OTelEndpoint, "otel-endpoint", s.OTelEndpoint,
		"URL of an OpenTelemetry collector to send traces to over OTLP/HTTP; the standard OTEL_* variables work as well")
	flags.DurationVar(&s.DrainDelay, "drain-delay", s.DrainDelay,
		"how long /readyz says that the server is stopping before it takes no more connections")
}

// MetricsAddress is where to serve metrics; empty for nowhere.
func (s *Serving) MetricsAddress() string {
	if s.MetricsListen == off {
		return ""
	}
	return s.MetricsListen
}

// Proxies gives the networks of TrustedProxies.
func (s *Serving) Proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range s.TrustedProxies {
		prefix, err := parseNetwork(strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		out = append(out, prefix)
	}
	return out, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, fmt.Errorf("must be networks or addresses, as in 10.0.0.0/8, not %q", text)
	}
	return prefix.Masked(), nil
}

func (s *Serving) checkServing(refuse func(bad bool, flag, message string, args ...any)) {
	refuse((s.TLSCert == "") != (s.TLSKey == ""), "tls-cert", "and --tls-key go together: give both or none")
	_, err := s.Proxies()
	refuse(err != nil, "trusted-proxies", "%w", err)
	refuse(s.RateLimit < 0 || s.RateLimit != s.RateLimit || s.RateLimit > 1e6, "rate-limit", "must be from 0 to 1000000, not %v", s.RateLimit)
	refuse(s.AuthFailureLimit < 0 || s.AuthFailureLimit > 1e6, "auth-failure-limit", "must be from 0 to 1000000, not %d", s.AuthFailureLimit)
	if address := s.MetricsAddress(); address != "" {
		_, _, err := net.SplitHostPort(address)
		refuse(err != nil, "metrics-listen", `must be HOST:PORT, or "off", not %q`, address)
	}
	refuse(!isEndpoint(s.OTelEndpoint), "otel-endpoint", "must look like http://HOST:4318")
	refuse(s.DrainDelay < 0 || s.DrainDelay > 10*time.Minute, "drain-delay", "must be from 0s to 10m, not %s", s.DrainDelay)
}

func isEndpoint(text string) bool {
	if text == "" {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
