package fault

import "net/http"

// statuses maps each kind to its HTTP status, one to one (RFC 9110, section 15).
var statuses = map[Kind]int{
	Invalid:         http.StatusUnprocessableEntity,
	Unauthenticated: http.StatusUnauthorized,
	Forbidden:       http.StatusForbidden,
	NotFound:        http.StatusNotFound,
	Conflict:        http.StatusConflict,
	Gone:            http.StatusGone,
	Stale:           http.StatusPreconditionFailed,
	TooLarge:        http.StatusRequestEntityTooLarge,
	RateLimited:     http.StatusTooManyRequests,
	Unavailable:     http.StatusServiceUnavailable,
	Internal:        http.StatusInternalServerError,
}

// Kinds lists every kind, in the order of their HTTP status.
func Kinds() []Kind {
	return []Kind{
		Unauthenticated, Forbidden, NotFound, Conflict, Gone,
		Stale, TooLarge, Invalid, RateLimited, Internal, Unavailable,
	}
}

// HTTPStatus gives the status that tells a client of this kind.
func (k Kind) HTTPStatus() int {
	if s, ok := statuses[k]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// KindFromHTTP gives the kind that a status stands for. Statuses outside the
// table fall to the nearest meaning: other 4xx blame the request, 502 and 504
// come from a proxy whose server is away.
func KindFromHTTP(status int) Kind {
	for k, s := range statuses {
		if s == status {
			return k
		}
	}
	switch {
	case status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		return Unavailable
	case status >= 400 && status < 500:
		return Invalid
	default:
		return Internal
	}
}
