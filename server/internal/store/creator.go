package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"ddap/shared/fault"
)

// createdByMe is the creator that stands for whoever asks.
const createdByMe = "me"

// CreatorID is how clients tell one creator from another: "KEY_ID;USER_ID", or
// KEY_ID alone where the key acted for itself. ReadCreator takes it.
func CreatorID(key uuid.UUID, user string) string {
	if user == "" {
		return key.String()
	}
	return key.String() + ";" + user
}

// CreatorFilter selects by who made something; the zero filter selects all.
type CreatorFilter struct {
	// CreatorKeyID selects what was made with a key, CreatorUser what it made for
	// one person ("" for itself).
	CreatorKeyID *uuid.UUID
	CreatorUser  *string
}

// ReadCreator reads whose things p asks for: "me", the id of a key, or
// "KEY_ID;USER_ID" for one of the people for whom a key acts; empty for all.
func ReadCreator(op string, p Principal, text string) (CreatorFilter, error) {
	switch text {
	case "":
		return CreatorFilter{}, nil
	case createdByMe:
		key, user := p.Owner(), p.ActingID()
		return CreatorFilter{CreatorKeyID: &key, CreatorUser: &user}, nil
	}
	key, user, one := strings.Cut(text, ";")
	id, err := uuid.Parse(key)
	if err != nil {
		return CreatorFilter{}, wrongCreator(op, `must be "me", the id of a key, or KEY_ID;USER_ID`)
	}
	if !utf8.ValidString(user) || strings.ContainsFunc(user, unicode.IsControl) {
		return CreatorFilter{}, wrongCreator(op, "must be text without control characters")
	}
	filter := CreatorFilter{CreatorKeyID: &id}
	if one {
		filter.CreatorUser = &user
	}
	return filter, nil
}

func wrongCreator(op, message string) error {
	return fault.BadFields(op, "invalid_request", fault.Field{Path: "query.creator", Message: message})
}
