// Package paging writes and reads cursors: where a page of a list ended. A
// cursor is opaque to clients and fits one list with one filter and one order;
// with another it is refused, because the page after it would be of no list.
package paging

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/fault"
)

// List names a list that is read a page at a time: its noun, and everything that
// decides what is in it and in which order.
type List struct {
	Noun  string `json:"noun"`
	Asked any    `json:"asked"`
}

// cursor is the form in which a place travels.
type cursor struct {
	List []byte    `json:"l"`
	Key  string    `json:"k,omitempty"`
	ID   uuid.UUID `json:"i"`
}

// After gives the cursor for what comes after a place.
func (l List) After(p store.ListPlace) string {
	raw, err := json.Marshal(cursor{List: l.sum(), Key: p.Key, ID: p.ID})
	if err != nil { // a struct of bytes and text
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Read gives the place of a cursor; nil where there is none. The error is
// Invalid for what is no cursor of this very list.
func (l List) Read(op, text string) (*store.ListPlace, error) {
	if text == "" {
		return nil, nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c) != nil || strings.ContainsRune(c.Key, 0) || !utf8.ValidString(c.Key) {
		return nil, Refused(op)
	}
	if !bytes.Equal(c.List, l.sum()) {
		return nil, Refused(op)
	}
	return &store.ListPlace{Key: c.Key, ID: c.ID}, nil
}

// sum is short: it tells a mistake, and guards nothing. What a cursor says is
// only ever compared with rows of the caller's own workspace.
func (l List) sum() []byte {
	raw, err := json.Marshal(l)
	if err != nil { // filters are plain values
		panic(err)
	}
	sum := sha256.Sum256(raw)
	return sum[:6]
}

// Refused is the error for a cursor that does not fit its request.
func Refused(op string) error {
	return fault.BadFields(op, "invalid_request", fault.Field{
		Path: "query.cursor", Message: "must be the next_cursor of the page before, with the same filters and the same order",
	})
}
