package result

import (
	"errors"
	"time"
)

var (
	timestampLayouts = []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
		"2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
	}
	timeLayouts = []string{"15:04:05.999999999", "15:04"}
)

// Moment reads a Date, Time or Timestamp as somebody wrote it, and gives it in
// the one form that every database casts. Timestamps with an offset become UTC,
// as those of the data are.
func Moment(t Type, text string) (string, error) {
	switch t {
	case Date:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return "", errors.New(`must be a date such as "2024-12-31"`)
		}
		return text, nil
	case Time:
		for _, layout := range timeLayouts {
			if at, err := time.Parse(layout, text); err == nil {
				return at.Format("15:04:05.999999"), nil
			}
		}
		return "", errors.New(`must be a time of day such as "23:59:00"`)
	default:
		for _, layout := range timestampLayouts {
			if at, err := time.Parse(layout, text); err == nil {
				return at.UTC().Format("2006-01-02 15:04:05.999999"), nil
			}
		}
		return "", errors.New(`must be a time such as "2024-12-31T23:59:00Z", or a date`)
	}
}
