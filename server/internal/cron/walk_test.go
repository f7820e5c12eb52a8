package cron_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/server/internal/cron"
)

// midnight are zones that change their clocks at midnight, so that there are
// days which begin at one, or which have midnight twice.
var midnight = []string{"America/Santiago", "Asia/Beirut", "Africa/Cairo", "America/Havana", "America/Asuncion", "America/Sao_Paulo"}

// change gives a change of the clock in the zone after some moment, or that
// moment where there is none.
func change(zone *time.Location, after time.Time) time.Time {
	if _, end := after.In(zone).ZoneBounds(); !end.IsZero() {
		return end
	}
	return after
}

// A recurring expression is due at every minute, counted as time passes, at
// which the clock shows what it names: the simplest program that can be right is
// asked as well, around changes of the clock.
func TestSchedule_Next_RecurringIsDueWheneverTheClockShowsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(slices.Concat(zones, midnight)).Draw(t, "zone")
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		minutes := rapid.SampledFrom([]int{1, 7, 15, 30, 60}).Draw(t, "every")
		weekdays := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 7, rapid.ID).Draw(t, "weekdays")
		expression := fmt.Sprintf("*/%d * * * %s", minutes, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(weekdays)), ","), "[]"))
		if minutes == 60 {
			expression = "0" + strings.TrimPrefix(expression, "*/60")
		}
		s, err := cron.Parse(expression, name)
		require.NoError(t, err)
		from := change(zone, time.Unix(rapid.Int64Range(1_420_000_000, 1_900_000_000).Draw(t, "near"), 0)).
			Add(-time.Duration(rapid.IntRange(0, 3000).Draw(t, "before")) * time.Minute)
		got := s.Next(from)
		for at := from.Truncate(time.Minute).Add(time.Minute); ; at = at.Add(time.Minute) {
			shown := at.In(zone)
			if shown.Minute()%minutes == 0 && slices.Contains(weekdays, int(shown.Weekday())) {
				require.Equal(t, shown.String(), got.In(zone).String(), "%q after %s", expression, from.In(zone))
				return
			}
		}
	})
}

// The clock of Beirut goes from 23:59 to 01:00 on a Sunday.
func TestSchedule_Next_KeepsADayWithoutMidnight(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		"*/30 * * * sun": "2015-03-29T01:00:00+03:00",
		"0 0 * * sun":    "2015-03-29T01:00:00+03:00",
		"15 * 29 3 *":    "2015-03-29T01:15:00+03:00",
	} {
		s, err := cron.Parse(expression, "Asia/Beirut")
		require.NoError(t, err)
		require.True(t, at(t, want).Equal(s.Next(at(t, "2015-03-28T23:45:00+02:00"))), expression)
	}
}

// Whatever is written in place of an expression is refused or understood.
func TestParse_TakesAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		field := rapid.StringMatching(`[-*/,?0-9a-z@]{0,6}`)
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(field, 0, 6), func(f []string) string { return strings.Join(f, " ") })).Draw(t, "text")
		if s, err := cron.Parse(text, "Europe/Berlin"); err == nil {
			now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
			require.True(t, s.Next(now).After(now))
		}
	})
}
