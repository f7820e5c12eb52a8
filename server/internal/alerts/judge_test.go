package alerts

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

var now = time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC)

func ago(d time.Duration) *time.Time { t := now.Add(-d); return &t }

func queueAge(change func(*store.AlertReading)) store.AlertReading {
	r := store.AlertReading{Now: now, Alert: store.Alert{Kind: api.AlertQueueAge, State: api.AlertOK, Threshold: 60, For: time.Minute, ResolveFor: 2 * time.Minute}}
	change(&r)
	return r
}

// firing is the same alert while it fires, told an hour ago.
func firing(change func(*store.AlertReading)) store.AlertReading {
	return queueAge(func(r *store.AlertReading) {
		r.State, r.NotifiedAt = api.AlertFiring, ago(time.Hour)
		change(r)
	})
}

func TestJudge_TurnsOnlyAfterLongEnough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reading store.AlertReading
		state   api.AlertState
		pending *time.Time
		repeat  bool
	}{
		"well and ok":             {queueAge(func(*store.AlertReading) {}), api.AlertOK, nil, false},
		"just bad":                {queueAge(func(r *store.AlertReading) { r.Oldest = new(61 * time.Second) }), api.AlertOK, &now, false},
		"as old as the threshold": {queueAge(func(r *store.AlertReading) { r.Oldest = new(60 * time.Second) }), api.AlertOK, &now, false},
		"younger":                 {queueAge(func(r *store.AlertReading) { r.Oldest, r.PendingSince = new(59*time.Second), ago(time.Hour) }), api.AlertOK, nil, false},
		"bad, not for long":       {queueAge(func(r *store.AlertReading) { r.Oldest, r.PendingSince = new(2*time.Minute), ago(59*time.Second) }), api.AlertOK, ago(59 * time.Second), false},
		"bad for long":            {queueAge(func(r *store.AlertReading) { r.Oldest, r.PendingSince = new(2*time.Minute), ago(time.Minute) }), api.AlertFiring, nil, false},
		"at once":                 {queueAge(func(r *store.AlertReading) { r.Oldest, r.For = new(time.Hour), 0 }), api.AlertFiring, nil, false},
		"still bad":               {firing(func(r *store.AlertReading) { r.Oldest = new(time.Hour) }), api.AlertFiring, nil, false},
		"just well":               {firing(func(*store.AlertReading) {}), api.AlertFiring, &now, false},
		"well too soon":           {firing(func(r *store.AlertReading) { r.PendingSince = ago(119 * time.Second) }), api.AlertFiring, ago(119 * time.Second), false},
		"well for long":           {firing(func(r *store.AlertReading) { r.PendingSince = ago(2 * time.Minute) }), api.AlertOK, nil, false},
		"well at once":            {firing(func(r *store.AlertReading) { r.ResolveFor = 0 }), api.AlertOK, nil, false},
		"bad again":               {firing(func(r *store.AlertReading) { r.Oldest, r.PendingSince = new(time.Hour), ago(119*time.Second) }), api.AlertFiring, nil, false},
		"below the threshold, above that to resolve": {firing(func(r *store.AlertReading) { r.Oldest, r.Resolve = new(31*time.Second), 30 }), api.AlertFiring, nil, false},
		"below that to resolve":                      {firing(func(r *store.AlertReading) { r.Oldest, r.Resolve = new(29*time.Second), 30 }), api.AlertFiring, &now, false},
		"told again":                                 {firing(func(r *store.AlertReading) { r.Oldest, r.RepeatAfter = new(2*time.Hour), time.Hour }), api.AlertFiring, nil, true},
		"not told again too soon":                    {firing(func(r *store.AlertReading) { r.Oldest, r.RepeatAfter = new(2*time.Hour), time.Hour+time.Second }), api.AlertFiring, nil, false},
		"not told again while it is well":            {firing(func(r *store.AlertReading) { r.RepeatAfter = time.Minute }), api.AlertFiring, &now, false},
	} {
		v := judge(&c.reading)
		require.Equal(t, c.state, v.State, name)
		require.Equal(t, c.pending, v.PendingSince, name)
		require.Equal(t, c.repeat, v.Repeat, name)
		require.Equal(t, c.state != c.reading.State, !v.Began.IsZero(), name)
	}
}

func TestLook_TellsBadFromWell(t *testing.T) {
	t.Parallel()
	number := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		kind    api.AlertKind
		reading store.AlertReading
		want    sight
		value   *float64
	}{
		"a runner":                              {api.AlertNoRunner, store.AlertReading{Online: 2}, well, number(2)},
		"no runner":                             {api.AlertNoRunner, store.AlertReading{}, bad, number(0)},
		"no task":                               {api.AlertQueueAge, store.AlertReading{}, well, nil},
		"an old task":                           {api.AlertQueueAge, store.AlertReading{Oldest: new(time.Minute)}, bad, number(60)},
		"a task of a clock that runs ahead":     {api.AlertQueueAge, store.AlertReading{Oldest: new(-time.Second)}, well, number(0)},
		"nothing ended":                         {api.AlertFailureRate, store.AlertReading{}, well, nil},
		"one of one":                            {api.AlertFailureRate, store.AlertReading{Ended: 1, Failed: 1}, well, nil},
		"half of enough":                        {api.AlertFailureRate, store.AlertReading{Ended: 4, Failed: 2}, bad, number(0.5)},
		"less than half":                        {api.AlertFailureRate, store.AlertReading{Ended: 5, Failed: 2}, well, number(0.4)},
		"what only a newer server knows to see": {"disk_space", store.AlertReading{}, unknown, nil},
	} {
		r := c.reading
		r.Now, r.Kind, r.MinCount, r.State = now, c.kind, 4, api.AlertOK
		r.Threshold = map[api.AlertKind]float64{api.AlertQueueAge: 60, api.AlertFailureRate: 0.5}[c.kind]
		seen, value := look(&r)
		require.Equal(t, c.want, seen, name)
		require.Equal(t, c.value, value, name)
	}
}

// TestJudge_LeavesWhatItDoesNotKnow: a server of the release before meets a kind
// of a newer one.
func TestJudge_LeavesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, state := range []api.AlertState{api.AlertOK, api.AlertFiring} {
		v := judge(&store.AlertReading{Now: now, Alert: store.Alert{
			Kind: "disk_space", State: state, PendingSince: ago(time.Hour), NotifiedAt: ago(time.Hour), RepeatAfter: time.Minute,
		}})
		require.Equal(t, store.AlertVerdict{State: state, PendingSince: ago(time.Hour)}, v)
	}
}

func TestPauseAfter_GrowsToAnHour(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int]time.Duration{1: 30 * time.Second, 2: time.Minute, 3: 2 * time.Minute, 8: time.Hour, 100: time.Hour} {
		require.InDelta(t, want.Seconds(), pauseAfter(attempts).Seconds(), want.Seconds()/10+1e-9)
	}
}

func TestTell_SaysItInBothLanguages(t *testing.T) {
	t.Parallel()
	value := 0.25
	for _, typ := range []string{api.AlertEventFiring, api.AlertEventRepeated, api.AlertEventResolved} {
		for _, kind := range api.AlertKinds() {
			for _, cause := range []string{"", "paused", "deleted"} {
				n := store.AlertNews{Type: typ, At: now, Began: ago(time.Hour), Cause: cause, Alert: store.Alert{
					Name: "Night watch", Workspace: "lab", Kind: kind, Language: "en", Value: &value, Threshold: 0.2, Dataset: "birds", Labels: map[string]string{"site": "a"},
				}}
				english := tell(n)
				n.Language = "id"
				indonesian := tell(n)
				for _, words := range []store.AlertWords{english, indonesian} {
					require.Contains(t, words.Subject, "Night watch (lab)")
					require.NotContains(t, words.Subject, "\n")
					require.NotContains(t, words.Body, "%!")
					require.Contains(t, words.Body, words.Message)
					for _, said := range []string{"lab", "Night watch", string(kind), "2026-11-25 01:00:00 UTC", "site=a, dataset birds"} {
						require.Contains(t, words.Body, said)
					}
				}
				require.NotEqual(t, english.Message, indonesian.Message)
				require.NotEqual(t, english.Subject, indonesian.Subject)
			}
		}
	}
	n := store.AlertNews{Type: api.AlertEventFiring, At: now, Alert: store.Alert{Name: "n", Kind: api.AlertFailureRate, Value: &value, Threshold: 0.2}}
	require.Contains(t, tell(n).Body, "Value:          25.0 %\nThreshold:      20.0 %")
}
