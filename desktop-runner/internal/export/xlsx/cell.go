package xlsx

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"ddap/shared/result"
)

const (
	// maxDigits is how many digits of a whole number spreadsheets keep; larger ones
	// are text.
	maxDigits = 999_999_999_999_999
	// maxNumber and minNumber bound the sizes that spreadsheets calculate with.
	maxNumber = 9.99999999999999e307
	minNumber = 2.2250738585072014e-308
	// maxText is how many UTF-16 units of text a cell takes.
	maxText = 32_767
)

// look says how a cell is shown.
type look int

const (
	plain look = iota
	date
	timestamp
	timeOfDay
	// guarded is text that would become a formula if somebody edited it.
	guarded
	withheld
	heading
	title
	subtitle
	label
	prose
	link
	figure
	looks // how many there are
)

// cell is a value that a sheet can hold: nil, bool, int64, float64 or text.
type cell struct {
	value any
	look  look
	// cut means that it is the beginning of a longer text.
	cut bool
}

// cellOf gives the cell for a value of a column, as documents and the engine
// have it: dates and times are ISO 8601. What spreadsheets cannot hold as what it
// is becomes text, so that nothing is lost: long whole numbers, numbers that are
// not finite, and dates before March 1900, which spreadsheets do not agree on.
func cellOf(v any, t result.Type) cell {
	switch v := v.(type) {
	case nil:
		return cell{}
	case bool:
		return cell{value: v}
	case int:
		return wholeCell(int64(v))
	case int64:
		return wholeCell(v)
	case float64:
		return numberCell(v, t)
	case string:
		return textOrMoment(v, t)
	default:
		return textCell(fmt.Sprint(v))
	}
}

func wholeCell(v int64) cell {
	if v > maxDigits || v < -maxDigits {
		return textCell(strconv.FormatInt(v, 10))
	}
	return cell{value: v}
}

func numberCell(v float64, t result.Type) cell {
	size := math.Abs(v)
	switch {
	case t == result.Integer && v == math.Trunc(v) && size <= maxDigits:
		return cell{value: int64(v)}
	case t == result.Integer && v == math.Trunc(v) && size < math.MaxInt64:
		return textCell(strconv.FormatFloat(v, 'f', 0, 64))
	case math.IsNaN(v), size > maxNumber, size < minNumber && size > 0:
		return textCell(strconv.FormatFloat(v, 'g', -1, 64))
	default:
		return cell{value: v}
	}
}

// textCell gives a cell of text, and never a formula.
func textCell(text string) cell {
	c := cell{value: text}
	if len(text) > maxText { // bytes are never fewer than UTF-16 units
		c.value, c.cut = shortened(text)
	}
	if strings.ContainsRune("=+-@\t\r", firstRune(text)) {
		c.look = guarded
	}
	return c
}

func firstRune(text string) rune {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return utf8.RuneError
	}
	return r
}

// shortened gives as much of the text as a cell takes, without half characters.
func shortened(text string) (string, bool) {
	units := 0
	for i, r := range text {
		if units += max(1, utf16.RuneLen(r)); units > maxText {
			return text[:i], true
		}
	}
	return text, false
}

// moments are how dates and times may be written.
var moments = map[result.Type][]string{
	result.Date:      {time.DateOnly},
	result.Timestamp: {"2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z07", "2006-01-02T15:04:05.999999999Z07:00", time.DateOnly},
	result.Time:      {"15:04:05.999999999"},
}

var momentLooks = map[result.Type]look{result.Date: date, result.Timestamp: timestamp, result.Time: timeOfDay}

func textOrMoment(text string, t result.Type) cell {
	for _, layout := range moments[t] {
		at, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if serial, ok := serialOf(at.UTC(), t); ok {
			return cell{value: serial, look: momentLooks[t]}
		}
	}
	return textCell(text)
}

// firstDay is the first on which the calendars of spreadsheets agree: some have a
// 29 February 1900.
var firstDay = time.Date(1900, time.March, 1, 0, 0, 0, 0, time.UTC)

// serialOf gives the days since 1899-12-30, or the part of the day that a time is.
func serialOf(at time.Time, t result.Type) (float64, bool) {
	const day, epoch = 24 * 60 * 60, 25569 // seconds of a day; 1970-01-01 as a serial
	midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	part := float64(at.Sub(midnight)) / float64(day*time.Second)
	switch {
	case t == result.Time:
		return part, true
	case at.Before(firstDay) || at.Year() > 9999:
		return 0, false
	default:
		return float64(midnight.Unix()/day+epoch) + part, true
	}
}

// width is about how many characters a cell is wide.
func (c cell) width() int {
	switch v := c.value.(type) {
	case nil:
		return 0
	case string:
		line, _, _ := strings.Cut(v, "\n")
		return utf8.RuneCountInString(line[:min(len(line), 4*widest)])
	case int64:
		return len(strconv.FormatInt(v, 10))
	case float64:
		switch c.look {
		case date:
			return len(time.DateOnly)
		case timestamp:
			return len(time.DateTime)
		default:
			return min(len(strconv.FormatFloat(v, 'g', -1, 64)), 12)
		}
	default:
		return 6
	}
}
