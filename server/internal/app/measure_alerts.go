package app

import (
	"context"

	"ddap/server/internal/alerts"
	"ddap/server/internal/metrics"
	"ddap/shared/api"
	"ddap/shared/logkey"
)

func (a *App) measureAlerts(m *metrics.Registry) {
	mailed := m.Count("alert_mails_total", "Attempts of this server to send e-mails of alerts: sent, retried later, or given up (failed).", "outcome")
	for _, outcome := range alerts.Outcomes() {
		mailed(0, outcome)
	}
	a.alerts.Observe(alerts.Observer{Mailed: func(outcome string) { mailed(1, outcome) }})
	m.Table([]string{"kind"}, []metrics.Column{
		{Name: "alerts_firing", Help: "Alerts that fire, in all servers' database. Every server tells the same number: do not add them up."},
	}, a.firing, func(err error) { a.log.Warn("alerts could not be counted for metrics", logkey.Error, err) })
}

func (a *App) firing(ctx context.Context) ([]metrics.Row, error) {
	counted, err := a.database.Store.CountFiring(ctx)
	if err != nil {
		return nil, err
	}
	var rows []metrics.Row
	for _, kind := range api.AlertKinds() {
		rows = append(rows, metrics.Row{Labels: []string{string(kind)}, Numbers: []float64{float64(counted[kind])}})
	}
	return rows, nil
}
