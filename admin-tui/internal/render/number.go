package render

import (
	"math"
	"strconv"
	"strings"

	"ddap/shared/i18n"
)

const (
	// maxPlainDigits is how long a number may be, in significant digits, to be
	// shown as it is; a longer one is rounded.
	maxPlainDigits = 5
	// significant digits remain of a number that is rounded.
	significant = 4
	// minGrouped is the number from which on the digits of a column of a table are
	// grouped: below it separators help little, and years would have them.
	minGrouped = 10_000
)

// Number writes a number for people: whole ones exactly, others with four
// significant digits unless they are shorter, with the language's separators.
// A number that is not finite is a dash.
func (v View) Number(f float64) string {
	abs := math.Abs(f)
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return "–"
	case f == math.Trunc(f) && abs < 1e15:
		return v.integer(strconv.FormatFloat(f, 'f', 0, 64))
	case abs >= 1e15 || abs < 1e-4:
		return v.scientific(f)
	}
	if plain := strconv.FormatFloat(f, 'f', -1, 64); digits(plain) <= maxPlainDigits {
		return v.decimal(plain)
	}
	decimals := significant - 1 - int(math.Floor(math.Log10(abs)))
	return v.decimal(strconv.FormatFloat(f, 'f', max(decimals, 0), 64))
}

// integer groups the digits of a whole number, however long it is.
func (v View) integer(number string) string {
	sign, separator := "", v.thousands()
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	var parts []string
	for len(number) > 3 {
		parts = append([]string{number[len(number)-3:]}, parts...)
		number = number[:len(number)-3]
	}
	return sign + strings.Join(append([]string{number}, parts...), separator)
}

func (v View) count(n int64) string { return v.integer(strconv.FormatInt(n, 10)) }

func (v View) scientific(f float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if digits(mantissa) > significant {
		mantissa, exponent, _ = strings.Cut(strconv.FormatFloat(f, 'e', significant-1, 64), "e")
	}
	power, err := strconv.Atoi(exponent)
	if err != nil {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strings.Replace(mantissa, ".", v.point(), 1) + "e" + strconv.Itoa(power)
}

func (v View) decimal(plain string) string {
	whole, fraction, found := strings.Cut(plain, ".")
	if !found {
		return v.integer(whole)
	}
	return v.integer(whole) + v.point() + fraction
}

func (v View) thousands() string {
	switch {
	case v.ungrouped:
		return ""
	case v.Language == i18n.Indonesian:
		return "."
	default:
		return ","
	}
}

func (v View) point() string {
	if v.Language == i18n.Indonesian {
		return ","
	}
	return "."
}

// digits counts the significant digits of a decimal number.
func digits(number string) int {
	number = strings.TrimLeft(strings.Replace(strings.TrimPrefix(number, "-"), ".", "", 1), "0")
	return len(number)
}

// Bytes writes a size in kB, MB or GB (powers of 1,000).
func (v View) Bytes(n int64) string {
	size, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if size < 999.5 {
			break
		}
		size, unit = size/1000, next
	}
	if unit == "B" || size >= 100 {
		return v.decimal(strconv.FormatFloat(size, 'f', 0, 64)) + " " + unit
	}
	decimals := 1
	if size < 10 {
		decimals = 2
	}
	return v.decimal(strconv.FormatFloat(size, 'f', decimals, 64)) + " " + unit
}

// Percent writes a fraction from 0 to 1 in whole per cents. It says 100 only
// for the whole.
func (v View) Percent(fraction float64) string {
	percent := int(math.Floor(100*math.Max(0, math.Min(1, fraction)) + 1e-9))
	return strconv.Itoa(percent) + " %"
}
