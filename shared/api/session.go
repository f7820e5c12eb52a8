package api

import "time"

// MaxSessionSeconds is how long a session lasts at most, and where nothing is asked.
const MaxSessionSeconds = 12 * 60 * 60

// SessionRequest makes a session of the API key that asks.
type SessionRequest struct {
	Role             Role   `json:"role,omitempty" enum:"viewer,analyst,operator,admin" doc:"That of the key when absent, and never above it"`
	ExpiresInSeconds int    `json:"expires_in_seconds,omitempty" minimum:"60" maximum:"43200" doc:"12 hours when absent"`
	Name             string `json:"name,omitempty" maxLength:"200" doc:"What it is for, such as the terminal's address"`
}

// Session is a login bound to an API key; Token is set only in the answer that made it.
type Session struct {
	ID         string     `json:"id" format:"uuid"`
	Token      string     `json:"token,omitempty" doc:"Only in the answer that made it"`
	KeyID      string     `json:"key_id" format:"uuid"`
	KeyName    string     `json:"key_name"`
	ActingUser string     `json:"acting_user,omitempty" doc:"For whom the key acted when it made the session, and for whom the session acts"`
	Name       string     `json:"name,omitempty"`
	Role       Role       `json:"role"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
}

// SessionList lists the sessions that have not ended, newest first.
type SessionList struct {
	Sessions []Session `json:"sessions"`
}
