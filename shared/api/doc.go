// Package api holds what server, runners and people's clients say to each
// other: one type for each request and answer, in JSON with snake_case names,
// times in RFC 3339 UTC and ids as UUIDs. The tags after json feed the OpenAPI
// description and the checks that the server derives from it.
//
// Bodies that runners send take unknown fields, so that a newer runner can talk
// to an older server; bodies that people's clients send do not, so that a
// mistyped field is noticed.
package api

// Header names that the API defines.
const (
	// ActingUserHeader names the person for whom a delegating key acts, as "<id>;<display name>".
	ActingUserHeader = "DDAP-Acting-User"
	// RequestIDHeader carries the id under which the server logged a request.
	RequestIDHeader = "X-Request-ID"
	// IdempotencyHeader makes a creating request that is sent again have its effect once;
	// ReplayedHeader is "true" on the answer to such a repeated request.
	IdempotencyHeader = "Idempotency-Key"
	ReplayedHeader    = "Idempotency-Replayed"
	// KeyHeader may carry the credential in place of Authorization.
	KeyHeader = "X-API-Key"
	// ArtifactAttemptHeader, ArtifactLeaseHeader and ArtifactHashHeader fence an artifact's upload.
	ArtifactAttemptHeader = "DDAP-Attempt"
	ArtifactLeaseHeader   = "DDAP-Lease-Token"
	ArtifactHashHeader    = "DDAP-SHA256"
)

// Limits of one request.
const (
	MaxBodyBytes   = 16 << 20
	MaxTasks       = 1000
	MaxClaim       = 100
	MaxResults     = 100
	MaxWaitSeconds = 60
)
