package cron_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/server/internal/cron"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return parsed
}

// The changes of the clock come from the IANA time zone database, 2026a: Berlin
// 2026-03-29 01:00 UTC and 2026-10-25 01:00 UTC, New York 2026-03-08 07:00 UTC
// and 2026-11-01 06:00 UTC, Lord Howe (half an hour) 2026-04-04 15:00 UTC and
// 2026-10-03 15:30 UTC. Jakarta has none. Samoa had no 2011-12-30.
func TestSchedule_Upcoming_OnTheDaysOfTheChange(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		expression, zone, after string
		want                    []string
	}{
		"spring, a time that does not exist": {
			"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
		},
		"spring, two times that do not exist are due once": {
			"0,30 2 * * *", "Europe/Berlin", "2026-03-29T00:59:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"},
		},
		"spring, every quarter of an hour": {
			"*/15 * * * *", "Europe/Berlin", "2026-03-29T00:40:00Z",
			[]string{"2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z"},
		},
		"autumn, a time that comes twice": {
			"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		},
		"autumn, asked between the two": {
			"30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z",
			[]string{"2026-10-26T01:30:00Z"},
		},
		"autumn, every half hour": {
			"*/30 * * * *", "Europe/Berlin", "2026-10-25T00:15:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"},
		},
		"New York, spring": {
			"30 2 * * *", "America/New_York", "2026-03-08T00:00:00-05:00",
			[]string{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"},
		},
		"New York, autumn": {
			"30 1 * * *", "America/New_York", "2026-11-01T00:00:00-04:00",
			[]string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
		},
		"Lord Howe, half an hour back": {
			"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z",
			[]string{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"},
		},
		"Lord Howe, half an hour forward": {
			"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
			[]string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"},
		},
		"Samoa, a day that never was": {
			"0 12 * * *", "Pacific/Apia", "2011-12-29T20:00:00Z",
			[]string{"2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"},
		},
		"Jakarta, working days": {
			"0 7 * * mon-fri", "Asia/Jakarta", "2026-11-20T00:30:00Z",
			[]string{"2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"},
		},
		"@daily at midnight in UTC": {"@daily", "UTC", "2026-12-31T00:00:00Z", []string{"2027-01-01T00:00:00Z"}},
		"a leap day":                {"0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", []string{"2028-02-29T00:00:00Z"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := cron.Parse(tt.expression, tt.zone)
			require.NoError(t, err)
			var got []string
			for _, due := range s.Upcoming(at(t, tt.after), len(tt.want)) {
				got = append(got, due.Format(time.RFC3339))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestParse_TakesSevenForSunday(t *testing.T) {
	t.Parallel()
	for written, same := range map[string]string{"7": "0", "1,7": "0,1", "5-7": "5,6,0", "1-7": "*", "1-7/2": "1,3,5,0", "7,2-3": "0,2,3", "*/7": "0"} {
		got, err := cron.Parse("0 6 * * "+written, "UTC")
		require.NoError(t, err, written)
		want, err := cron.Parse("0 6 * * "+same, "UTC")
		require.NoError(t, err)
		require.Equal(t, want.Upcoming(time.Unix(0, 0), 10), got.Upcoming(time.Unix(0, 0), 10), written)
	}
	for _, written := range []string{"8", "7-8", "0-8", "7/0", "1-7/0", "1-7/x", "-7", "7-"} {
		_, err := cron.Parse("0 6 * * "+written, "UTC")
		require.Error(t, err, written)
	}
}

func TestParse_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{"", "x", "* * * *", "0 0 * * * *", "60 * * * *", "@every 5m", "CRON_TZ=UTC 0 0 * * *", "@reboot", "0 25 * * *"} {
		_, err := cron.Parse(expression, "UTC")
		require.Error(t, err, "%q", expression)
	}
	_, err := cron.Parse("0 0 31 2 *", "UTC")
	require.ErrorIs(t, err, cron.ErrNever)
	for _, zone := range []string{"", "Local", "Mars/Olympus", "../../etc/passwd", "CEST+99", "localtime", "right/Europe/Berlin", "posix/UTC", "posixrules"} {
		_, err := cron.Parse("@daily", zone)
		require.ErrorIs(t, err, cron.ErrZone, "%q", zone)
	}
}

var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Jakarta", "Africa/Casablanca", "America/Santiago", "Asia/Kathmandu"}

// A daily time is due exactly once on every day that the zone has, and times
// only ever go forward.
func TestSchedule_Next_IsDueOnceADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		minute, hour := rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 23).Draw(t, "hour")
		location, err := time.LoadLocation(zone)
		require.NoError(t, err)
		s, err := cron.Parse(time.Date(0, 1, 1, hour, minute, 0, 0, time.UTC).Format("4 15 * * *"), zone)
		require.NoError(t, err)
		start := time.Date(2015, 1, 1, 0, 0, 0, 0, location).AddDate(0, 0, rapid.IntRange(0, 5000).Draw(t, "day"))
		previous := s.Next(start)
		for range 400 {
			next := s.Next(previous)
			require.True(t, next.After(previous))
			from, to := previous.In(location), next.In(location)
			// In UTC, where every midnight exists.
			day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
			require.Equal(t, day.AddDate(0, 0, 1).Format(time.DateOnly), to.Format(time.DateOnly), "%s after %s", to, from)
			if to.Format("15:04") != time.Date(0, 1, 1, hour, minute, 0, 0, time.UTC).Format("15:04") {
				began, _ := to.ZoneBounds()
				require.True(t, began.Equal(to), "another time than the one named is due only where a change of the clock skips it: %s", to)
			}
			previous = next
		}
	})
}

// A recurring expression follows the time that passes.
func TestSchedule_Next_RecursEvenlyThroughEveryChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Jakarta", "America/Santiago"}).Draw(t, "zone")
		s, err := cron.Parse("*/20 * * * *", zone)
		require.NoError(t, err)
		moment := s.Next(time.Unix(rapid.Int64Range(1_420_000_000, 1_900_000_000).Draw(t, "start"), 0))
		for range 200 {
			next := s.Next(moment)
			require.Equal(t, 20*time.Minute, next.Sub(moment), "after %s", moment)
			moment = next
		}
	})
}
