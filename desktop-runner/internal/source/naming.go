package source

import (
	"fmt"
	"strings"
)

// uniqueNames gives the columns of a header the names that pandas gives them: a
// name that was there before gets ".1", ".2" and so on, an empty one its place.
// The engine ignores letter case in names, so they must differ in more than that.
func uniqueNames(header []string) []string {
	used, out := map[string]bool{}, make([]string, len(header))
	for i, name := range header {
		if strings.TrimSpace(name) == "" {
			name = fmt.Sprintf("Unnamed: %d", i)
		}
		unique := name
		for n := 1; used[strings.ToLower(unique)]; n++ {
			unique = fmt.Sprintf("%s.%d", name, n)
		}
		used[strings.ToLower(unique)] = true
		out[i] = unique
	}
	return out
}

// numberedNames are those of columns without a header.
func numberedNames(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("column%d", i)
	}
	return out
}
