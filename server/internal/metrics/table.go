package metrics

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Row is one line of a table: the values of its labels, and a number for each
// of its columns.
type Row struct {
	Labels  []string
	Numbers []float64
}

// Column is one number of a table; one whose name ends in "_total" only goes up.
type Column struct{ Name, Help string }

const (
	// tableAge is for how long an answer serves further scrapes.
	tableAge = 5 * time.Second
	// tableTimeout is how long a scrape waits for an answer.
	tableTimeout = 5 * time.Second
)

// Table adds numbers whose lines come and go, such as those that the database
// tells. They are asked for together, when somebody scrapes, and not again for
// some seconds. Where the answer is an error the numbers are missing from the
// scrape, failed is told, and everything else is there.
func (r *Registry) Table(labels []string, columns []Column, ask func(context.Context) ([]Row, error), failed func(error)) {
	t := &table{ask: ask, failed: failed, now: time.Now}
	for _, c := range columns {
		kind := prometheus.GaugeValue
		if strings.HasSuffix(c.Name, "_total") {
			kind = prometheus.CounterValue
		}
		t.columns = append(t.columns, column{prometheus.NewDesc(prefix+c.Name, c.Help, labels, nil), kind})
	}
	r.registry.MustRegister(t)
}

type column struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

type table struct {
	columns []column
	ask     func(context.Context) ([]Row, error)
	failed  func(error)
	now     func() time.Time

	mu    sync.Mutex
	rows  []Row
	asked time.Time
}

// Describe implements prometheus.Collector.
func (t *table) Describe(out chan<- *prometheus.Desc) {
	for _, c := range t.columns {
		out <- c.desc
	}
}

// Collect implements prometheus.Collector.
func (t *table) Collect(out chan<- prometheus.Metric) {
	for _, row := range t.current() {
		for i, c := range t.columns {
			if m, err := prometheus.NewConstMetric(c.desc, c.kind, row.Numbers[i], row.Labels...); err == nil {
				out <- m
			}
		}
	}
}

func (t *table) current() []Row {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.now(); t.asked.IsZero() || now.Sub(t.asked) >= tableAge {
		ctx, cancel := context.WithTimeout(context.Background(), tableTimeout)
		defer cancel()
		var err error
		if t.rows, err = t.ask(ctx); err != nil {
			t.rows = nil
			t.failed(err)
		}
		// From the end, so that a slow database is not asked without a pause.
		t.asked = t.now()
	}
	return t.rows
}
