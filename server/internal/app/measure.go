package app

import (
	"context"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/metrics"
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
	a.measurePool(m)
	m.Table([]string{"workspace", "state"}, []metrics.Column{
		{Name: "tasks", Help: "Unfinished tasks in all servers' database. Every server tells the same number: do not add them up."},
		{Name: "task_oldest_age_seconds", Help: "How long the task that has been in this state for longest has been in it."},
	}, a.depths, func(err error) { a.log.Warn("the queue could not be counted for metrics", logkey.Error, err) })
	if c := a.front.certificates; c != nil {
		m.Gauge("certificate_expiry_timestamp_seconds", "When the certificate that is served stops being valid, as Unix time.",
			func() float64 { return float64(c.Expires().Unix()) })
	}
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
