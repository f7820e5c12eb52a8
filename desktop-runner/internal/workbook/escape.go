package workbook

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// longestEntity is that of the last character, with zeros in front.
const longestEntity = 16

// unescape appends text as XML means it: the five entities, numbers of
// characters, and one kind of line ends.
func unescape(to, from []byte) ([]byte, error) {
	for {
		i := bytes.IndexAny(from, "&\r")
		if i < 0 {
			return append(to, from...), nil
		}
		to = append(to, from[:i]...)
		if from[i] == '\r' {
			to = append(to, '\n')
			from = bytes.TrimPrefix(from[i+1:], []byte("\n"))
			continue
		}
		end := bytes.IndexByte(from[i:min(len(from), i+longestEntity)], ';')
		if end < 0 {
			return nil, errEntity
		}
		character, ok := entity(string(from[i+1 : i+end]))
		if !ok {
			return nil, errEntity
		}
		to = append(to, character...)
		from = from[i+end+1:]
	}
}

func entity(name string) (string, bool) {
	digits, numbered := strings.CutPrefix(name, "#")
	if !numbered {
		character, known := entities[name]
		return character, known
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// unwrap resolves _xHHHH_, with which workbooks write characters that XML has
// none for. An underscore that begins no such escape stays.
func unwrap(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		unit, ok := escaped(s[i:])
		if !ok {
			out.WriteByte(s[i])
			i++
			continue
		}
		i += len("_xHHHH_")
		if utf16.IsSurrogate(rune(unit)) {
			if low, ok := escaped(s[i:]); ok && utf16.DecodeRune(rune(unit), rune(low)) != utf8.RuneError {
				out.WriteRune(utf16.DecodeRune(rune(unit), rune(low)))
				i += len("_xHHHH_")
				continue
			}
		}
		out.WriteRune(rune(unit)) // a lone surrogate becomes U+FFFD
	}
	return out.String()
}

func escaped(s string) (uint16, bool) {
	if len(s) < len("_xHHHH_") || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	for _, c := range []byte(s[2:6]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return uint16(n), err == nil
}
