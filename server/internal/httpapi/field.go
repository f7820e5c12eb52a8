package httpapi

import (
	"errors"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"ddap/shared/fault"
	"ddap/shared/operation"
)

const (
	isRequired = " is required"
	isUnknown  = "is not a known field"
	mustBeUUID = "must be a UUID, as in 01960000-0000-7000-8000-000000000001"
)

func init() { //nolint:gochecknoinits // huma keeps its hooks in variables of the process
	// huma keeps these for the whole process; they are set before any API is
	// made, so that nothing reads them at the same time.
	huma.NewErrorWithContext = humaProblem
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaProblem(nil, status, message, errs...)
	}
	// "Name" for "name" is a mistake like any other.
	huma.ValidateStrictCasing = true
	sayWhatWouldBeRight()
}

// sayWhatWouldBeRight replaces huma's "expected …" by the words that the
// operations' own checks use.
func sayWhatWouldBeRight() {
	validation.MsgUnexpectedProperty = isUnknown
	validation.MsgExpectedRequiredProperty = "%s" + isRequired
	validation.MsgExpectedBoolean = "must be true or false"
	validation.MsgExpectedNumber = "must be a number"
	validation.MsgExpectedInteger = "must be a whole number"
	validation.MsgExpectedString = "must be text"
	validation.MsgExpectedArray = "must be a list"
	validation.MsgExpectedObject = "must be an object"
	validation.MsgExpectedOneOf = "must be one of %s"
	validation.MsgExpectedMinimumNumber = "must be at least %v"
	validation.MsgExpectedMaximumNumber = "must be at most %v"
	validation.MsgExpectedMinLength = "must have at least %d characters"
	validation.MsgExpectedMaxLength = "must have at most %d characters"
	validation.MsgExpectedMinItems = "needs at least %d of them"
	validation.MsgExpectedMaxItems = "takes at most %d of them"
	validation.MsgExpectedMatchPattern = "must match %s"
	validation.MsgExpectedRFC4122UUID = "must be a UUID: %v"
	validation.MsgExpectedRFC3339DateTime = "must be a time as in 2026-01-31T12:00:00Z"
}

// fieldOf turns one of huma's findings into a field of a problem: its path
// without "body.", in words for people, with the name that was probably meant.
func fieldOf(ctx huma.Context, err error) fault.Field {
	var detail *huma.ErrorDetail
	if !errors.As(err, &detail) {
		return fault.Field{Message: err.Error()}
	}
	path := strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body"), ".")
	if missing, ok := strings.CutSuffix(detail.Message, isRequired); ok && !strings.Contains(missing, " ") {
		return fault.Field{Path: join(path, missing), Message: "is required"}
	}
	if detail.Message == isUnknown && ctx != nil {
		return unknownField(ctx.Operation(), path)
	}
	if path == "" {
		return splitDecodeError(detail.Message)
	}
	message := strings.TrimPrefix(detail.Message, "invalid value: ")
	if strings.HasPrefix(message, "invalid UUID") {
		message = mustBeUUID // the parser says only what it found
	}
	return fault.Field{Path: path, Message: message}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// below moves the fields of an error to where the request has them.
func below(path string, f *fault.Error) *fault.Error {
	fields := make([]fault.Field, len(f.Fields))
	for i, field := range f.Fields {
		fields[i] = field
		fields[i].Path = join(path, field.Path)
	}
	if len(fields) == 0 {
		return f
	}
	moved := fault.BadFields(f.Op, f.Code, fields...)
	moved.Kind, moved.Err = f.Kind, f.Err
	return moved
}

// unknownField names the field that was probably meant.
func unknownField(op *huma.Operation, path string) fault.Field {
	parent, name := "", path
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		parent, name = path[:i], path[i+1:]
	}
	return operation.UnknownName(path, "field", name, fieldNames(op, parent))
}

// fieldNames lists the fields of the object at a path of the request's body.
func fieldNames(op *huma.Operation, path string) []string {
	schema := bodySchema(op)
	for step := range strings.SplitSeq(path, ".") {
		name, index, _ := strings.Cut(step, "[")
		if schema != nil && name != "" {
			schema = resolve(op, schema.Properties[name])
		}
		for range strings.Count(index, "]") {
			if schema == nil {
				return nil
			}
			schema = resolve(op, schema.Items)
		}
	}
	if schema == nil {
		return nil
	}
	names := make([]string, 0, len(schema.Properties))
	for name := range schema.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func bodySchema(op *huma.Operation) *huma.Schema {
	if op == nil || op.RequestBody == nil || op.RequestBody.Content[jsonType] == nil {
		return nil
	}
	return resolve(op, op.RequestBody.Content[jsonType].Schema)
}

// resolve follows a reference; the registry stands in the operation's metadata
// because huma's error hook is told nothing else.
func resolve(op *huma.Operation, schema *huma.Schema) *huma.Schema {
	registry, _ := op.Metadata[metaRegistry].(huma.Registry)
	for registry != nil && schema != nil && schema.Ref != "" {
		schema = registry.SchemaFromRef(schema.Ref)
	}
	return schema
}

// Limits of what a problem repeats of a request: a body of megabytes that is
// wrong throughout must not be answered with more megabytes.
const (
	maxFields  = 100
	maxPath    = 300
	maxMessage = 1000
)

// firstFound keeps huma's findings within what concise will keep: finding the
// nearest name for each of a million would take a while.
func firstFound(errs []error) []error {
	if len(errs) <= maxFields {
		return errs
	}
	at := func(err error) string {
		if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			return detail.Location
		}
		return ""
	}
	errs = slices.Clone(errs)
	slices.SortStableFunc(errs, func(a, b error) int { return strings.Compare(at(a), at(b)) })
	return errs[:maxFields+1]
}

// concise sorts the fields of a problem, whose order the checks of maps change
// from call to call, and keeps them within limits. It reports whether anything
// was left out.
func concise(fields []fault.Field) (kept []fault.Field, cut bool) {
	kept = slices.Clone(fields)
	slices.SortStableFunc(kept, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	if len(kept) > maxFields {
		kept, cut = kept[:maxFields], true
	}
	for i, f := range kept {
		kept[i].Path, kept[i].Message = shorten(f.Path, maxPath), shorten(f.Message, maxMessage)
		cut = cut || kept[i] != f
	}
	return kept, cut
}

// shorten cuts text after about limit bytes.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
