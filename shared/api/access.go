package api

import "time"

// Role is what a key may do; each role contains the one before.
type Role string

// The roles, weakest first.
const (
	Viewer   Role = "viewer"
	Analyst  Role = "analyst"
	Operator Role = "operator"
	Admin    Role = "admin"
)

// Roles lists them, weakest first.
func Roles() []Role { return []Role{Viewer, Analyst, Operator, Admin} }

// Includes reports whether r may do what other may.
func (r Role) Includes(other Role) bool { return r.rank() > 0 && r.rank() >= other.rank() }

func (r Role) rank() int {
	for i, role := range Roles() {
		if role == r {
			return i + 1
		}
	}
	return 0
}

// EnrollmentRequest makes a token with which runners can register.
type EnrollmentRequest struct {
	MaxUses          int               `json:"max_uses,omitempty" minimum:"1" maximum:"100000" doc:"1 when absent"`
	ExpiresInSeconds int               `json:"expires_in_seconds,omitempty" minimum:"60" maximum:"31536000" doc:"A day when absent"`
	Labels           map[string]string `json:"labels,omitempty" doc:"Every runner that uses the token gets these; it cannot override them"`
	RequireApproval  bool              `json:"require_approval,omitempty" doc:"Runners that use the token get no tasks until an operator approves them"`
	RunnerID         string            `json:"runner_id,omitempty" format:"uuid" doc:"Who registers with the token is this runner again: it keeps its id, labels and datasets and gets a new credential. Takes an admin"`
}

// Enrollment is an enrolment token; Token is set only in the answer that made it.
type Enrollment struct {
	ID              string            `json:"id" format:"uuid"`
	Token           string            `json:"token,omitempty" doc:"Only in the answer that made it"`
	MaxUses         int               `json:"max_uses"`
	Uses            int               `json:"uses"`
	Labels          map[string]string `json:"labels,omitempty"`
	RequireApproval bool              `json:"require_approval"`
	RunnerID        string            `json:"runner_id,omitempty" format:"uuid" doc:"The known runner that it brings back"`
	ExpiresAt       time.Time         `json:"expires_at"`
	CreatedAt       time.Time         `json:"created_at"`
	RevokedAt       *time.Time        `json:"revoked_at,omitempty"`
}

// EnrollmentList is a page of enrolment tokens, newest first.
type EnrollmentList struct {
	Enrollments []Enrollment `json:"enrollments"`
	NextCursor  string       `json:"next_cursor,omitempty"`
}

// KeyRequest makes an API key.
type KeyRequest struct {
	Name             string `json:"name" minLength:"1" maxLength:"200" doc:"What people call the key, and the tasks made with it"`
	Role             Role   `json:"role" enum:"viewer,analyst,operator,admin" doc:"Each role may do what the one before may"`
	Delegate         bool   `json:"delegate,omitempty" doc:"May act for people whom it names"`
	ExpiresInSeconds int    `json:"expires_in_seconds,omitempty" minimum:"60" maximum:"3153600000" doc:"Never when absent"`
	// Grants let the key do single things beyond its role.
	Grants []Grant `json:"grants,omitempty" maxItems:"10" enum:"enrollments:create,webhooks:own" doc:"What it may do beyond its role, always on its own only"`
}

// KeyPatch changes a key; absent fields stay. Role and grants are for its life:
// what was given out under them must not grow.
type KeyPatch struct {
	Name *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
}

// Key is an API key; Key is set only in the answer that made it.
type Key struct {
	ID        string     `json:"id" format:"uuid"`
	Key       string     `json:"key,omitempty" doc:"Only in the answer that made it"`
	Name      string     `json:"name"`
	Role      Role       `json:"role"`
	Delegate  bool       `json:"delegate"`
	Grants    []Grant    `json:"grants"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

// KeyList is a page of API keys, newest first.
type KeyList struct {
	Keys       []Key  `json:"keys"`
	NextCursor string `json:"next_cursor,omitempty"`
}

// WhoAmI tells a caller who the server takes it for.
type WhoAmI struct {
	Kind       string     `json:"kind" doc:"key, ses or run"`
	ID         string     `json:"id" format:"uuid"`
	Name       string     `json:"name"`
	Role       Role       `json:"role,omitempty"`
	Workspace  string     `json:"workspace"`
	KeyID      string     `json:"key_id,omitempty" format:"uuid" doc:"The API key that a session is bound to"`
	Grants     []Grant    `json:"grants,omitempty" doc:"What it may do beyond its role"`
	Delegate   bool       `json:"delegate,omitempty" doc:"May act for people whom it names"`
	ActingUser string     `json:"acting_user,omitempty" doc:"For whom it acts, as ID;DISPLAY NAME"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
}

// Operation describes an operation; Parameters is a JSON Schema.
type Operation struct {
	Code       int            `json:"code"`
	Name       string         `json:"name"`
	Title      string         `json:"title"`
	Parameters map[string]any `json:"parameters" doc:"JSON Schema"`
}

// OperationList lists every operation.
type OperationList struct {
	Operations []Operation `json:"operations"`
}

// Health answers /healthz and /readyz.
type Health struct {
	Status  string            `json:"status" doc:"ok or unavailable"`
	Version string            `json:"version"`
	Checks  map[string]string `json:"checks,omitempty"`
}
