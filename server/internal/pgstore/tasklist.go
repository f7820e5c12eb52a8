package pgstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/task"
)

// ended and open are the two halves of the table. Only what has ended is indexed
// by what lists sort by: it is the bulk, and the rest changes with every step of
// a task's life.
const (
	ended = "t.finished_at IS NOT NULL"
	open  = "t.finished_at IS NULL"
)

// ListTasks implements store.Tasks. It finds the ids of the page first, on
// indexes alone, and reads only these tasks whole.
func (s *Store) ListTasks(ctx context.Context, f store.TaskFilter, page store.TaskPage) ([]store.Task, error) {
	const op = "pgstore.ListTasks"
	ids, err := s.pageIDs(ctx, f, page)
	if err != nil || len(ids) == 0 {
		return nil, failed(op, err)
	}
	var rows []taskRow
	if err := selectTasks(s.db, &rows).Where("t.id = ANY(?)", pgdialect.Array(ids)).Scan(ctx); err != nil {
		return nil, failed(op, err)
	}
	at := make(map[uuid.UUID]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	slices.SortFunc(rows, func(a, b taskRow) int { return at[a.ID] - at[b.ID] })
	return mapTo(rows, taskRow.toTask), nil
}

func (s *Store) pageIDs(ctx context.Context, f store.TaskFilter, page store.TaskPage) ([]uuid.UUID, error) {
	direction, beyond := "ASC", ">"
	if page.Descending {
		direction, beyond = "DESC", "<"
	}
	half := func(which, key string) *bun.SelectQuery {
		query := s.filtered(f).ColumnExpr("t.id")
		order := "t.id " + direction
		if key == "" {
			if page.After != nil {
				query = query.Where("t.id "+beyond+" ?", page.After.ID)
			}
		} else {
			query, order = query.ColumnExpr(key+" AS key"), "key "+direction+", "+order
			if page.After != nil {
				query = query.Where("("+key+", t.id) "+beyond+" ("+keyCast(page.Sort)+", ?)", page.After.Key, page.After.ID)
			}
		}
		if which != "" {
			query = query.Where(which)
		}
		return query.OrderExpr(order).Limit(page.Offset + page.Limit)
	}
	ofEnded, ofOpen := sortKeys(page.Sort)
	query := half("", "").Offset(page.Offset).Limit(page.Limit)
	if ofEnded != "" || f.CreatorKeyID != nil {
		order := "id " + direction
		if ofEnded != "" {
			order = "key " + direction + ", " + order
		}
		query = s.db.NewSelect().TableExpr("((?) UNION ALL (?)) AS both_halves", half(ended, ofEnded), half(open, ofOpen)).
			Column("id").OrderExpr(order).Offset(page.Offset).Limit(page.Limit)
	}
	var ids []uuid.UUID
	err := query.Scan(ctx, &ids)
	return ids, err
}

// sortKeys gives what a list is sorted by before the id, in each half of the table.
func sortKeys(sort store.TaskSort) (ofEnded, ofOpen string) {
	switch sort {
	case store.ByFinished:
		return "t.finished_at", "'infinity'::timestamptz"
	case store.ByPriority:
		return "t.priority", "t.priority"
	case store.ByName:
		return "t.name", "t.name"
	default:
		return "", "" // ids are in the order of creation
	}
}

func keyCast(sort store.TaskSort) string {
	switch sort {
	case store.ByFinished:
		return "?::timestamptz"
	case store.ByPriority:
		return "?::int"
	default:
		return "?::text"
	}
}

// CountTasks implements store.Tasks. It stops counting a state at its bound.
func (s *Store) CountTasks(ctx context.Context, f store.TaskFilter) (store.Counts, error) {
	f.States = nil
	var parts []string
	var args []any
	for _, state := range task.States() {
		half := open
		if state.Final() {
			half = ended
		}
		parts = append(parts, "SELECT ? AS state, count(*) AS tasks FROM (?) AS bounded")
		args = append(args, string(state), s.filtered(f).ColumnExpr("1").Where("t.state = ?", string(state)).Where(half).Limit(store.MaxCount+1))
	}
	var rows []struct {
		State string
		Tasks int
	}
	err := s.db.NewRaw(strings.Join(parts, " UNION ALL "), args...).Scan(ctx, &rows)
	counts := make(store.Counts, len(rows))
	for _, r := range rows {
		counts[task.State(r.State)] = r.Tasks
	}
	return counts, failed("pgstore.CountTasks", err)
}

// filtered selects what a filter finds.
func (s *Store) filtered(f store.TaskFilter) *bun.SelectQuery {
	query := s.db.NewSelect().TableExpr("tasks AS t").Where("t.workspace_id = ?", f.WorkspaceID)
	if len(f.States) > 0 {
		query = query.Where("t.state = ANY(?)", pgdialect.Array(stateNames(f.States)))
	}
	if len(f.Reasons) > 0 {
		query = query.Where(shownReason+" = ANY(?)", pgdialect.Array(reasonNames(f.Reasons)))
	}
	if len(f.Operations) > 0 {
		codes := make([]int, len(f.Operations))
		for i, c := range f.Operations {
			codes[i] = int(c)
		}
		query = query.Where("t.operation_code = ANY(?)", pgdialect.Array(codes))
	}
	if f.RunnerID != nil {
		query = query.Where("t.last_runner_id = ?", *f.RunnerID)
	}
	if f.PipelineID != nil {
		query = query.Where("t.pipeline_id = ?", *f.PipelineID)
	}
	if f.ScheduleID != nil {
		query = query.Where("t.schedule_id = ?", *f.ScheduleID)
	}
	if f.CreatorKeyID != nil {
		query = query.Where("t.creator_id = ANY(ARRAY(?))", s.creatorsOf(f.WorkspaceID, f.CreatorFilter))
	}
	if len(f.Labels) > 0 {
		query = query.Where("t.labels @> ?", f.Labels)
	}
	if f.Text != "" {
		query = query.Where("t.name ILIKE ?", "%"+likeEscaper.Replace(f.Text)+"%")
	}
	return within(query, f)
}

// within applies the ranges of time.
func within(query *bun.SelectQuery, f store.TaskFilter) *bun.SelectQuery {
	if f.CreatedFrom != nil {
		query = query.Where("t.created_at >= ?", *f.CreatedFrom)
	}
	if f.CreatedTo != nil {
		query = query.Where("t.created_at < ?", *f.CreatedTo)
	}
	if f.FinishedFrom != nil {
		query = query.Where("t.finished_at >= ?", *f.FinishedFrom)
	}
	if f.FinishedTo != nil {
		query = query.Where("t.finished_at < ?", *f.FinishedTo)
	}
	return query
}

// waitReason is why a queued task waits: it waits out its backoff, for an owner,
// or for what its requirement asks. It is null for any other.
const waitReason = `CASE WHEN t.state <> 'queued' THEN NULL
			WHEN t.hold_until > now() THEN 'waiting_for_owner'
			WHEN t.not_before > now() THEN 'retry_backoff'
			ELSE %s END`

// shownReason is the reason that people are told.
var shownReason = fmt.Sprintf("coalesce("+waitReason+", t.reason)", "(SELECT q.reason FROM requirements AS q WHERE q.id = t.requirement_id)")

func reasonNames(reasons []task.Reason) []string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = string(r)
	}
	return out
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
