// Package fault is the one vocabulary of errors: what kind of thing went wrong,
// what a person should read, and which field was at fault. Server and client
// share the table that maps kinds to HTTP status codes.
package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Kind says what a caller can do about an error. The string is sent on the
// wire as the default problem code: add kinds, never rename one.
type Kind string

// The kinds of errors, from the caller's mistakes to the service's own.
const (
	// Invalid means the request itself is wrong; sending it again cannot help.
	Invalid Kind = "invalid"
	// Unauthenticated means no credential, or one that is not valid (any more).
	Unauthenticated Kind = "unauthenticated"
	// Forbidden means the credential is valid and its role does not suffice.
	Forbidden Kind = "forbidden"
	// NotFound means the named thing does not exist in the caller's workspace.
	NotFound Kind = "not_found"
	// Conflict means the thing is not in a state that allows the request.
	Conflict Kind = "conflict"
	// Gone means that it existed and never will again.
	Gone Kind = "gone"
	// Stale means that the thing has changed since the caller looked at it.
	Stale Kind = "stale"
	// TooLarge means a body, a file or a batch over its limit.
	TooLarge Kind = "too_large"
	// RateLimited means too many requests; the same one may succeed later.
	RateLimited Kind = "rate_limited"
	// Unavailable means that the other side cannot answer now.
	Unavailable Kind = "unavailable"
	// Internal means a defect on the side that answers.
	Internal Kind = "internal"
)

// Field names one wrong value of a request.
type Field struct {
	// Path is where the value stands, as in "params.where.all[0].column".
	Path string `json:"path"`
	// Message says what is wrong and what would be right.
	Message string `json:"message"`
	// Suggestion is a value that was probably meant, where there is one.
	Suggestion string `json:"suggestion,omitempty"`
}

// Error is an error with a kind. Operators read the whole chain (Error);
// people read Message and Fields.
type Error struct {
	// Op is the operation that failed, as in "dispatch.Claim".
	Op string
	// Kind decides the HTTP status and whether a retry makes sense.
	Kind Kind
	// Code is the stable, machine-readable name of the problem; the kind when empty.
	Code string
	// Message is one sentence for people, free of internal detail.
	Message string
	// Fields lists what is wrong with the request, field by field.
	Fields []Field
	// Err is the cause, if there is one.
	Err error
}

// E wraps err with the operation that failed and its kind. The message for
// people stays that of the innermost fault, if err carries one.
func E(op string, kind Kind, err error) *Error {
	e := &Error{Op: op, Kind: kind, Err: err}
	var inner *Error
	if errors.As(err, &inner) && inner.Kind == kind {
		e.Code, e.Message, e.Fields = inner.Code, inner.Message, inner.Fields
	}
	return e
}

// New makes an error of the given kind with a stable code and a sentence for people.
func New(op string, kind Kind, code, message string, args ...any) *Error {
	return &Error{Op: op, Kind: kind, Code: code, Message: fmt.Sprintf(message, args...)}
}

// BadFields makes an Invalid error that names the wrong fields of a request.
func BadFields(op, code string, fields ...Field) *Error {
	noun := "fields are"
	if len(fields) == 1 {
		noun = "field is"
	}
	return &Error{
		Op: op, Kind: Invalid, Code: code, Fields: fields,
		Message: fmt.Sprintf("%d %s not valid: %s", len(fields), noun, fieldList(fields)),
	}
}

func fieldList(fields []Field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = f.Path + ": " + f.Message
	}
	return strings.Join(parts, "; ")
}

// Error gives the chain for operators: operation, kind, message and cause.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(string(e.Kind))
	if e.Code != "" && e.Code != string(e.Kind) {
		b.WriteString(" (" + e.Code + ")")
	}
	switch {
	case e.Err != nil:
		b.WriteString(": " + e.Err.Error())
	case e.Message != "":
		b.WriteString(": " + e.Message)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of err: that of the outermost fault in its chain,
// Unavailable for an expired or ended context, Internal for anything else.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Unavailable
	default:
		return Internal
	}
}

// CodeOf gives the stable problem code of err; the name of its kind where it has none.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Code != "" {
		return e.Code
	}
	return string(KindOf(err))
}

// Is reports whether err is a fault of the given kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// HasCode reports whether err carries the given problem code.
func HasCode(err error, code string) bool { return err != nil && CodeOf(err) == code }

// Retryable reports whether the same request may succeed later. Internal is
// among them: a defect that a request meets may be one of the moment. Conflict
// is not, because the state that refused it must change first, and neither are
// the kinds that blame the request.
func Retryable(err error) bool {
	switch KindOf(err) {
	case Unavailable, RateLimited, Internal:
		return err != nil
	default:
		return false
	}
}
