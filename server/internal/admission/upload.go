package admission

import (
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/operation"
)

// lookUpUploads reads the uploads that the drafts name.
func lookUpUploads(ctx context.Context, s Store, workspaceID uuid.UUID, drafts []*Draft) (map[uuid.UUID]store.Upload, error) {
	var ids []uuid.UUID
	for _, d := range drafts {
		for _, at := range d.Params.Sources() {
			if id, err := uuid.Parse(at.Source.Upload); err == nil {
				ids = append(ids, id)
			}
		}
	}
	found, err := s.FindUploads(ctx, workspaceID, ids)
	uploads := make(map[uuid.UUID]store.Upload, len(found))
	for _, u := range found {
		uploads[u.ID] = u
	}
	return uploads, err
}

// upload judges a source that is an upload: it must be there for some time yet.
func (k *known) upload(d *Draft, at operation.SourceAt, p *problems) *uuid.UUID {
	path := d.At + at.Path + ".upload"
	id, err := uuid.Parse(at.Source.Upload)
	u, ok := k.uploads[id]
	switch {
	case err != nil || !ok:
		p.add(api.CodeUnknownUpload, path, "is not an upload of this workspace")
		return nil
	case u.Expired:
		p.add(api.CodeUploadExpired, path, "has expired; send the file again: "+u.Name)
		return nil
	default:
		return &id
	}
}
