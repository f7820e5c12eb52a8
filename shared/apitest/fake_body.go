package apitest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"ddap/shared/api"
	"ddap/shared/fault"
)

// body lets a handler read a request more than once.
type body struct {
	r   *http.Request
	raw []byte
}

func keepBody(r *http.Request) (*body, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fault.E("apitest", fault.Invalid, err)
	}
	return &body{r: r, raw: raw}, nil
}

func (b *body) rewind() { b.r.Body = io.NopCloser(bytes.NewReader(b.raw)) }

func decode[T any](r *http.Request) (T, error) {
	var out T
	raw, err := io.ReadAll(io.LimitReader(r.Body, api.MaxBodyBytes+1))
	switch {
	case err != nil:
		return out, fault.E("apitest", fault.Invalid, err)
	case len(raw) > api.MaxBodyBytes:
		return out, fault.New("apitest", fault.TooLarge, api.CodeTooLarge, "the body is too large")
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fault.New("apitest", fault.Invalid, "", "the body is not what it should be: %v", err)
	}
	return out, nil
}
