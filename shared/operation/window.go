package operation

import (
	"encoding/json"
	"errors"
	"math"
	"time"

	"ddap/shared/fault"
)

// Window is how far a rolling window reaches: so many rows, or so much time.
// Exactly one of Rows and Duration is set. In JSON it is a number, or text as
// in a rule of Resample.
type Window struct {
	Rows     int64
	Duration time.Duration
	// text is the duration as it was written.
	text string
}

// maxWindowRows is far beyond what anybody would call rolling.
const maxWindowRows = 1_000_000

// MarshalJSON writes what UnmarshalJSON reads.
func (w Window) MarshalJSON() ([]byte, error) {
	if w.text != "" {
		return json.Marshal(w.text)
	}
	return json.Marshal(w.Rows)
}

// UnmarshalJSON reads a number of rows or a length of time.
func (w *Window) UnmarshalJSON(raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return err
	}
	var err error
	*w, err = readWindow(value)
	return err
}

var errWindow = errors.New("must be a whole number of rows from 1 to 1000000, or a length of time such as \"7D\", \"12h\", \"30min\" or \"10s\"")

func readWindow(value any) (Window, error) {
	switch v := value.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return Window{}, errWindow
		}
		return readWindow(f)
	case float64:
		if v >= 1 && v <= maxWindowRows && v == math.Trunc(v) {
			return Window{Rows: int64(v)}, nil
		}
	case string:
		if span, err := ReadSpan(v); err == nil && span.Fixed > 0 {
			return Window{Duration: span.Fixed, text: v}, nil
		}
	}
	return Window{}, errWindow
}

func checkWindow(path string, value any) []fault.Field {
	if _, err := readWindow(value); err != nil {
		return []fault.Field{{Path: path, Message: err.Error()}}
	}
	return nil
}

func windowSchema() map[string]any {
	return map[string]any{"oneOf": []any{
		map[string]any{"type": "integer", "minimum": 1, "maximum": maxWindowRows},
		map[string]any{"type": "string", "pattern": "^[0-9]*(s|min|h|D)$"},
	}}
}
