package database

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// What follows makes a driver's value ours: int64, float64, bool, text or a time
// in UTC; nil is missing. A database's driver gives one type in several forms,
// MySQL's most of them as bytes.

var errValue = errors.New("another type of value was expected")

func toInteger(v any) (any, error) {
	switch n := v.(type) {
	case nil:
		return nil, nil
	case int64:
		return n, nil
	case int32:
		return int64(n), nil
	case uint64:
		if n > math.MaxInt64 {
			return nil, errValue
		}
		return int64(n), nil
	case bool:
		if n {
			return int64(1), nil
		}
		return int64(0), nil
	case float64:
		if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
			return nil, errValue
		}
		return int64(n), nil
	case string:
		return parsed(strconv.ParseInt(n, 10, 64))
	case []byte:
		return parsed(strconv.ParseInt(string(n), 10, 64))
	default:
		return nil, errValue
	}
}

func parsed[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, errValue
	}
	return v, nil
}

// toFloat makes what is no number missing, and what is too large infinite, as the
// reading of files does.
func toFloat(v any) (any, error) {
	var f float64
	switch n := v.(type) {
	case float64:
		f = n
	case float32:
		f = float64(n)
	case int64:
		f = float64(n)
	case string:
		return toFloat([]byte(n))
	case []byte:
		var err error
		if f, err = strconv.ParseFloat(string(n), 64); err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, errValue
		}
	default:
		return nil, errValue
	}
	if math.IsNaN(f) {
		return nil, nil
	}
	return f, nil
}

func toBoolean(v any) (any, error) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	n, err := toInteger(v)
	if err != nil {
		return nil, err
	}
	return n != int64(0), nil
}

// toText replaces what is no UTF-8: the engine takes nothing else.
func toText(v any) (any, error) {
	switch s := v.(type) {
	case nil:
		return nil, nil
	case string:
		return strings.ToValidUTF8(s, "\uFFFD"), nil
	case []byte:
		return strings.ToValidUTF8(string(s), "\uFFFD"), nil
	case int64, float64, bool:
		return fmt.Sprint(s), nil
	default:
		return nil, errValue
	}
}

// toMoment reads dates and times. A layout's text that is no time, such as MySQL's
// 0000-00-00 and 2020-00-10, is missing.
func toMoment(layouts ...string) func(any) (any, error) {
	return func(v any) (any, error) {
		var text string
		switch at := v.(type) {
		case time.Time:
			return at.UTC(), nil
		case string:
			text = at
		case []byte:
			text = string(at)
		default:
			return nil, errValue
		}
		for _, layout := range layouts {
			if at, err := time.Parse(layout, text); err == nil {
				return at.UTC(), nil
			}
		}
		return nil, nil
	}
}

const (
	timestampLayout = "2006-01-02 15:04:05.999999999"
	timeLayout      = "15:04:05.999999999"
)

// text gives a text of the catalogue, and whole a number of it or a count.
func text(v any) string {
	s, _ := toText(v)
	out, _ := s.(string)
	return out
}

func whole(v any) int64 {
	n, _ := toInteger(v)
	out, _ := n.(int64)
	return out
}
