package httpapi

import (
	"maps"
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2"

	"ddap/shared/api"
	"ddap/shared/fault"
)

// problemCode is where a request keeps the code of the problem with which it was
// answered, of those that no handler of huma answers itself.
const problemCode = "problem_code"

// refusedStatus are the refusals that their status tells, whatever the code.
var refusedStatus = map[int]string{
	http.StatusUnauthorized:          string(fault.Unauthenticated),
	http.StatusForbidden:             string(fault.Forbidden),
	http.StatusRequestEntityTooLarge: string(fault.TooLarge),
	http.StatusTooManyRequests:       codeRateLimited,
}

// refusedCode are those that only their code tells from others.
var refusedCode = map[string]string{
	codeTooManyFailures:        codeTooManyFailures,
	codeTooManyStreams:         codeTooManyStreams,
	api.CodeKeyInFlight:        api.CodeKeyInFlight,
	api.CodeKeyReused:          api.CodeKeyReused,
	api.CodeSecretAlreadyShown: api.CodeSecretAlreadyShown,
}

// Refusals lists the reasons for which requests are refused and counted. They
// are few: nothing that a client chooses is among them.
func Refusals() []string {
	reasons := slices.Collect(maps.Values(refusedStatus))
	return slices.Sorted(slices.Values(slices.AppendSeq(reasons, maps.Values(refusedCode))))
}

// tellRefusal tells of a request that was refused.
func (s *Server) tellRefusal(c *fiber.Ctx, status int) {
	if s.front.Refused == nil || status < http.StatusBadRequest {
		return
	}
	code, _ := c.Locals(problemCode).(string)
	reason, known := refusedCode[code]
	if !known {
		reason, known = refusedStatus[status]
	}
	if known {
		s.front.Refused(reason)
	}
}
