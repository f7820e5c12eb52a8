package source

import (
	"math"
	"strconv"
	"strings"
	"time"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/workbook"
)

// take gives a cell's value as a column of the kind has it. False means that it
// does not fit.
func (k kind) take(v workbook.Value) (engine.Value, bool) {
	switch k {
	case kindEmpty:
		return nil, false
	case kindText:
		return v.String(), true
	case kindInteger, kindLong:
		return takeInteger(v)
	case kindFloat, kindComma, kindGroups:
		return k.takeFloat(v)
	case kindBoolean:
		return takeBoolean(v)
	default:
		return k.takeMoment(v)
	}
}

func takeInteger(v workbook.Value) (engine.Value, bool) {
	switch v.Kind {
	case workbook.Integer:
		return v.Int, true
	case workbook.Text:
		n, err := strconv.ParseInt(strings.TrimSpace(v.Text), 10, 64)
		return n, err == nil
	default:
		return nil, false
	}
}

func (k kind) takeFloat(v workbook.Value) (engine.Value, bool) {
	switch v.Kind {
	case workbook.Integer:
		return float64(v.Int), true
	case workbook.Number:
		return v.Number, true
	case workbook.Text, workbook.Long:
		text := strings.TrimSpace(v.Text)
		switch {
		case k == kindComma && commaShape.MatchString(text):
			text = strings.ReplaceAll(strings.ReplaceAll(text, ".", ""), ",", ".")
		case k == kindGroups && groupsShape.MatchString(text):
			text = strings.ReplaceAll(text, ",", "")
		case k != kindFloat:
			return nil, false
		}
		return parseFloat(text)
	default:
		return nil, false
	}
}

// parseFloat reads a number as the engine does, and not what Go alone takes for one.
func parseFloat(text string) (engine.Value, bool) {
	if strings.ContainsAny(text, "xXpP_") {
		return nil, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if math.IsNaN(f) {
		return nil, true
	}
	return f, err == nil
}

func takeBoolean(v workbook.Value) (engine.Value, bool) {
	text := strings.TrimSpace(v.Text)
	switch {
	case v.Kind == workbook.Boolean:
		return v.Int != 0, true
	case v.Kind == workbook.Text && strings.EqualFold(text, "true"):
		return true, true
	case v.Kind == workbook.Text && strings.EqualFold(text, "false"):
		return false, true
	default:
		return nil, false
	}
}

// layouts are how text in a column of a kind may be written; one fits.
var layouts = map[kind][]string{
	kindDate:      {"2006-01-02"},
	kindDayFirst:  {"2.1.2006"},
	kindMonth:     {"1.2.2006"},
	kindTimestamp: {"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05"},
	kindZoned:     {"2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00"},
	kindTime:      {"15:04", "15:04:05"},
}

func (k kind) takeMoment(v workbook.Value) (engine.Value, bool) {
	switch {
	case v.Kind == workbook.Date && k != kindTime && k != kindZoned,
		v.Kind == workbook.Timestamp && k == kindTimestamp,
		v.Kind == workbook.Time && k == kindTime:
		return v.Moment(), true
	case v.Kind != workbook.Text:
		return nil, false
	}
	text := strings.TrimSpace(v.Text)
	switch k {
	case kindDayFirst, kindMonth:
		text = strings.NewReplacer("/", ".", "-", ".").Replace(text)
	case kindTimestamp, kindZoned:
		text = strings.Replace(text, "T", " ", 1)
	default: // as it is written
	}
	for _, layout := range layouts[k] {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return nil, false
}
