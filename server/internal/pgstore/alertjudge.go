package pgstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

var _ store.AlertJudging = (*Store)(nil)

// JudgeNextAlert implements store.AlertJudging. The alert is locked while it is
// judged, and others pass it by: of servers that come at once, one is at it.
//
// Where the last stamp of a server that serves is old, the time since then is not
// accounted for yet (see makeGood): what was not done in it would be held
// against runners.
func (s *Store) JudgeNextAlert(
	ctx context.Context, every time.Duration, judge func(*store.AlertReading) store.AlertVerdict, tell store.TellAlert,
) (judged bool, news *store.AlertNews, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		judged, news = false, nil
		var row alertRow
		err := tx.NewSelect().Model(&row).ColumnExpr("?TableColumns, w.name AS workspace, now() AS now").
			Join("JOIN workspaces AS w ON w.id = a.workspace_id").
			Where("NOT a.paused AND (a.evaluated_at IS NULL OR a.evaluated_at <= now() - make_interval(secs => ?))", every.Seconds()).
			Where("EXISTS (SELECT FROM cluster WHERE last_served_at >= now() - make_interval(secs => ?))", maxGap.Seconds()).
			// In any order, so that one that cannot be judged does not stand before the others for ever.
			OrderExpr("random()").Limit(1).For("UPDATE OF a SKIP LOCKED").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("take an alert: %w", err)
		}
		judged = true
		reading := store.AlertReading{Alert: row.toAlert(), Now: row.Now}
		if err := readForAlert(ctx, tx, &reading); err != nil {
			return fmt.Errorf("read for an alert of the kind %s: %w", row.Kind, err)
		}
		news, err = keepVerdict(ctx, tx, row, judge(&reading), tell)
		return err
	})
	return judged, news, failed("pgstore.JudgeNextAlert", err)
}

// readForAlert reads what the kind of alert watches.
func readForAlert(ctx context.Context, tx bun.Tx, r *store.AlertReading) error {
	switch r.Kind {
	case api.AlertNoRunner:
		labels, err := json.Marshal(orEmpty(r.Labels))
		if err != nil {
			return err
		}
		return tx.NewRaw(`SELECT count(*) FROM runners AS r
			WHERE r.workspace_id = ?0 AND r.state = 'active' AND now() - r.last_seen_at - `+downSince("r.last_seen_at")+` < make_interval(secs => ?1)
				AND (r.labels || r.enforced_labels) @> ?2::jsonb
				AND (?3 = '' OR EXISTS (SELECT FROM datasets AS d WHERE d.runner_id = r.id AND d.name = ?3 AND d.removed_at IS NULL))`,
			r.WorkspaceID, store.OnlineWindow.Seconds(), string(labels), r.Dataset).Scan(ctx, &r.Online)
	case api.AlertQueueAge:
		return readOldest(ctx, tx, r)
	case api.AlertFailureRate:
		return tx.NewRaw(`SELECT count(*), count(*) FILTER (WHERE t.state = 'failed') FROM tasks AS t
			WHERE t.workspace_id = ? AND t.finished_at >= now() - make_interval(secs => ?) AND t.state IN ('succeeded', 'failed')`,
			r.WorkspaceID, r.Window.Seconds()).Scan(ctx, &r.Ended, &r.Failed)
	default:
		return nil // of a newer server
	}
}

// downSince is SQL for how long no server was up since a time: runners could not
// say that they are there, and nobody could take a task.
func downSince(at string) string {
	return "coalesce((SELECT sum(o.ended_at - greatest(o.began_at, " + at + ")) FROM outages AS o WHERE o.ended_at > " + at + "), '0')"
}

// readOldest reads how long the oldest task has waited that could run now. It goes
// by requirement, because that is how queued tasks are found.
func readOldest(ctx context.Context, tx bun.Tx, r *store.AlertReading) error {
	var seconds *float64
	err := tx.NewRaw(`SELECT extract(epoch FROM now() - oldest.since - `+downSince("oldest.since")+`)::float8
		FROM (SELECT min(of_one.since) AS since FROM requirements AS q CROSS JOIN LATERAL (
				SELECT min(greatest(t.queued_at, t.not_before)) AS since FROM tasks AS t
				WHERE t.requirement_id = q.id AND t.state = 'queued' AND t.hold_runner_id IS NULL
					AND (t.not_before IS NULL OR t.not_before <= now())) AS of_one
			WHERE q.workspace_id = ?0 AND (?1 = 0 OR q.operation_code = ?1)) AS oldest`, r.WorkspaceID, r.Operation).Scan(ctx, &seconds)
	if err == nil && seconds != nil {
		waited := time.Duration(*seconds * float64(time.Second))
		r.Oldest = &waited
	}
	return err
}

// outagesKept is for how long it is told apart what nobody could do; a task that
// waits for longer than that is old in any case.
const outagesKept = 30 * 24 * time.Hour

// noteOutage keeps that no server was up until now, for so many seconds. What
// alerts wait for does not go on in that time.
func noteOutage(ctx context.Context, tx bun.Tx, seconds float64) error {
	for _, statement := range []string{
		"INSERT INTO outages (began_at, ended_at) VALUES (now() - make_interval(secs => ?0), now()) ON CONFLICT DO NOTHING",
		"DELETE FROM outages WHERE ended_at < now() - make_interval(secs => ?1)",
		"UPDATE alerts SET pending_since = pending_since + make_interval(secs => ?0) WHERE pending_since IS NOT NULL",
	} {
		if _, err := tx.NewRaw(statement, seconds, outagesKept.Seconds()).Exec(ctx); err != nil {
			return fmt.Errorf("note that no server was up: %w", err)
		}
	}
	return nil
}

// keepVerdict writes a verdict down, and what it gives to tell.
func keepVerdict(ctx context.Context, tx bun.Tx, row alertRow, v store.AlertVerdict, tell store.TellAlert) (*store.AlertNews, error) {
	row.Value, row.PendingSince = v.Value, v.PendingSince
	_, err := tx.NewUpdate().Model(&row).Column("value", "pending_since").Set("evaluated_at = now()").WherePK().Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep what was seen: %w", err)
	}
	news := &store.AlertNews{At: row.Now}
	switch {
	case v.State != api.AlertState(row.State):
		if err := turnAlert(ctx, tx, &row, v.State); err != nil {
			return nil, err
		}
		news.Type, news.Began = map[api.AlertState]string{api.AlertOK: api.AlertEventResolved, api.AlertFiring: api.AlertEventFiring}[v.State], &v.Began
	case v.Repeat:
		if _, err := tx.NewRaw("UPDATE alerts SET notified_at = now() WHERE id = ?", row.ID).Exec(ctx); err != nil {
			return nil, fmt.Errorf("note that it was told: %w", err)
		}
		news.Type = api.AlertEventRepeated
	default:
		return nil, nil //nolint:nilnil // there are no news
	}
	news.Alert = row.toAlert()
	return news, tellAlert(ctx, tx, *news, tell)
}

// turnAlert changes the state of an alert that is locked.
func turnAlert(ctx context.Context, tx bun.Tx, row *alertRow, to api.AlertState) error {
	if err := store.CheckAlertTransition(api.AlertState(row.State), to); err != nil {
		return err
	}
	done, err := tx.NewRaw(`UPDATE alerts SET state = ?0, state_since = now(), pending_since = NULL,
		notified_at = CASE WHEN ?0 = 'firing' THEN now() END WHERE id = ?1 AND state = ?2`, to, row.ID, row.State).Exec(ctx)
	if err != nil {
		return fmt.Errorf("turn an alert: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("turn an alert: %d rows", n))
	}
	row.State, row.Since, row.PendingSince = string(to), row.Now, nil
	return nil
}

// tellAlert writes the event of an alert, and its e-mails. An e-mail's address is
// its owner's and stays out of the event.
func tellAlert(ctx context.Context, tx bun.Tx, news store.AlertNews, tell store.TellAlert) error {
	words := tell(news)
	data := fields{"kind": news.Kind, "state": news.State, "since": news.Since, "value": news.Value}
	if news.Kind != api.AlertNoRunner {
		data["threshold"] = news.Threshold
	}
	if news.Began != nil {
		data["began_at"] = news.Began
	}
	if news.Cause != "" {
		data["cause"] = news.Cause
	}
	err := recordEvent(ctx, tx, fleetEvent{
		workspace: news.WorkspaceID, what: news.Type, kind: store.SubjectAlert, id: news.ID, name: news.Name, message: words.Message, data: data,
	})
	if err != nil || len(news.Emails) == 0 {
		return err
	}
	mails := make([]alertMailRow, len(news.Emails))
	for i, to := range news.Emails {
		mails[i] = alertMailRow{
			ID: uuid.New(), WorkspaceID: news.WorkspaceID, AlertID: news.ID, AlertName: news.Name,
			Recipient: to, Subject: words.Subject, Body: words.Body,
		}
	}
	_, err = tx.NewInsert().Model(&mails).Column("id", "workspace_id", "alert_id", "alert_name", "recipient", "subject", "body").
		Returning("NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep e-mails: %w", err)
	}
	return nil
}

// CountFiring implements store.AlertJudging.
func (s *Store) CountFiring(ctx context.Context) (map[api.AlertKind]int, error) {
	var rows []struct {
		Kind   string
		Alerts int
	}
	err := s.db.NewRaw("SELECT kind, count(*) AS alerts FROM alerts WHERE state = 'firing' GROUP BY kind").Scan(ctx, &rows)
	out := map[api.AlertKind]int{}
	for _, r := range rows {
		out[api.AlertKind(r.Kind)] = r.Alerts
	}
	return out, failed("pgstore.CountFiring", err)
}
