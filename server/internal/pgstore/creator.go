package pgstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
)

// creatorKey identifies a creator: an API key and, where it acts for people, one of them.
type creatorKey struct {
	workspaceID, keyID uuid.UUID
	actingUser         string
}

// creatorsOf selects the ids of the creators that a filter finds.
func (s *Store) creatorsOf(workspace uuid.UUID, f store.CreatorFilter) *bun.SelectQuery {
	query := s.db.NewSelect().TableExpr("creators AS c").ColumnExpr("c.id").
		Where("c.workspace_id = ? AND c.key_id = ?", workspace, *f.CreatorKeyID)
	if f.CreatorUser != nil {
		query = query.Where("c.acting_user = ?", *f.CreatorUser)
	}
	return query
}

// creatorID gives the id of who creates tasks, whom it gets to know where it is
// the first time. It works outside of transactions, so that the id may be kept.
func (s *Store) creatorID(ctx context.Context, p store.Principal) (id int64, err error) {
	key := creatorKey{p.WorkspaceID, p.Owner(), p.ActingID()}
	if id, ok := s.creators.get(key); ok {
		return id, nil
	}
	find := func() error {
		return s.db.NewRaw("SELECT id FROM creators WHERE workspace_id = ? AND key_id = ? AND acting_user = ?",
			key.workspaceID, key.keyID, key.actingUser).Scan(ctx, &id)
	}
	if err = find(); errors.Is(err, sql.ErrNoRows) {
		_, err = s.db.NewRaw("INSERT INTO creators (workspace_id, key_id, acting_user) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			key.workspaceID, key.keyID, key.actingUser).Exec(ctx)
		if err == nil {
			err = find()
		}
	}
	if err == nil {
		s.creators.put(key, id)
	}
	return id, err
}
