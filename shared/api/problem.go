package api

import "ddap/shared/fault"

// ProblemContentType is the media type of a Problem (RFC 9457).
const ProblemContentType = "application/problem+json"

// Problem is every answer that is not a success (RFC 9457).
type Problem struct {
	// Type is "about:blank" unless a page explains the problem.
	Type string `json:"type"`
	// Title is the short name of the status.
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail is a sentence for people: what is wrong, where, what would be right.
	Detail string `json:"detail,omitempty"`
	// Code is stable and machine-readable, as in "lease_lost".
	Code string `json:"code"`
	// Errors lists the wrong fields of the request.
	Errors []fault.Field `json:"errors,omitempty"`
	// RequestID finds the request in the server's log.
	RequestID string `json:"request_id,omitempty"`
}

// Codes of problems on which clients decide.
const (
	CodeLeaseLost           = "lease_lost"
	CodeTaskCanceled        = "task_canceled"
	CodeInstanceSuperseded  = "instance_superseded"
	CodeAmbiguousDataset    = "ambiguous_dataset"
	CodeUnknownDataset      = "unknown_dataset"
	CodeTokenUsed           = "enrollment_used"
	CodeTokenExpired        = "enrollment_expired"
	CodeRunnerRevoked       = "runner_revoked"
	CodeSecretAlreadyShown  = "secret_already_shown"
	CodeInvalidParams       = "invalid_params"
	CodeMalformedCredential = "malformed_credential"
	CodeTooLarge            = "too_large"
	CodeKeyReused           = "idempotency_key_reused"
	CodeKeyInFlight         = "idempotency_key_in_flight"
	CodeChangedMeanwhile    = "changed_meanwhile"
	CodeInputLost           = "input_lost"
)
