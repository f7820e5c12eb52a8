package pgstore

import (
	"context"
	"time"

	"ddap/server/internal/store"
)

var _ store.DeliveryCounter = (*Store)(nil)

// DeliveryFigures implements store.DeliveryCounter. Events of tasks and of everything
// else have their ids from one sequence.
func (s *Store) DeliveryFigures(ctx context.Context) (store.DeliveryFigures, error) {
	var f store.DeliveryFigures
	var oldest float64
	err := s.db.NewRaw(`
		SELECT w.enabled, w.failing, w.disabled, d.pending, d.oldest, CASE WHEN e.is_called THEN e.last_value ELSE 0 END
		FROM (SELECT count(*) FILTER (WHERE enabled AND failing_since IS NULL) AS enabled,
				count(*) FILTER (WHERE enabled AND failing_since IS NOT NULL) AS failing,
				count(*) FILTER (WHERE NOT enabled) AS disabled FROM webhooks) AS w,
			(SELECT count(*) AS pending, coalesce(extract(epoch FROM now() - min(p.series_at)), 0)::float8 AS oldest
				FROM webhook_deliveries AS p JOIN webhooks AS o ON o.id = p.webhook_id WHERE p.state = 'pending' AND o.enabled) AS d,
			task_events_id_seq AS e`).
		Scan(ctx, &f.Enabled, &f.Failing, &f.Disabled, &f.Pending, &oldest, &f.Written)
	f.Oldest = time.Duration(max(oldest, 0) * float64(time.Second))
	return f, failed("pgstore.DeliveryFigures", err)
}
