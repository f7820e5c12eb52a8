package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/fault"
)

var _ store.Pipelines = (*Store)(nil)

type pipelineRow struct {
	bun.BaseModel `bun:"table:pipelines,alias:l"`

	ID           uuid.UUID `bun:"id"`
	WorkspaceID  uuid.UUID `bun:"workspace_id"`
	Name         string    `bun:"name"`
	CreatedBy    string    `bun:"created_by"`
	CreatedAt    time.Time `bun:"created_at"`
	CreatorKeyID uuid.UUID `bun:"creator_key_id,scanonly"`
	CreatorUser  string    `bun:"creator_user,scanonly"`
}

func (r pipelineRow) toPipeline() store.Pipeline {
	return store.Pipeline{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Name: r.Name, CreatorKeyID: r.CreatorKeyID, CreatorUser: r.CreatorUser,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt,
	}
}

func selectPipelines(db bun.IDB, rows any) *bun.SelectQuery {
	return db.NewSelect().Model(rows).ColumnExpr("l.*, c.key_id AS creator_key_id, c.acting_user AS creator_user").
		Join("JOIN creators AS c ON c.id = l.creator_id")
}

// GetPipeline implements store.Pipelines.
func (s *Store) GetPipeline(ctx context.Context, workspaceID, id uuid.UUID) (store.Pipeline, []store.Task, error) {
	const op = "pgstore.GetPipeline"
	var row pipelineRow
	err := selectPipelines(s.db, &row).Where("l.workspace_id = ? AND l.id = ?", workspaceID, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Pipeline{}, nil, fault.New(op, fault.NotFound, "pipeline_not_found", "There is no pipeline %s in this workspace.", id)
	}
	if err != nil {
		return store.Pipeline{}, nil, failed(op, err)
	}
	var tasks []taskRow
	err = selectTasks(s.db, &tasks).Where("t.pipeline_id = ?", id).
		Where("NOT EXISTS (SELECT FROM tasks AS again WHERE again.retry_of = t.id)").
		Order("t.position", "t.id").Scan(ctx)
	return row.toPipeline(), mapTo(tasks, taskRow.toTask), failed(op, err)
}

// ListPipelines implements store.Pipelines.
func (s *Store) ListPipelines(ctx context.Context, workspaceID uuid.UUID, of store.CreatorFilter, page store.Page) ([]store.Pipeline, error) {
	var rows []pipelineRow
	query := selectPipelines(s.db, &rows).Where("l.workspace_id = ?", workspaceID).Order("l.id DESC").Limit(page.Limit)
	if of.CreatorKeyID != nil {
		query = query.Where("l.creator_id = ANY(ARRAY(?))", s.creatorsOf(workspaceID, of))
	}
	if page.After != uuid.Nil {
		query = query.Where("l.id < ?", page.After)
	}
	err := query.Scan(ctx)
	return mapTo(rows, pipelineRow.toPipeline), failed("pgstore.ListPipelines", err)
}
