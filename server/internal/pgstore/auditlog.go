package pgstore

import (
	"context"
	"time"

	"ddap/server/internal/store"
)

var _ store.AuditLog = (*Store)(nil)

func (r *auditRow) toEntry() store.AuditEntry {
	return store.AuditEntry{
		ID: r.ID, At: r.At, ActorKind: r.ActorKind, ActorID: r.ActorID, ActorName: r.ActorName, ActingUser: r.ActingUser,
		Action: r.Action, TargetKind: r.TargetKind, TargetID: r.TargetID, TargetName: r.TargetName,
		RemoteAddress: r.RemoteAddress, RequestID: r.RequestID, Before: r.Before, After: r.After,
	}
}

// ListAudit implements store.AuditLog.
func (s *Store) ListAudit(ctx context.Context, f store.AuditFilter) ([]store.AuditEntry, error) {
	var rows []auditRow
	query := s.db.NewSelect().Model(&rows).Where("g.workspace_id = ?", f.WorkspaceID).Order("g.id DESC").Limit(f.Limit)
	if f.Before > 0 {
		query = query.Where("g.id < ?", f.Before)
	}
	if f.ActorID != nil {
		query = query.Where("g.actor_id = ?", *f.ActorID)
	}
	if f.Action != "" {
		query = query.Where("(g.action = ? OR g.action LIKE ?)", f.Action, likeEscaper.Replace(f.Action)+".%")
	}
	if f.TargetKind != "" {
		query = query.Where("g.target_kind = ?", f.TargetKind)
	}
	if f.TargetID != "" {
		query = query.Where("g.target_id = ?", f.TargetID)
	}
	if f.Since != nil {
		query = query.Where("g.at >= ?", *f.Since)
	}
	if f.Until != nil {
		query = query.Where("g.at < ?", *f.Until)
	}
	err := query.Scan(ctx)
	entries := make([]store.AuditEntry, len(rows))
	for i := range rows {
		entries[i] = rows[i].toEntry()
	}
	return entries, failed("pgstore.ListAudit", err)
}

// ForgetAudit implements store.AuditLog.
func (s *Store) ForgetAudit(ctx context.Context, age time.Duration, limit int) (int, error) {
	const op = "pgstore.ForgetAudit"
	// Ids follow the time closely enough, and have an index.
	done, err := s.db.NewRaw(`DELETE FROM audit_log WHERE id IN (
		SELECT id FROM (SELECT id, at FROM audit_log ORDER BY id LIMIT ?) AS oldest WHERE at < now() - make_interval(secs => ?))`,
		limit, age.Seconds()).Exec(ctx)
	if err != nil {
		return 0, failed(op, err)
	}
	n, err := done.RowsAffected()
	return int(n), failed(op, err)
}
