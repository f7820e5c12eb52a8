package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
)

func (s *Server) addKeys() {
	add(s, route{
		method: http.MethodPost, path: "/v1/keys", id: "create-key", tag: tagAccess, status: http.StatusCreated, once: &once{secret: true},
		summary: "Make an API key", description: "The key is shown in this answer and never again.",
	}, s.createKey)
	add(s, route{
		method: http.MethodGet, path: "/v1/keys", id: "list-keys", tag: tagAccess, summary: "List API keys",
	}, s.listKeys)
	add(s, route{
		method: http.MethodDelete, path: "/v1/keys/{id}", id: "revoke-key", tag: tagAccess,
		summary: "Revoke an API key", description: "It stops working with its next request. The workspace's last admin key cannot be revoked.",
	}, s.revokeKey)
	add(s, route{
		method: http.MethodGet, path: "/v1/whoami", id: "whoami", tag: tagAccess, summary: "See who the server takes you for",
	}, s.whoAmI)
}

func (s *Server) createKey(ctx context.Context, in *withBody[api.KeyRequest]) (*out[api.Key], error) {
	return answer(s.services.Registry.CreateKey(ctx, principalOf(ctx), in.Body))
}

func (s *Server) listKeys(ctx context.Context, in *pageInput) (*out[api.KeyList], error) {
	return answer(s.services.Registry.Keys(ctx, principalOf(ctx), in.Limit, in.Cursor))
}

func (s *Server) revokeKey(ctx context.Context, in *withID) (*out[api.Key], error) {
	return answer(s.services.Registry.RevokeKey(ctx, principalOf(ctx), in.ID))
}

func (s *Server) whoAmI(ctx context.Context, _ *struct{}) (*out[api.WhoAmI], error) {
	p := principalOf(ctx)
	return &out[api.WhoAmI]{Body: api.WhoAmI{
		Kind: string(p.Kind), ID: p.ID.String(), Name: p.Creator(), Role: p.Role, Workspace: p.Workspace,
	}}, nil
}
