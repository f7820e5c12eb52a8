package pgstore

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/result"
)

var _ store.Catalogue = (*Store)(nil)

type knownDatasetRow struct {
	datasetRow `bun:",extend"`

	Live    bool `bun:"live,scanonly"`
	Removed bool `bun:"removed,scanonly"`
}

func (r knownDatasetRow) toKnown() store.KnownDataset {
	return store.KnownDataset{
		ID: r.ID, Name: r.Name, RunnerID: r.RunnerID, RunnerName: r.RunnerName, Live: r.Live, Removed: r.Removed,
		Columns: r.Columns, Policy: result.Policy(r.Policy), MinGroupSize: r.MinGroupSize, Publish: r.Publish,
	}
}

// FindDatasets implements store.Catalogue.
func (s *Store) FindDatasets(ctx context.Context, workspaceID uuid.UUID, names []string, ids []uuid.UUID) ([]store.KnownDataset, error) {
	if len(names) == 0 && len(ids) == 0 {
		return nil, nil
	}
	var rows []knownDatasetRow
	err := s.db.NewSelect().Model(&rows).
		ColumnExpr("d.*, r.name AS runner_name, d.removed_at IS NULL AND r.state <> 'revoked' AS live, r.state = 'revoked' AS removed").
		Join("JOIN runners AS r ON r.id = d.runner_id").
		Where("d.workspace_id = ? AND (d.name = ANY(?) OR d.id = ANY(?))",
			workspaceID, pgdialect.Array(append([]string{}, names...)), pgdialect.Array(append([]uuid.UUID{}, ids...))).
		Order("d.id").Scan(ctx)
	return mapTo(rows, knownDatasetRow.toKnown), failed("pgstore.FindDatasets", err)
}

// ListDatasetNames implements store.Catalogue.
func (s *Store) ListDatasetNames(ctx context.Context, workspaceID uuid.UUID) ([]string, error) {
	var names []string
	err := s.db.NewRaw(`
		SELECT DISTINCT d.name FROM datasets AS d JOIN runners AS r ON r.id = d.runner_id
		WHERE d.workspace_id = ? AND d.removed_at IS NULL AND r.state <> 'revoked' ORDER BY d.name`,
		workspaceID).Scan(ctx, &names)
	return names, failed("pgstore.ListDatasetNames", err)
}

// FindRunnerIDs implements store.Catalogue.
func (s *Store) FindRunnerIDs(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []uuid.UUID
	err := s.db.NewRaw("SELECT id FROM runners WHERE workspace_id = ? AND state <> 'revoked' AND id = ANY(?)",
		workspaceID, pgdialect.Array(ids)).Scan(ctx, &found)
	return found, failed("pgstore.FindRunnerIDs", err)
}
