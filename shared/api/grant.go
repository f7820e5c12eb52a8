package api

// Grant lets an API key do one thing beyond its role. What it may see and end
// by it is only what it made itself.
type Grant string

// The grants.
const (
	// GrantEnrollments makes enrolment tokens.
	GrantEnrollments Grant = "enrollments:create"
	// GrantWebhooks keeps webhooks.
	GrantWebhooks Grant = "webhooks:own"
)

// Grants lists them.
func Grants() []Grant { return []Grant{GrantEnrollments, GrantWebhooks} }
