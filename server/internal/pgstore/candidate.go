package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

// candidateRow is a runner as the hand-out of work sees it.
type candidateRow struct {
	ID           uuid.UUID         `bun:"id"`
	WorkspaceID  uuid.UUID         `bun:"workspace_id"`
	Name         string            `bun:"name"`
	State        string            `bun:"state"`
	Paused       bool              `bun:"paused"`
	Activity     string            `bun:"activity"`
	Online       bool              `bun:"online"`
	Operations   []int             `bun:"operations,array"`
	Labels       map[string]string `bun:"labels,type:jsonb"`
	Slots        int               `bun:"slots"`
	Busy         int               `bun:"busy"`
	DatasetNames []string          `bun:"dataset_names,array"`
	DatasetIDs   []uuid.UUID       `bun:"dataset_ids,array"`
	Drained      bool              `bun:"drained"`
	Note         string            `bun:"note"`
	Version      string            `bun:"version"`
	LastSeenAt   *time.Time        `bun:"last_seen_at"`
	Unconfirmed  int               `bun:"unconfirmed"`
	// Unanswered are the leases that the runner has not confirmed yet.
	Unanswered []uuid.UUID `bun:"unanswered,array"`
}

func (r candidateRow) toCandidate() store.Candidate {
	return store.Candidate{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Name: r.Name, State: api.RunnerState(r.State), Paused: r.Paused,
		Activity: api.Activity(r.Activity), Online: r.Online, Operations: r.Operations, Labels: r.Labels,
		DatasetNames: r.DatasetNames, DatasetIDs: r.DatasetIDs, Slots: r.Slots, Busy: r.Busy,
		Drained: r.Drained, Note: r.Note, Version: r.Version, LastSeenAt: r.LastSeenAt, MustPing: r.Unconfirmed >= store.MaxUnconfirmed,
	}
}

// selectCandidates reads runners with what they share and hold. Labels that the
// runner cannot override win.
func selectCandidates(db bun.IDB, rows any) *bun.SelectQuery {
	return db.NewSelect().Model(rows).ModelTableExpr("runners AS r").
		ColumnExpr("r.id, r.workspace_id, r.name, r.state, r.paused, r.activity, r.operations, r.slots, r.unconfirmed, r.drained, r.note, r.version, r.last_seen_at").
		ColumnExpr("r.labels || r.enforced_labels AS labels").
		ColumnExpr("coalesce(r.last_seen_at > now() - make_interval(secs => ?), false) AS online", store.OnlineWindow.Seconds()).
		ColumnExpr("(SELECT count(*) FROM tasks AS t WHERE t.lease_runner_id = r.id AND t.state IN ('leased', 'running')) + " +
			"(SELECT count(*) FROM tasks AS t WHERE t.last_runner_id = r.id AND t.cancel_pending) AS busy").
		ColumnExpr("ARRAY(SELECT t.id FROM tasks AS t WHERE t.lease_runner_id = r.id AND t.state = 'leased' ORDER BY t.id) AS unanswered").
		ColumnExpr("d.names AS dataset_names, d.ids AS dataset_ids").
		Join("CROSS JOIN LATERAL (SELECT coalesce(array_agg(d.name), '{}') AS names, coalesce(array_agg(d.id), '{}') AS ids " +
			"FROM datasets AS d WHERE d.runner_id = r.id AND d.removed_at IS NULL) AS d")
}

// ListCandidates implements store.Requirements.
func (s *Store) ListCandidates(ctx context.Context, workspaceID uuid.UUID, among []store.Requirement) ([]store.Candidate, error) {
	var rows []candidateRow
	query := selectCandidates(s.db, &rows).Where("r.workspace_id = ? AND r.state <> 'revoked'", workspaceID)
	if runnerIDs, names, ids, all := dataOf(among); !all {
		query = query.Where(`(r.id = ANY(?) OR EXISTS (SELECT FROM datasets AS d WHERE d.runner_id = r.id
			AND d.removed_at IS NULL AND (d.name = ANY(?) OR d.id = ANY(?))))`,
			pgdialect.Array(runnerIDs), pgdialect.Array(names), pgdialect.Array(ids))
	}
	err := query.Scan(ctx)
	return mapTo(rows, candidateRow.toCandidate), failed("pgstore.ListCandidates", err)
}

// GetCandidate implements store.Requirements.
func (s *Store) GetCandidate(ctx context.Context, workspaceID, id uuid.UUID) (store.Candidate, error) {
	const op = "pgstore.GetCandidate"
	var row candidateRow
	err := selectCandidates(s.db, &row).Where("r.workspace_id = ? AND r.id = ?", workspaceID, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Candidate{}, runnerNotFound(op, id)
	}
	return row.toCandidate(), failed(op, err)
}

// dataOf lists what the requirements are about; all where one of them is about
// nothing that not every runner has.
func dataOf(among []store.Requirement) (runnerIDs []uuid.UUID, names []string, ids []uuid.UUID, all bool) {
	runnerIDs, names, ids = []uuid.UUID{}, []string{}, []uuid.UUID{}
	for _, q := range among {
		if q.RunnerID != nil {
			runnerIDs = append(runnerIDs, *q.RunnerID)
		}
		names = append(names, q.DatasetNames...)
		ids = append(ids, q.DatasetIDs...)
		all = all || (q.RunnerID == nil && len(q.DatasetNames) == 0 && len(q.DatasetIDs) == 0)
	}
	return runnerIDs, slices.Compact(slices.Sorted(slices.Values(names))), ids, all
}
