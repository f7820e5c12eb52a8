package egress

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ddap/desktop-runner/internal/finding"
	"ddap/shared/result"
)

// sealedMetrics are the metrics that may be told, and the names of the others.
type sealedMetrics struct {
	told     map[string]result.Number
	withheld []string
	// rows marks the metrics that count rows.
	rows map[string]bool
}

func (p Policy) sealMetrics(f finding.Finding) sealedMetrics {
	out := sealedMetrics{told: map[string]result.Number{}, rows: map[string]bool{}}
	hidden := p.hiddenMetrics(f)
	for _, m := range f.Metrics {
		out.rows[m.Name] = m.CountsRows()
		if hidden[m.Name] {
			out.withheld = append(out.withheld, m.Name)
			continue
		}
		out.told[m.Name] = result.Number(m.Value)
	}
	return out
}

func (p Policy) hiddenMetrics(f finding.Finding) map[string]bool {
	hidden := map[string]bool{}
	if p.rows {
		return hidden
	}
	for _, m := range f.Metrics {
		rows, zeroTold, describes := m.Rows()
		hidden[m.Name] = describes && rows < p.MinGroupSize() && (rows > 0 || !zeroTold)
	}
	// A metric may be part of several sums: what one of them hides, another must
	// hide as well.
	for again := true; again; {
		again = false
		for _, s := range f.Splits {
			again = hideOneMore(s, hidden) || again
		}
	}
	return hidden
}

// hideOneMore hides a second member of a sum of which one is hidden, and reports
// whether it did: one unknown of a sum is known, two are not.
func hideOneMore(s finding.Split, hidden map[string]bool) bool {
	members := append([]string{s.Total}, s.Parts...)
	count, other := 0, ""
	for _, name := range members {
		switch {
		case hidden[name]:
			count++
		case name != s.Keep && other == "":
			other = name
		}
	}
	if count != 1 || other == "" {
		return false
	}
	hidden[other] = true
	return true
}

var placeholder = regexp.MustCompile(`(\{[a-z0-9_]+\})( of )?`)

// sentence fills in the metrics that a text names.
func (s sealedMetrics) sentence(text string) string {
	out := placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name, of := strings.CutSuffix(found, " of ")
		name = strings.Trim(name, "{}")
		after := strings.TrimPrefix(found, "{"+name+"}")
		v, told := s.told[name]
		switch {
		case told:
			return formatNumber(float64(v)) + after
		case !slices.Contains(s.withheld, name):
			return found
		case s.rows[name] && !of:
			return "a withheld number of"
		case s.rows[name]:
			return "a withheld number" + after
		default:
			return "a withheld value" + after
		}
	})
	if !strings.HasPrefix(text, "{") {
		return out // it begins with a word of its own, perhaps a column's name
	}
	first, size := utf8.DecodeRuneInString(out)
	return string(unicode.ToUpper(first)) + out[size:]
}

// formatNumber writes a number for English text: whole numbers with thousands
// separators, others with four significant digits.
func formatNumber(v float64) string {
	if v != math.Trunc(v) || math.Abs(v) >= 1e15 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	digits := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if v < 0 {
		return "-" + digits
	}
	return digits
}

func (s sealedMetrics) note(p Policy) []string {
	if len(s.withheld) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Withheld: %s, because a group of fewer than %d rows would show.",
		strings.Join(s.withheld, ", "), p.MinGroupSize())}
}
