package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"ddap/shared/api"
)

func (s *Server) addSSHKeys() {
	add(s, route{
		method: http.MethodPost, path: "/v1/keys/{id}/ssh-keys", id: "create-ssh-key", tag: tagAccess, status: http.StatusCreated,
		once:        &once{again: s.sshKeyAgain},
		summary:     "Add a public key",
		description: "Who has the private key may log in over SSH as this API key. A workspace takes each public key once, and no weak ones.",
	}, s.createSSHKey)
	add(s, route{
		method: http.MethodGet, path: "/v1/keys/{id}/ssh-keys", id: "list-ssh-keys", tag: tagAccess, summary: "List public keys",
	}, s.listSSHKeys)
	add(s, route{
		method: http.MethodDelete, path: "/v1/keys/{id}/ssh-keys/{ssh_key}", id: "delete-ssh-key", tag: tagAccess, status: http.StatusNoContent,
		summary: "Remove a public key", description: "It logs nobody in any more. Sessions that it began last as long as they would have.",
	}, s.deleteSSHKey)
}

type sshKeyInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.SSHKeyRequest
}

func (s *Server) createSSHKey(ctx context.Context, in *sshKeyInput) (*out[api.SSHKey], error) {
	return answer(s.services.Registry.AddSSHKey(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) sshKeyAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	return s.services.Registry.SSHKey(ctx, principalOf(ctx), made[0])
}

func (s *Server) listSSHKeys(ctx context.Context, in *withID) (*out[api.SSHKeyList], error) {
	return answer(s.services.Registry.SSHKeys(ctx, principalOf(ctx), in.ID))
}

type withSSHKey struct {
	ID     uuid.UUID `path:"id" format:"uuid"`
	SSHKey uuid.UUID `path:"ssh_key" format:"uuid"`
}

func (s *Server) deleteSSHKey(ctx context.Context, in *withSSHKey) (*struct{}, error) {
	return nil, s.services.Registry.DeleteSSHKey(ctx, principalOf(ctx), in.ID, in.SSHKey)
}
