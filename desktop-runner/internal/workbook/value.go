package workbook

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind is what a cell's value is.
type Kind uint8

// The kinds of values. A cell without one is not handed over at all.
const (
	// Text is in Text.
	Text Kind = iota + 1
	// Integer is in Int: a number without a fraction that fits 64 bits.
	Integer
	// Number is in Number: any other.
	Number
	// Long is an integer of more than 64 bits, with its digits in Text.
	Long
	// Boolean is 0 or 1 in Int.
	Boolean
	// Date, Timestamp are milliseconds since 1970 in Int, Time since midnight.
	Date
	Timestamp
	Time
	// Duration is milliseconds in Int, a day and more.
	Duration
	// Error is #N/A, #DIV/0! and the like: the cell has no value.
	Error
)

// Value is that of one cell; for a formula, what was calculated last.
type Value struct {
	Kind   Kind
	Int    int64
	Number float64
	Text   string
}

// Cell is a value at its column, counted from 0.
type Cell struct {
	Column int
	Value
}

// Moment gives a Date, Timestamp or Time; that of a Time is in 1970.
func (v Value) Moment() time.Time { return time.UnixMilli(v.Int).UTC() }

// String writes a value as text, as a column of mixed values has it: dates and
// times by ISO 8601, true and false, the shortest digits of a number. Errors are
// empty.
func (v Value) String() string {
	switch v.Kind {
	case Text, Long:
		return v.Text
	case Integer:
		return strconv.FormatInt(v.Int, 10)
	case Number:
		return shortest(v.Number)
	case Boolean:
		return strconv.FormatBool(v.Int != 0)
	case Date:
		return v.Moment().Format("2006-01-02")
	case Timestamp:
		return v.Moment().Format("2006-01-02 15:04:05.999")
	case Time:
		return v.Moment().Format("15:04:05.999")
	case Duration:
		seconds := time.Duration(v.Int) * time.Millisecond
		text := fmt.Sprintf("%d:%02d:%02d", int(seconds.Hours()), int(seconds.Minutes())%60, int(seconds.Seconds())%60)
		if rest := v.Int % 1000; rest != 0 {
			text += strings.TrimRight(fmt.Sprintf(".%03d", rest), "0")
		}
		return text
	default:
		return ""
	}
}

func shortest(f float64) string {
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

const (
	// exactDigits of a decimal are a float64 without rounding, and so is the power
	// of ten by which exactPower divides them.
	exactDigits = 15
	exactPower  = 22
	// longDigits always fit 64 bits.
	longDigits = 18
	// exact is the integer up to which every one is a float64.
	exact = 1 << 53
)

var powers = func() (out [exactPower + 1]float64) {
	out[0] = 1
	for i := 1; i < len(out); i++ {
		out[i] = out[i-1] * 10
	}
	return out
}()

// number reads a number as workbooks write it. False means that it is none.
func number(raw []byte) (Value, bool) {
	w, ok := readDigits(raw)
	switch {
	case !ok:
		return Value{}, false
	case w.plain && w.point < 0 && w.digits <= longDigits:
		return Value{Kind: Integer, Int: w.mantissa}, true
	case w.plain && w.point < 0:
		return longInteger(string(raw)), true
	case w.plain && w.digits <= exactDigits && len(raw)-1-w.point <= exactPower:
		return fromFloat(float64(w.mantissa) / powers[len(raw)-1-w.point]), true
	default:
		f, err := strconv.ParseFloat(string(raw), 64)
		return fromFloat(f), err == nil
	}
}

// written is a number as it stands there.
type written struct {
	// mantissa has the digits, without their point, where they are longDigits at most.
	mantissa int64
	digits   int
	// point is its place, -1 where there is none; plain means that there are only
	// digits, a point and a minus in front.
	point int
	plain bool
}

// readDigits gives false where something is there that no number has.
func readDigits(raw []byte) (written, bool) {
	w := written{point: -1, plain: true}
	for i, c := range raw {
		switch {
		case c >= '0' && c <= '9':
			if w.digits++; w.digits <= longDigits {
				w.mantissa = w.mantissa*10 + int64(c-'0')
			}
		case c == '-' && i == 0:
		case c == '.' && w.point < 0:
			w.point = i
		case c == 'e', c == 'E', c == '+', c == '-':
			w.plain = false
		default:
			return w, false
		}
	}
	if w.digits > 0 && raw[0] == '-' {
		w.mantissa = -w.mantissa
	}
	return w, w.digits > 0
}

func longInteger(digits string) Value {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return Value{Kind: Integer, Int: n}
	}
	return Value{Kind: Long, Text: digits}
}

// fromFloat gives a number with a fraction, or an integer that is written with one.
func fromFloat(f float64) Value {
	if math.Abs(f) < exact && f == math.Trunc(f) {
		return Value{Kind: Integer, Int: int64(f)}
	}
	return Value{Kind: Number, Number: f}
}

// float gives the number of an Integer, a Number or a Long.
func (v Value) float() float64 {
	switch v.Kind {
	case Integer:
		return float64(v.Int)
	case Long:
		f, _ := strconv.ParseFloat(v.Text, 64) // infinite where it is larger than any
		return f
	default:
		return v.Number
	}
}

// isoForms are how a cell of the kind "d" may be written.
var isoForms = []struct {
	form string
	kind Kind
}{
	{"2006-01-02", Date},
	{"2006-01-02T15:04:05", Timestamp},
	{"2006-01-02T15:04:05Z07:00", Timestamp},
	{"2006-01-02T15:04", Timestamp},
	{"15:04:05", Time},
	{"15:04", Time},
}

func isoMoment(text string) (Value, bool) {
	for _, f := range isoForms {
		at, err := time.Parse(f.form, text)
		if err != nil {
			continue
		}
		if f.kind == Time {
			return Value{Kind: Time, Int: at.Sub(time.Date(at.Year(), 1, 1, 0, 0, 0, 0, time.UTC)).Milliseconds()}, true
		}
		return Value{Kind: f.kind, Int: at.UnixMilli()}, true
	}
	return Value{}, false
}
