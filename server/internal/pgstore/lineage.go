package pgstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/result"
)

var _ store.Lineages = (*Store)(nil)

type ancestorRow struct {
	TaskID   uuid.UUID       `bun:"task_id"`
	Known    bool            `bun:"known"`
	Name     string          `bun:"name"`
	Sources  json.RawMessage `bun:"sources"`
	Datasets json.RawMessage `bun:"datasets"`
	Uploads  json.RawMessage `bun:"uploads"`
}

// listAncestors is one statement, so that what it tells was true at one moment.
// UNION keeps each task once, however many ways lead to it.
const listAncestors = `
	WITH RECURSIVE line (task_id) AS (
		SELECT ?1::uuid
		UNION
		SELECT i.input_task_id FROM line AS l JOIN task_inputs AS i ON i.task_id = l.task_id WHERE i.input_task_id IS NOT NULL)
	SELECT l.task_id, t.id IS NOT NULL AS known, coalesce(t.name, '') AS name,
		coalesce(r.document -> 'sources', '[]') AS sources,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('Name', i.dataset_name, 'ID', i.dataset_id) ORDER BY i.path), '[]')
			FROM task_inputs AS i WHERE i.task_id = l.task_id AND i.dataset_name IS NOT NULL) AS datasets,
		(SELECT coalesce(jsonb_agg(u.upload_id ORDER BY u.path), '[]') FROM task_uploads AS u WHERE u.task_id = l.task_id) AS uploads
	FROM line AS l LEFT JOIN tasks AS t ON t.id = l.task_id AND t.workspace_id = ?0 LEFT JOIN results AS r ON r.task_id = t.id
	ORDER BY l.task_id <> ?1::uuid, l.task_id`

// ListAncestors implements store.Lineages.
func (s *Store) ListAncestors(ctx context.Context, workspace, task uuid.UUID) ([]store.Ancestor, error) {
	const op = "pgstore.ListAncestors"
	var rows []ancestorRow
	if err := s.db.NewRaw(listAncestors, workspace, task).Scan(ctx, &rows); err != nil {
		return nil, failed(op, err)
	}
	out := make([]store.Ancestor, len(rows))
	for i, r := range rows {
		a := store.Ancestor{TaskID: r.TaskID, Known: r.Known, Name: r.Name, Sources: []result.Source{}}
		for raw, into := range map[*json.RawMessage]any{&r.Sources: &a.Sources, &r.Datasets: &a.Datasets, &r.Uploads: &a.Uploads} {
			if err := json.Unmarshal(*raw, into); err != nil {
				return nil, failed(op, fmt.Errorf("read what a task stands on: %w", err))
			}
		}
		out[i] = a
	}
	return out, nil
}
