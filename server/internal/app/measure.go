package app

import (
	"context"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/metrics"
	"ddap/server/internal/webhooks"
	"ddap/shared/logkey"
)

// measure gives the metrics their numbers. Where nobody can scrape them,
// nothing is counted.
func (a *App) measure() {
	if a.front.metricsAt == nil {
		return
	}
	m := a.front.metrics
	reclaimed := m.Count("lease_expiries_total",
		"Leases that this server took back: not confirmed, expired, the last one that its task had, or of a task that took too long.", "why")
	a.dispatch.Observe(dispatch.Observer{
		Claimed:   m.Claims(),
		Reclaimed: func(why string, leases int) { reclaimed(leases, why) },
	})
	m.Gauge("long_polls_waiting", "Requests that wait on this server for something to happen.", func() float64 { return float64(a.http.Waiting()) })
	m.Gauge("runners_waiting", "Runners that wait on this server for a task.", func() float64 {
		_, idle := a.hub.Waiting()
		return float64(idle)
	})
	m.Gauge("event_stream_followers", "Streams of events that are open on this server.", func() float64 { return float64(a.events.Followers()) })
	a.measureDeliveries(m)
	a.measurePool(m)
	a.measureAlerts(m)
	m.Table([]string{"workspace", "state"}, []metrics.Column{
		{Name: "tasks", Help: "Unfinished tasks in all servers' database. Every server tells the same number: do not add them up."},
		{Name: "task_oldest_age_seconds", Help: "How long the task that has been in this state for longest has been in it."},
	}, a.depths, func(err error) { a.log.Warn("the queue could not be counted for metrics", logkey.Error, err) })
	if c := a.front.certificates; c != nil {
		m.Gauge("certificate_expiry_timestamp_seconds", "When the certificate that is served stops being valid, as Unix time.",
			func() float64 { return float64(c.Expires().Unix()) })
	}
}

func (a *App) measureDeliveries(m *metrics.Registry) {
	attempts := m.Count("webhook_deliveries_total",
		"Attempts of deliveries to webhooks by this server: delivered, to be retried, given up, or not kept (lost).", "outcome")
	for _, outcome := range webhooks.Outcomes() {
		attempts(0, outcome)
	}
	a.webhooks.Observe(webhooks.Observer{Attempted: func(outcome string) { attempts(1, outcome) }})
	failed := func(err error) {
		a.log.Warn("events and deliveries could not be counted for metrics", logkey.Error, err)
	}
	const same = " in all servers' database. Every server tells the same number: do not add them up."
	m.Table(nil, []metrics.Column{
		{Name: "webhook_deliveries_pending", Help: "Deliveries to enabled webhooks that have not ended," + same},
		{Name: "webhook_delivery_oldest_age_seconds", Help: "How long the oldest delivery has been on its way," + same},
		{Name: "events_written_total", Help: "Events that were written," + same},
	}, a.deliveryFigures, failed)
	m.Table([]string{"state"}, []metrics.Column{{Name: "webhooks", Help: "Webhooks that are enabled, failing or disabled," + same}}, a.webhookStates, failed)
}

func (a *App) deliveryFigures(ctx context.Context) ([]metrics.Row, error) {
	f, err := a.database.Store.DeliveryFigures(ctx)
	if err != nil {
		return nil, err
	}
	return []metrics.Row{{Numbers: []float64{float64(f.Pending), f.Oldest.Seconds(), float64(f.Written)}}}, nil
}

func (a *App) webhookStates(ctx context.Context) ([]metrics.Row, error) {
	f, err := a.database.Store.DeliveryFigures(ctx)
	if err != nil {
		return nil, err
	}
	return []metrics.Row{
		{Labels: []string{"enabled"}, Numbers: []float64{float64(f.Enabled)}},
		{Labels: []string{"failing"}, Numbers: []float64{float64(f.Failing)}},
		{Labels: []string{"disabled"}, Numbers: []float64{float64(f.Disabled)}},
	}, nil
}

func (a *App) measurePool(m *metrics.Registry) {
	pool := a.database.Store.Pool
	m.Gauge("database_connections_limit", "Connections to the database that this server opens at most.", func() float64 { return float64(pool().Limit) })
	m.Gauge("database_connections_open", "Connections to the database that are open.", func() float64 { return float64(pool().Open) })
	m.Gauge("database_connections_in_use", "Connections to the database that are in use.", func() float64 { return float64(pool().InUse) })
	m.Gauge("database_connections_idle", "Connections to the database that are not in use.", func() float64 { return float64(pool().Idle) })
	m.Counter("database_waits_total", "How often a connection to the database had to be waited for.", func() float64 { return float64(pool().Waits) })
	m.Counter("database_wait_seconds_total", "How long connections to the database were waited for, in all.", func() float64 { return pool().Waited.Seconds() })
}

func (a *App) depths(ctx context.Context) ([]metrics.Row, error) {
	depths, err := a.database.Store.ListDepths(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]metrics.Row, len(depths))
	for i, d := range depths {
		rows[i] = metrics.Row{Labels: []string{d.Workspace, d.State}, Numbers: []float64{float64(d.Tasks), d.Age.Seconds()}}
	}
	return rows, nil
}
