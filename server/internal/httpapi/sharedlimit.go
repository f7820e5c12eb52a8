package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"

	"ddap/shared/logkey"
)

// Peers are the other servers on the same database.
type Peers interface {
	// Tell sends them something by name, which may get lost.
	Tell(ctx context.Context, name string, content any) error
	// Heed calls receive with what one of them tells under a name.
	Heed(name string, receive func(content json.RawMessage))
}

const (
	// toldSpending is the name under which servers tell what was spent.
	toldSpending = "spent"
	// mostShared bounds how many of each kind are told of at once, for what a
	// notice of PostgreSQL can hold.
	mostShared = 100
	// worthSharing is the part of a second's rate below which it is not told:
	// a dozen servers together would not reach the rate with it.
	worthSharing = 20
)

// spending is what clients have spent on one server since it last told.
type spending struct {
	Requests map[purse]int        `json:"r,omitempty"`
	Failures map[netip.Prefix]int `json:"f,omitempty"`
}

// HeedRates counts, from now on, what clients spend on other servers.
func (s *Server) HeedRates() {
	s.services.Peers.Heed(toldSpending, func(content json.RawMessage) {
		var spent spending
		if err := json.Unmarshal(content, &spent); err != nil {
			s.log.Warn("what another server told of rates was not understood", logkey.Error, err)
			return
		}
		s.limits.charge(spent)
	})
}

// ShareRates tells the other servers what clients have spent here since it was
// last called, so that a rate is one's rate on all of them together.
func (s *Server) ShareRates(ctx context.Context) error {
	spent := s.limits.spent()
	if len(spent.Requests)+len(spent.Failures) == 0 {
		return nil
	}
	return s.services.Peers.Tell(ctx, toldSpending, spent)
}

// spent gives what was spent here since it was last asked.
func (l *throttle) spent() spending {
	return spending{
		Requests: l.requests.Taken(mostShared, max(1, int(l.worth))),
		Failures: l.failures.Taken(mostShared, 1),
	}
}

// charge counts what was spent elsewhere.
func (l *throttle) charge(spent spending) {
	for p, n := range spent.Requests {
		l.requests.Charge(p, n)
	}
	for from, n := range spent.Failures {
		l.failures.Charge(from, n)
	}
}

// beating marks, in a notice, the purse of heartbeats.
const beating = "+"

// MarshalText implements encoding.TextMarshaler, for notices between servers.
func (p purse) MarshalText() ([]byte, error) {
	text := base64.RawURLEncoding.EncodeToString(p.who[:])
	if p.heartbeat {
		text += beating
	}
	return []byte(text), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *purse) UnmarshalText(text []byte) error {
	who, heartbeat := strings.CutSuffix(string(text), beating)
	bytes, err := base64.RawURLEncoding.DecodeString(who)
	if err == nil && len(bytes) != len(p.who) {
		err = errors.New("a fingerprint has 16 bytes")
	}
	p.heartbeat = heartbeat
	copy(p.who[:], bytes)
	return err
}
