package alerts

import (
	"time"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

// sight is what a reading shows.
type sight int

const (
	// unknown says nothing: everything stays as it is.
	unknown sight = iota
	bad
	well
)

// judge says what a reading makes of an alert. It is pure; every time in it is
// the database's.
//
// What is seen must contradict the state without a break for as long as the rule
// says. Where no server was up, PendingSince was set forward by that time.
func judge(r *store.AlertReading) store.AlertVerdict {
	seen, value := look(r)
	v := store.AlertVerdict{State: r.State, Value: value}
	firing := r.State == api.AlertFiring
	if seen == unknown {
		v.PendingSince = r.PendingSince
		return v
	}
	if (seen == bad) == firing {
		v.Repeat = firing && r.RepeatAfter > 0 && r.NotifiedAt != nil && r.Now.Sub(*r.NotifiedAt) >= r.RepeatAfter
		return v
	}
	began := r.Now
	if r.PendingSince != nil {
		began = *r.PendingSince
	}
	v.PendingSince = &began
	wait, turned := r.For, api.AlertFiring
	if firing {
		wait, turned = r.ResolveFor, api.AlertOK
	}
	if r.Now.Sub(began) >= wait {
		v.State, v.PendingSince, v.Began = turned, nil, began
	}
	return v
}

// look tells bad from well.
func look(r *store.AlertReading) (sight, *float64) {
	switch r.Kind {
	case api.AlertNoRunner:
		online := float64(r.Online)
		if r.Online > 0 {
			return well, &online
		}
		return bad, &online
	case api.AlertQueueAge:
		if r.Oldest == nil {
			return well, nil
		}
		return compare(r, max(0, *r.Oldest).Seconds())
	case api.AlertFailureRate:
		if r.Ended < max(1, r.MinCount) {
			return well, nil // too few to say that anything is wrong
		}
		return compare(r, float64(r.Failed)/float64(r.Ended))
	default:
		return unknown, nil // a kind of a newer server, which judges it
	}
}

// compare measures a value by the threshold of the state.
func compare(r *store.AlertReading, value float64) (sight, *float64) {
	limit := r.Threshold
	if r.State == api.AlertFiring && r.Resolve > 0 {
		limit = r.Resolve
	}
	if value >= limit {
		return bad, &value
	}
	return well, &value
}

// judgeEvery is how often each alert is judged, by whichever server comes first.
const judgeEvery = 10 * time.Second
