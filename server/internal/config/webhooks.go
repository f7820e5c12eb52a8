package config

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/pflag"
)

// Webhooks is what can be set of webhooks.
type Webhooks struct {
	// WebhookAllowPrivate are addresses, as CIDR, that webhooks may reach
	// although they are not public, also without TLS.
	WebhookAllowPrivate []string
	// DeliveriesKept is how long deliveries are kept; for ever where zero.
	DeliveriesKept time.Duration
}

func defaultWebhooks() Webhooks { return Webhooks{DeliveriesKept: 30 * 24 * time.Hour} }

func (c *Webhooks) addWebhooks(flags *pflag.FlagSet) {
	flags.StringSliceVar(&c.WebhookAllowPrivate, "webhook-allow-private", c.WebhookAllowPrivate,
		"private or local addresses that webhooks may reach, also without TLS, as in 10.1.0.0/16,127.0.0.1/32; none unless given")
}

func (c *Webhooks) addDeliveries(flags *pflag.FlagSet) {
	flags.DurationVar(&c.DeliveriesKept, "deliveries-kept", c.DeliveriesKept, "how long deliveries of webhooks are kept; 0s keeps them for ever")
}

// WebhookPrefixes are the allowed addresses, read. The settings must have passed Check.
func (c *Webhooks) WebhookPrefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, text := range c.WebhookAllowPrivate {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func (c *Webhooks) checkWebhooks() (wrong []error) {
	for _, text := range c.WebhookAllowPrivate {
		p, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("--webhook-allow-private takes addresses such as 10.1.0.0/16, not %q", text))
		case p.Addr().Is4In6():
			wrong = append(wrong, fmt.Errorf("--webhook-allow-private takes IPv4 addresses as IPv4, not %q", text))
		}
	}
	if c.DeliveriesKept < 0 {
		wrong = append(wrong, fmt.Errorf("--deliveries-kept must not be negative, and is %s", c.DeliveriesKept))
	}
	return wrong
}
