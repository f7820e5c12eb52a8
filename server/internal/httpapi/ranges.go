package httpapi

import (
	"fmt"
	"strconv"
	"strings"
)

// byteRange is a part of a content.
type byteRange struct{ start, length int64 }

func (r byteRange) header(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", r.start, r.start+r.length-1, size)
}

type rangeKind int

const (
	// rangeWhole: no range was asked for, or none that is understood.
	rangeWhole rangeKind = iota
	rangePart
	// rangeUnsatisfiable: what was asked for lies behind the end.
	rangeUnsatisfiable
)

// parseRange reads a Range header (RFC 9110, section 14) for a content of this
// size. Several ranges at once, and what is malformed, are answered with the
// whole, as the RFC allows.
func parseRange(header string, size int64) (byteRange, rangeKind) {
	whole := byteRange{0, size}
	spec, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(header)), "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return whole, rangeWhole
	}
	from, fromErr := strconv.ParseUint(first, 10, 63)
	to, toErr := strconv.ParseUint(last, 10, 63)
	start, end := int64(from), int64(to)
	switch {
	case first == "" && toErr == nil: // the last bytes
		start, end = max(0, size-end), size-1
		if last == "0" {
			return whole, rangeUnsatisfiable
		}
	case fromErr != nil, last != "" && toErr != nil, last != "" && end < start:
		return whole, rangeWhole
	case last == "":
		end = size - 1
	}
	if start >= size {
		return whole, rangeUnsatisfiable
	}
	end = min(end, size-1)
	return byteRange{start, end - start + 1}, rangePart
}

// matches reports whether an If-None-Match header names the entity tag.
func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}
