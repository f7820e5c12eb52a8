package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ddap/shared/fault"
)

const jsonType = "application/json"

// wholeBody is the path of what is wrong with a body as a whole.
const wholeBody = "body"

// jsonFormat reads and writes bodies. It reads them as encoding/json does and
// says where and how they are wrong.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	},
	Unmarshal: unmarshal,
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	err := jsonFormat.Marshal(&b, v)
	return b.Bytes(), err
}

// unmarshal reads a body. The text of its errors begins with the path of the
// field where there is one, which is all that huma passes on.
func unmarshal(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		line, column := position(data, syntax.Offset)
		return fmt.Errorf("is not valid JSON at line %d, column %d: %w", line, column, syntax)
	case errors.As(err, &kind):
		return errors.New(kind.Field + ": " + wrongKind(kind))
	case err != nil:
		return fmt.Errorf("cannot be read: %w", err)
	}
	if tree, ok := v.(*any); ok {
		if path, found := findNUL(*tree, ""); found {
			return errors.New(path + ": must not contain the character U+0000")
		}
	}
	return nil
}

// wrongKind describes what passed the schema and still has no place in the Go
// type: numbers out of range and whole numbers written with a fraction.
func wrongKind(err *json.UnmarshalTypeError) string {
	if strings.HasPrefix(err.Value, "number") && strings.HasPrefix(err.Type.Kind().String(), "int") {
		return "must be a whole number in digits, within 64 bits"
	}
	if err.Type.Kind() == reflect.Float64 {
		return "must not hold the " + err.Value + ", which is too large"
	}
	return "must not be " + err.Value
}

// position gives the line and column, from 1, of the last byte that was read.
func position(data []byte, offset int64) (line, column int) {
	before := data[:min(max(offset-1, 0), int64(len(data)))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

// findNUL finds text with the character U+0000, which PostgreSQL cannot hold.
func findNUL(value any, path string) (string, bool) {
	switch v := value.(type) {
	case string:
		return path, strings.Contains(v, "\x00")
	case []any:
		for i, item := range v {
			if at, found := findNUL(item, fmt.Sprintf("%s[%d]", path, i)); found {
				return at, true
			}
		}
	case map[string]any:
		for name, item := range v {
			if strings.Contains(name, "\x00") {
				return path, true
			}
			if at, found := findNUL(item, join(path, name)); found {
				return at, true
			}
		}
	}
	return "", false
}

var decodeErrorForm = regexp.MustCompile(`^([A-Za-z0-9_.\[\]-]+): (.*)$`)

// splitDecodeError takes the path off the text of an error of unmarshal.
func splitDecodeError(text string) fault.Field {
	if parts := decodeErrorForm.FindStringSubmatch(text); parts != nil {
		return fault.Field{Path: parts[1], Message: parts[2]}
	}
	return fault.Field{Path: wholeBody, Message: strings.TrimPrefix(text, ": ")}
}

// withoutNUL replaces U+0000 in a runner's body by U+FFFD. Cells of other
// people's files may hold it; refusing the whole result for that would lose
// the work.
func withoutNUL(data []byte) []byte {
	escape := []byte(`\u0000`)
	if !bytes.Contains(data, escape) {
		return data
	}
	out := bytes.Clone(data)
	for i := 0; i+1 < len(out); i++ {
		if out[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(out[i:], escape) {
			copy(out[i:], `\ufffd`)
		}
		i++ // whatever follows a backslash belongs to it
	}
	return out
}
