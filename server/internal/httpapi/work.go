package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"ddap/server/internal/dispatch"
	"ddap/shared/api"
)

// What a runner asks of the server: its heartbeat and work to do.
func (s *Server) addRunnerWork() {
	add(s, route{
		method: http.MethodPost, path: "/v1/ping", id: "ping", tag: tagWork,
		summary: "Send a heartbeat",
		description: "Renews and confirms the leases that it names, and answers with those that the runner no longer holds and with commands. " +
			"With wait it is a long poll that is answered early for a command.",
	}, s.ping)
	add(s, route{
		method: http.MethodPost, path: "/v1/claim", id: "claim", tag: tagWork,
		summary: "Ask for work",
		description: "Hands out tasks that this runner can do, never more than it has free slots. What was handed out and not confirmed yet is handed out again, " +
			"under the same lease, so an answer that was lost loses nothing.",
	}, s.claim)
}

type pingInput struct {
	Wait
	Body api.PingRequest
}

func (s *Server) ping(ctx context.Context, in *pingInput) (*out[api.PingResponse], error) {
	return answer(s.services.Dispatch.Ping(ctx, principalOf(ctx), in.Body, in.duration()))
}

// claimInput is what a claim may say; all of it in the query, so that GET
// /tasks can say it too.
type claimInput struct {
	Wait
	Limit    int    `query:"limit" minimum:"1" maximum:"100" doc:"How many tasks to take at most; 1 when absent"`
	TaskID   string `query:"task_id" format:"uuid" doc:"Ask for this one task; answered at once, whatever wait says"`
	Instance string `query:"instance_id" maxLength:"100" doc:"Random per process start"`
	Version  string `query:"version" maxLength:"100" doc:"Of the runner's program; it may have changed since it registered"`
}

func (s *Server) claim(ctx context.Context, in *claimInput) (*out[api.ClaimResponse], error) {
	return answer(s.services.Dispatch.Claim(ctx, principalOf(ctx), in.options()))
}

func (in *claimInput) options() dispatch.ClaimOptions {
	return dispatch.ClaimOptions{
		Wait: in.duration(), Limit: max(in.Limit, 1), TaskID: optionalID(in.TaskID), InstanceID: in.Instance, Version: in.Version,
	}
}

// optionalID reads an id whose form huma has checked.
func optionalID(text string) *uuid.UUID {
	id, err := uuid.Parse(text)
	if err != nil {
		return nil
	}
	return &id
}
