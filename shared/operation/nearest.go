package operation

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"ddap/shared/fault"
)

// maxListed is how many valid names a message spells out before it stops being
// readable.
const maxListed = 12

// Nearest gives the candidate that was probably meant by name: the one with the
// smallest edit distance, letter case apart, if that is at most a third of the
// name's length (and at least 1). Empty when none comes close.
func Nearest(name string, candidates []string) string {
	best, limit := "", max(1, len([]rune(name))/3)
	distance := limit + 1
	for _, c := range candidates {
		// The distance is at least the difference in length. Looking at that
		// first keeps a name of megabytes from being compared at all.
		if abs(utf8.RuneCountInString(name)-utf8.RuneCountInString(c)) > limit {
			continue
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

// UnknownName describes a name that is not among the known ones, with the
// nearest of them as suggestion. What is "column", "field" and so on.
func UnknownName(path, what, name string, known []string) fault.Field {
	return unknownName(path, what, name, known)
}

func unknownName(path, what, name string, known []string) fault.Field {
	f := fault.Field{Path: path, Suggestion: Nearest(name, known)}
	switch {
	case f.Suggestion != "":
		f.Message = fmt.Sprintf("%q is not a known %s; did you mean %q?", name, what, f.Suggestion)
	case len(known) > maxListed:
		f.Message = fmt.Sprintf("%q is not a known %s; known are %s and %d more",
			name, what, strings.Join(known[:maxListed], ", "), len(known)-maxListed)
	case len(known) > 0:
		f.Message = fmt.Sprintf("%q is not a known %s; known are %s", name, what, strings.Join(known, ", "))
	default:
		f.Message = fmt.Sprintf("%q is not a known %s", name, what)
	}
	return f
}

// editDistance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours, each counted 1, on runes.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range t {
		rows[0][j+1] = j + 1
	}
	for i := range s {
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(s)][len(t)]
}
