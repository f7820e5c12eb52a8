// Package cron computes when a cron expression is due in a time zone, on the
// days as well on which clocks are changed. It is the only package that knows
// the parser.
//
// An expression whose hour is "*" recurs: it follows the time that passes, and
// so runs through both changes ("*/15 * * * *" is due every fifteen minutes).
// Any other names times of the day, and each of them is due once a day: a time
// that does not exist on a day is due at the first moment after the change, and
// one that comes twice is due when it comes first.
package cron

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a database of time zones

	"github.com/robfig/cron/v3"
)

// Schedule is a cron expression in a time zone.
type Schedule struct {
	spec      *cron.SpecSchedule
	zone      *time.Location
	recurring bool
}

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Errors of Parse, besides those that say which field is wrong.
var (
	ErrZone  = errors.New("is no time zone of the IANA database, as in Europe/Berlin or Asia/Jakarta")
	ErrNever = errors.New("is never due: no such day comes within five years")
)

// Parse reads an expression of five fields (minute, hour, day, month, weekday,
// with names, lists, ranges and steps) or one of @hourly, @daily, @weekly, @monthly, @yearly.
func Parse(expression, zone string) (*Schedule, error) {
	location, err := load(zone)
	if err != nil {
		return nil, err
	}
	expression = strings.TrimSpace(expression)
	if strings.Contains(expression, "=") || strings.HasPrefix(expression, "@every") {
		return nil, errors.New("must have five fields: minute, hour, day, month, weekday, as in 30 7 * * mon-fri")
	}
	parsed, err := parser.Parse(sundays(expression))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("must have five fields: minute, hour, day, month, weekday")
	}
	s := &Schedule{spec: spec, zone: location, recurring: everyHour(spec.Hour)}
	// The parser's own steps through a zone lose the whole day where a change of
	// the clock skips its midnight, so that it never gets to see one.
	spec.Location = time.UTC
	if s.Next(time.Unix(0, 0)).IsZero() {
		return nil, ErrNever
	}
	return s, nil
}

// sundays writes the 7 that many crons take for Sunday as the 0 that the parser
// knows, alone and at the end of a range. It leaves what it cannot read.
func sundays(expression string) string {
	fields := strings.Fields(expression)
	if len(fields) != 5 {
		return expression
	}
	var days []string
	for day := range strings.SplitSeq(fields[4], ",") {
		days = append(days, sunday(day))
	}
	fields[4] = strings.Join(days, ",")
	return strings.Join(fields, " ")
}

func sunday(days string) string {
	span, by, stepped := strings.Cut(days, "/")
	from, to, _ := strings.Cut(span, "-")
	if days == "7" {
		return "0"
	}
	first, err := strconv.Atoi(from)
	if err != nil || to != "7" {
		return days
	}
	step := 1
	if stepped {
		if step, err = strconv.Atoi(by); err != nil || step < 1 {
			return days
		}
	}
	var named []string
	for day := first; day <= 7; day += step {
		named = append(named, strconv.Itoa(day%7))
	}
	return strings.Join(named, ",")
}

// load gives a zone that is the same on every machine. "Local" and "localtime"
// are the server's own, which nobody knows; the others are files that only some
// machines keep beside the zones, "right/" with leap seconds in them.
func load(zone string) (*time.Location, error) {
	switch first, _, _ := strings.Cut(zone, "/"); first {
	case "", "Local", "localtime", "posix", "posixrules", "right":
		return nil, ErrZone
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, ErrZone
	}
	return location, nil
}

// everyHour reports whether the set has all 24 hours, however it was written.
func everyHour(hours uint64) bool {
	const all = 1<<24 - 1
	return hours&all == all
}

// Next gives the first time after t at which the schedule is due, in UTC; the
// zero time where there is none.
func (s *Schedule) Next(t time.Time) time.Time {
	if s.recurring {
		return s.follow(t)
	}
	// Days and hours are counted on the face of the clock, as if it were never
	// changed, and only then placed in time.
	for face := face(t.In(s.zone)); ; {
		face = s.spec.Next(face)
		if face.IsZero() {
			return face
		}
		if due := s.place(face); due.After(t) {
			return due
		}
	}
}

// follow gives the first moment after t at which the clock shows what the
// expression names, from one change of the clock to the next: in between, the
// face of the clock and the time go side by side.
func (s *Schedule) follow(t time.Time) time.Time {
	for shown := face(t.In(s.zone)); ; {
		next := s.spec.Next(shown)
		if next.IsZero() {
			return next
		}
		due := t.Add(next.Sub(shown))
		_, change := t.In(s.zone).ZoneBounds()
		if change.IsZero() || due.Before(change) {
			return due.UTC()
		}
		// The parser gives what comes after, and the moment of the change counts itself.
		t, shown = change, face(change.In(s.zone))
		if next = s.spec.Next(shown.Add(-time.Nanosecond)); next.Equal(shown) {
			return t.UTC()
		}
	}
}

// Upcoming gives the next n times after t.
func (s *Schedule) Upcoming(t time.Time, n int) []time.Time {
	var out []time.Time
	for len(out) < n {
		if t = s.Next(t); t.IsZero() {
			break
		}
		out = append(out, t)
	}
	return out
}

// face gives what a clock shows, as if it stood in UTC.
func face(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// around is more than any clock was ever set forward or back, a day at the date
// line apart, which is why it is more than that as well.
const around = 36 * time.Hour

// place gives the moment at which the clock shows this face: the first of two,
// and the end of the gap where it never does.
func (s *Schedule) place(shown time.Time) time.Time {
	_, before := shown.Add(-around).In(s.zone).Zone()
	_, after := shown.Add(around).In(s.zone).Zone()
	early := shown.Add(-time.Duration(before) * time.Second)
	late := shown.Add(-time.Duration(after) * time.Second)
	for _, moment := range []time.Time{early, late} {
		if face(moment.In(s.zone)).Equal(shown) {
			return moment
		}
	}
	start, _ := early.In(s.zone).ZoneBounds()
	return start.UTC()
}
