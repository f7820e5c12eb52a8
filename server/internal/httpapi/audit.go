package httpapi

import (
	"context"
	"net/http"
	"time"

	"ddap/server/internal/audit"
	"ddap/shared/api"
	"ddap/shared/fault"
)

func (s *Server) addAudit() {
	add(s, route{
		method: http.MethodGet, path: "/v1/audit", id: "list-audit", tag: tagFleet,
		summary: "See who changed what", description: "The changes that people, runners and the system itself made in this workspace, newest first. Creating a task is no change: the task itself says who asked for it.",
	}, s.listAudit)
}

type auditInput struct {
	Actor      string `query:"actor_id" format:"uuid" doc:"Changes made with this credential"`
	Action     string `query:"action" maxLength:"100" doc:"This action, as in key.revoke, or every action on a noun, as in key"`
	TargetKind string `query:"target_kind" maxLength:"100" doc:"Changes of things of this kind"`
	TargetID   string `query:"target_id" maxLength:"200" doc:"Changes of this thing"`
	Since      string `query:"since" format:"date-time" doc:"At this time or later"`
	Until      string `query:"until" format:"date-time" doc:"Before this time"`
	Limit      int    `query:"limit" minimum:"1" maximum:"200" doc:"Size of a page, 50 when absent"`
	Cursor     string `query:"cursor" maxLength:"200" doc:"The next_cursor of the page before"`
}

func (s *Server) listAudit(ctx context.Context, in *auditInput) (*out[api.AuditList], error) {
	since, err := optionalTime("since", in.Since)
	if err != nil {
		return nil, err
	}
	until, err := optionalTime("until", in.Until)
	if err != nil {
		return nil, err
	}
	return answer(s.services.Audit.List(ctx, principalOf(ctx), audit.Filter{
		ActorID: optionalID(in.Actor), Action: in.Action, TargetKind: in.TargetKind, TargetID: in.TargetID,
		Since: since, Until: until, Limit: in.Limit, Cursor: in.Cursor,
	}))
}

// optionalTime reads a time of the query.
func optionalTime(name, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	// In UTC, which is what PostgreSQL gets: the first hours of the year 1 in the east are none of its years.
	if t = t.UTC(); err != nil || t.Year() < 1 || t.Year() > 9999 {
		return nil, fault.BadFields("httpapi.optionalTime", codeInvalidRequest,
			fault.Field{Path: "query." + name, Message: "must be a time in RFC 3339, as in 2026-11-24T10:00:00Z"})
	}
	return &t, nil
}
