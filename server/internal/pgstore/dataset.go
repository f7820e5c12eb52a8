package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/result"
)

var _ store.Datasets = (*Store)(nil)

type datasetRow struct {
	bun.BaseModel `bun:"table:datasets,alias:d"`

	ID           uuid.UUID       `bun:"id,pk"`
	WorkspaceID  uuid.UUID       `bun:"workspace_id"`
	RunnerID     uuid.UUID       `bun:"runner_id"`
	Name         string          `bun:"name"`
	Columns      []result.Column `bun:"columns,type:jsonb"`
	Policy       string          `bun:"policy"`
	MinGroupSize int             `bun:"min_group_size"`
	Rows         *int64          `bun:"rows"`
	Revision     string          `bun:"revision"`
	Description  string          `bun:"description"`
	Publish      bool            `bun:"publish"`
	Reading      string          `bun:"reading"`
	UpdatedAt    time.Time       `bun:"updated_at"`
	RemovedAt    *time.Time      `bun:"removed_at"`

	RunnerName string `bun:"runner_name,scanonly"`
	Online     bool   `bun:"online,scanonly"`
}

func (r datasetRow) toDataset() store.Dataset {
	return store.Dataset{
		ID: r.ID, WorkspaceID: r.WorkspaceID, RunnerID: r.RunnerID, Name: r.Name, Columns: r.Columns,
		Policy: result.Policy(r.Policy), MinGroupSize: r.MinGroupSize, Rows: r.Rows, Revision: r.Revision,
		Description: r.Description, Publish: r.Publish, Reading: r.Reading, UpdatedAt: r.UpdatedAt, RemovedAt: r.RemovedAt,
		RunnerName: r.RunnerName, Online: r.Online,
	}
}

func fromOffer(workspace, runner uuid.UUID, offer api.DatasetOffer) datasetRow {
	return datasetRow{
		ID: uuid.Must(uuid.NewV7()), WorkspaceID: workspace, RunnerID: runner, Name: offer.Name,
		Columns: append([]result.Column{}, offer.Columns...), Policy: string(offer.Policy), MinGroupSize: offer.MinGroupSize,
		Rows: offer.Rows, Revision: offer.Revision, Description: offer.Description, Publish: offer.Publish, Reading: offer.Reading,
	}
}

// PutDatasets implements store.Datasets.
func (s *Store) PutDatasets(ctx context.Context, runner uuid.UUID, offers []api.DatasetOffer, revision string) error {
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var row runnerRow
		// The runner's row makes two of its lists wait for one another.
		err := tx.NewUpdate().Model(&row).Set("datasets_revision = ?", revision).
			Where("id = ?", runner).Returning("workspace_id").Scan(ctx)
		if err != nil {
			return err
		}
		return putDatasets(ctx, tx, row.WorkspaceID, runner, offers)
	})
	return failed("pgstore.PutDatasets", err)
}

func putDatasets(ctx context.Context, db bun.IDB, workspace, runner uuid.UUID, offers []api.DatasetOffer) error {
	known, err := datasetIDs(ctx, db, runner)
	if err != nil {
		return err
	}
	rows, kept := make([]datasetRow, 0, len(offers)), make([]uuid.UUID, 0, len(offers))
	for _, offer := range offers {
		row := fromOffer(workspace, runner, offer)
		if id, ok := known[offer.Name]; ok {
			row.ID = id
		}
		rows, kept = append(rows, row), append(kept, row.ID)
	}
	gone := db.NewUpdate().Model((*datasetRow)(nil)).Set("removed_at = now()").
		Where("runner_id = ? AND removed_at IS NULL", runner)
	if len(kept) > 0 {
		gone = gone.Where("id NOT IN (?)", bun.List(kept))
	}
	if _, err := gone.Exec(ctx); err != nil || len(rows) == 0 {
		return err
	}
	_, err = db.NewInsert().Model(&rows).
		Value("updated_at", "now()").
		On("CONFLICT (id) DO UPDATE").
		Set("columns = EXCLUDED.columns, policy = EXCLUDED.policy, min_group_size = EXCLUDED.min_group_size, rows = EXCLUDED.rows").
		Set("revision = EXCLUDED.revision, description = EXCLUDED.description, publish = EXCLUDED.publish, reading = EXCLUDED.reading, updated_at = now(), removed_at = NULL").
		Exec(ctx)
	return err
}

// datasetIDs gives the ids under which a runner's datasets are known, those
// that it shares no more among them.
func datasetIDs(ctx context.Context, db bun.IDB, runner uuid.UUID) (map[string]uuid.UUID, error) {
	var rows []datasetRow
	err := db.NewSelect().Model(&rows).Column("id", "name").Where("runner_id = ?", runner).Scan(ctx)
	ids := make(map[string]uuid.UUID, len(rows))
	for _, row := range rows {
		ids[row.Name] = row.ID
	}
	return ids, err
}

// ListDatasets implements store.Datasets.
func (s *Store) ListDatasets(ctx context.Context, workspace uuid.UUID, page store.DatasetPage) ([]store.Dataset, error) {
	var rows []datasetRow
	query := s.db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns, r.name AS runner_name").
		ColumnExpr("coalesce(r.last_seen_at > now() - make_interval(secs => ?), false) AS online", store.OnlineWindow.Seconds()).
		Join("JOIN runners AS r ON r.id = d.runner_id").
		Where("d.workspace_id = ? AND d.removed_at IS NULL AND r.state <> 'revoked'", workspace).
		Order("d.name", "d.id").Limit(page.Limit)
	if page.RunnerID != uuid.Nil {
		query = query.Where("d.runner_id = ?", page.RunnerID)
	}
	if page.AfterName != "" {
		query = query.Where("(d.name, d.id) > (?, ?)", page.AfterName, page.AfterID)
	}
	err := query.Scan(ctx)
	return mapTo(rows, datasetRow.toDataset), failed("pgstore.ListDatasets", err)
}
