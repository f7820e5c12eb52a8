package httpapi

import (
	"fmt"
	"strings"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// access says which credentials may use a route. Roles contain one another:
// a route for analysts is open to operators and admins.
type access struct {
	// role is the weakest role of an API key that may; no key may when empty.
	role api.Role
	// grant lets a key in whose role does not suffice.
	grant api.Grant
	// keyOnly keeps sessions out: what is made here outlives them.
	keyOnly bool
	// runner and enrolment say whether these credentials may.
	runner, enrolment bool
	// public routes ask for no credential.
	public bool
}

var (
	anyone      = access{public: true}
	newcomers   = access{enrolment: true}
	runners     = access{runner: true}
	viewers     = access{role: api.Viewer}
	analysts    = access{role: api.Analyst}
	operators   = access{role: api.Operator}
	admins      = access{role: api.Admin}
	granted     = func(a access, g api.Grant) access { a.grant = g; return a }
	noSessions  = func(a access) access { a.keyOnly = true; return a }
	withRunners = func(a access) access { a.runner = true; return a }
)

// routes is who may use what: every route stands here, and one that does not
// cannot be registered. That an analyst acts on own tasks only, and that a
// runner reads only what its tasks need, is judged by the services, which know
// the task.
var routes = map[string]access{
	// The routes of the founding document, at the root and under /v1.
	"POST /v1/register":        newcomers,
	"POST /v1/ping":            runners,
	"POST /v1/task":            analysts,
	"GET /v1/tasks":            withRunners(viewers), // hands out work to a runner, lists for a key
	"POST /v1/result":          runners,
	"GET /v1/result/{task_id}": withRunners(viewers),

	"POST /v1/claim":   runners,
	"POST /v1/results": runners,

	"POST /v1/tasks":                      analysts,
	"GET /v1/tasks/{id}":                  viewers,
	"DELETE /v1/tasks/{id}":               analysts,
	"POST /v1/tasks/{id}/cancel":          analysts,
	"POST /v1/tasks/{id}/retry":           analysts,
	"PATCH /v1/tasks/{id}":                analysts,
	"POST /v1/tasks/{id}/clone":           analysts,
	"POST /v1/pipelines/{id}/retry":       analysts,
	"GET /v1/tasks/{id}/events":           viewers,
	"PUT /v1/tasks/{id}/artifacts/{name}": runners,
	"GET /v1/tasks/{id}/artifacts/{name}": withRunners(viewers),

	"POST /v1/uploads":             analysts,
	"GET /v1/uploads":              analysts,
	"GET /v1/uploads/{id}":         analysts,
	"DELETE /v1/uploads/{id}":      analysts,
	"GET /v1/uploads/{id}/content": withRunners(analysts),

	"POST /v1/pipelines":             analysts,
	"GET /v1/pipelines":              analysts,
	"GET /v1/pipelines/{id}":         analysts,
	"POST /v1/pipelines/{id}/cancel": analysts,

	"POST /v1/schedules":          analysts,
	"GET /v1/schedules":           analysts,
	"GET /v1/schedules/{id}":      analysts,
	"PATCH /v1/schedules/{id}":    analysts,
	"DELETE /v1/schedules/{id}":   analysts,
	"POST /v1/schedules/{id}/run": analysts,

	"GET /v1/runners":               operators,
	"GET /v1/runners/{id}":          operators,
	"PATCH /v1/runners/{id}":        operators,
	"POST /v1/runners/{id}/approve": operators,
	"POST /v1/runners/{id}/revoke":  operators,
	"POST /v1/runners/{id}/rotate":  operators,
	"GET /v1/runners/{id}/why":      operators,
	"PUT /v1/runners/{id}/datasets": runners, // that runner

	// Who is let in by a grant sees and ends its own only.
	"POST /v1/enrollments":        granted(admins, api.GrantEnrollments),
	"GET /v1/enrollments":         granted(admins, api.GrantEnrollments),
	"DELETE /v1/enrollments/{id}": granted(admins, api.GrantEnrollments),

	"POST /v1/keys":                           noSessions(admins),
	"GET /v1/keys":                            admins,
	"GET /v1/keys/{id}":                       admins,
	"PATCH /v1/keys/{id}":                     admins,
	"DELETE /v1/keys/{id}":                    admins,
	"POST /v1/keys/{id}/ssh-keys":             noSessions(admins),
	"GET /v1/keys/{id}/ssh-keys":              admins,
	"DELETE /v1/keys/{id}/ssh-keys/{ssh_key}": admins,

	"POST /v1/sessions":        noSessions(viewers),
	"GET /v1/sessions":         viewers, // one's own; an admin's key sees all
	"DELETE /v1/sessions/{id}": viewers,

	"POST /v1/webhooks":                                      granted(admins, api.GrantWebhooks),
	"GET /v1/webhooks":                                       granted(admins, api.GrantWebhooks),
	"GET /v1/webhooks/{id}":                                  granted(admins, api.GrantWebhooks),
	"PATCH /v1/webhooks/{id}":                                granted(admins, api.GrantWebhooks),
	"DELETE /v1/webhooks/{id}":                               granted(admins, api.GrantWebhooks),
	"POST /v1/webhooks/{id}/rotate":                          granted(admins, api.GrantWebhooks),
	"POST /v1/webhooks/{id}/test":                            granted(admins, api.GrantWebhooks),
	"GET /v1/webhooks/{id}/deliveries":                       granted(admins, api.GrantWebhooks),
	"POST /v1/webhooks/{id}/deliveries/{delivery_id}/resend": granted(admins, api.GrantWebhooks),

	"POST /v1/alerts":        operators,
	"GET /v1/alerts":         operators,
	"GET /v1/alerts/{id}":    operators,
	"PATCH /v1/alerts/{id}":  operators,
	"DELETE /v1/alerts/{id}": operators,

	"GET /v1/events": viewers,
	"GET /v1/audit":  operators,
	"GET /v1/stats":  operators,

	"GET /v1/datasets":   viewers,
	"GET /v1/operations": viewers,
	"GET /v1/whoami":     withRunners(viewers),

	"GET /healthz":      anyone,
	"GET /readyz":       anyone,
	"GET /openapi.json": anyone,
	"GET /docs":         anyone,
	"GET /":             anyone,
}

// version is the prefix of every route that has one.
const version = "/v1"

// atRoot lists the routes that answer without the prefix as well.
var atRoot = []string{
	"POST /v1/register", "POST /v1/ping", "POST /v1/task", "GET /v1/tasks", "POST /v1/result", "GET /v1/result/{task_id}",
}

// accessTo looks a route up, written with {parameters}. It panics for one that
// is not in the table: a route that nobody thought about must not start.
func accessTo(method, path string) access {
	key := method + " " + path
	for _, root := range atRoot {
		if key == atRootKey(root) {
			key = root
		}
	}
	a, ok := routes[key]
	if !ok {
		panic(fmt.Sprintf("httpapi: %s is missing from the table of routes", key))
	}
	return a
}

// atRootKey gives the same route without the version.
func atRootKey(key string) string { return strings.Replace(key, " "+version, " ", 1) }

// check judges a principal.
func (a access) check(p store.Principal) error {
	const op = "httpapi.access"
	switch p.Kind {
	case credential.Key, credential.Session:
		if a.role == "" {
			return fault.New(op, fault.Forbidden, codeWrongCredential, "An API key cannot be used here; %s.", a.wanted())
		}
		if a.keyOnly && p.Kind == credential.Session {
			return fault.New(op, fault.Forbidden, codeWrongCredential, "A session cannot be used here; %s.", a.wanted())
		}
		if !p.Role.Includes(a.role) && (a.grant == "" || !p.Granted(a.grant)) {
			return fault.New(op, fault.Forbidden, codeRoleTooWeak, "This needs a key with the role %s or above; yours is %s.", a.role, p.Role)
		}
		return nil
	case credential.Runner:
		if a.runner {
			return nil
		}
		return fault.New(op, fault.Forbidden, codeWrongCredential, "A runner's credential cannot be used here; %s.", a.wanted())
	case credential.Enrollment:
		if a.enrolment {
			return nil
		}
		return fault.New(op, fault.Forbidden, codeWrongCredential, "An enrolment token only registers a runner; %s.", a.wanted())
	}
	return fault.New(op, fault.Forbidden, codeWrongCredential, "This credential cannot be used here.")
}

// wanted says which credential a route asks for.
func (a access) wanted() string {
	var kinds []string
	if a.role != "" {
		above := " or above"
		if a.role == api.Admin {
			above = ""
		}
		kind := "an API key"
		if !a.keyOnly {
			kind = "an API key or a session"
		}
		kinds = append(kinds, kind+" with the role "+string(a.role)+above)
	}
	if a.grant != "" {
		kinds = append(kinds, "an API key with the grant "+string(a.grant))
	}
	if a.runner {
		kinds = append(kinds, "a runner's credential")
	}
	if a.enrolment {
		kinds = append(kinds, "an enrolment token")
	}
	return "it takes " + strings.Join(kinds, ", or ")
}
