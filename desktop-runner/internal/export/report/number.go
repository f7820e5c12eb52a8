package report

import (
	"math"
	"strconv"
	"strings"

	"ddap/shared/i18n"
)

// significant is how many digits are shown of a number that has many.
const significant = 4

// Speech has the words of reports in one language, and writes its numbers and dates.
type Speech struct {
	decimal, group string
	words          i18n.Language
}

// SpeechOf gives the words of a language; English for one that is not known.
func SpeechOf(l i18n.Language) Speech {
	if l == i18n.Indonesian {
		return Speech{decimal: ",", group: ".", words: l}
	}
	return Speech{decimal: ".", group: ",", words: i18n.English}
}

// Integer writes a whole number with all its digits, in groups of three from
// 10,000 on: years and other numbers of four digits read better without.
func (s Speech) Integer(v int64) string { return s.localized(strconv.FormatInt(v, 10)) }

// Number writes a number as it is when it has few digits, else with four
// significant ones; very large and very small ones with a power of ten.
func (s Speech) Number(v float64) string {
	exact := strconv.FormatFloat(v, 'f', -1, 64)
	switch size := math.Abs(v); {
	case v == math.Trunc(v) && size < 1e12:
		return s.localized(exact)
	case size >= 1e9 || size < 1e-4:
		return s.power(v)
	case size >= 1000 && digits(exact) > significant+2:
		return s.localized(strconv.FormatFloat(v, 'f', 0, 64))
	case digits(exact) <= significant+2:
		return s.localized(exact)
	default:
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', significant, 64), 64)
		return s.localized(strconv.FormatFloat(rounded, 'f', -1, 64))
	}
}

// probability writes a p-value; below a thousandth its size says no more.
func (s Speech) probability(v float64) string {
	if v < 0.001 {
		return "< " + s.localized("0.001")
	}
	return s.localized(strconv.FormatFloat(v, 'f', 3, 64))
}

func (s Speech) power(v float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', significant-1, 64), "e")
	mantissa = strings.TrimSuffix(strings.TrimRight(mantissa, "0"), ".")
	n, _ := strconv.Atoi(exponent)
	return s.localized(mantissa) + " × 10" + strings.Map(superscript, strconv.Itoa(n))
}

func superscript(r rune) rune {
	const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹"
	if r == '-' {
		return '⁻'
	}
	return []rune(raised)[r-'0']
}

// localized puts the language's separators into plain digits.
func (s Speech) localized(plain string) string {
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "−", plain[1:]
	}
	whole, fraction, _ := strings.Cut(plain, ".")
	if len(whole) > 4 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + s.group + whole[i:]
		}
	}
	if fraction != "" {
		return sign + whole + s.decimal + fraction
	}
	return sign + whole
}

// digits counts the significant digits of plain decimal notation.
func digits(plain string) int {
	plain = strings.TrimLeft(strings.ReplaceAll(strings.TrimPrefix(plain, "-"), ".", ""), "0")
	return len(plain)
}
