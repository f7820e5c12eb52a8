package buildinfo

import (
	"strings"

	"golang.org/x/mod/semver"
)

// IsVersion reports whether text is a version as releases have it, with or
// without a "v", as in 1.4.0 or v1.4.0-rc.1.
func IsVersion(text string) bool { return semver.IsValid(canonical(text)) }

// Older reports whether version a is older than b. What is no version, such as
// a build from a working copy, is older than nothing, nor is anything older than
// it: its age cannot be told.
func Older(a, b string) bool {
	a, b = canonical(a), canonical(b)
	return semver.IsValid(a) && semver.IsValid(b) && semver.Compare(a, b) < 0
}

func canonical(text string) string { return "v" + strings.TrimPrefix(text, "v") }
