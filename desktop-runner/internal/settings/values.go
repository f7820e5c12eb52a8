package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// size is a flag for a number of bytes.
type size int64

var units = map[string]float64{
	"": 1, "b": 1,
	"k": 1 << 10, "kib": 1 << 10, "kb": 1e3,
	"m": 1 << 20, "mib": 1 << 20, "mb": 1e6,
	"g": 1 << 30, "gib": 1 << 30, "gb": 1e9,
	"t": 1 << 40, "tib": 1 << 40, "tb": 1e12,
}

// Set reads a size such as 512MiB, 2GB or 1.5g. What 0 means is up to the flag.
func (s *size) Set(text string) error {
	text = strings.ToLower(strings.TrimSpace(text))
	digits := strings.TrimRight(text, "kmgtib ")
	factor, known := units[strings.TrimSpace(text[len(digits):])]
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !known || n < 0 || n*factor >= math.MaxInt64 {
		return fmt.Errorf("%q is not a size; write it like 512MiB or 2GB", text)
	}
	*s = size(n * factor)
	return nil
}

// String writes the size in the largest unit that divides it.
func (s *size) String() string {
	n := int64(*s)
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// Type names the form for the help.
func (s *size) Type() string { return "SIZE" }

// labels is a flag of the form k=v,k=v.
type labels map[string]string

// Set adds labels to those that are there.
func (l labels) Set(text string) error {
	for pair := range strings.SplitSeq(text, ",") {
		name, value, found := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		if !found || name == "" {
			return fmt.Errorf("%q is not a label; write it like region=west", pair)
		}
		l[name] = strings.TrimSpace(value)
	}
	return nil
}

// String is empty: there are no labels by default.
func (l labels) String() string { return "" }

// Type names the form for the help.
func (l labels) Type() string { return "k=v,…" }
