package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

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
		method: http.MethodGet, path: "/v1/keys/{id}", id: "get-key", tag: tagAccess, summary: "Get an API key", tagged: true,
	}, s.getKey)
	add(s, route{
		method: http.MethodPatch, path: "/v1/keys/{id}", id: "patch-key", tag: tagAccess, summary: "Rename an API key", current: pinned(s.services.Registry.PinnedKey),
		description: "Tasks keep the name under which they were made. Role, grants and expiry are for a key's life.",
	}, s.patchKey)
	add(s, route{
		method: http.MethodDelete, path: "/v1/keys/{id}", id: "revoke-key", tag: tagAccess, current: pinned(s.services.Registry.PinnedKey),
		summary: "Revoke an API key", description: "It and its sessions stop working with their next request. The workspace's last admin key cannot be revoked.",
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

func (s *Server) getKey(ctx context.Context, in *withID) (*out[api.Key], error) {
	return answer(s.services.Registry.Key(ctx, principalOf(ctx), in.ID))
}

type patchKeyInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.KeyPatch
}

func (s *Server) patchKey(ctx context.Context, in *patchKeyInput) (*out[api.Key], error) {
	return answer(s.services.Registry.PatchKey(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) revokeKey(ctx context.Context, in *withID) (*out[api.Key], error) {
	return answer(s.services.Registry.RevokeKey(ctx, principalOf(ctx), in.ID))
}

func (s *Server) whoAmI(ctx context.Context, _ *struct{}) (*out[api.WhoAmI], error) {
	p := principalOf(ctx)
	me := api.WhoAmI{
		Kind: string(p.Kind), ID: p.ID.String(), Name: p.Creator(), Role: p.Role, Workspace: p.Workspace,
		Grants: p.Grants, Delegate: p.Delegate, ActingUser: p.ActingUser, ExpiresAt: p.ExpiresAt,
	}
	if p.KeyID != uuid.Nil {
		me.KeyID = p.KeyID.String()
	}
	return &out[api.WhoAmI]{Body: me}, nil
}
