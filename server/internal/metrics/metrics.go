// Package metrics shows numbers to Prometheus, on a listener of its own. It is
// the only package that knows Prometheus. Other parts either are asked for
// their numbers at each scrape (Gauge, Counter, Table) or are given a function
// to call when something happens (Count, Time); they import nothing for it.
//
// Names begin with "ddap_" and end with their unit; counters end with "_total".
package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"ddap/shared/buildinfo"
)

const prefix = "ddap_"

// Registry holds the numbers of one server. Register before it is served.
type Registry struct {
	registry *prometheus.Registry
}

// New makes a registry with the numbers of Go's runtime, the process, and the build.
func New() *Registry {
	r := &Registry{prometheus.NewRegistry()}
	r.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: prefix + "build_info", Help: "Always 1; the labels say which build this is.",
			ConstLabels: prometheus.Labels{"version": buildinfo.Version, "go_version": runtime.Version()},
		}, func() float64 { return 1 }),
	)
	return r
}

// Gauge adds a number that goes up and down. It is asked for at each scrape,
// from several goroutines, and must answer at once.
func (r *Registry) Gauge(name, help string, ask func() float64) {
	r.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + name, Help: help}, ask))
}

// Counter is Gauge for a number that only goes up.
func (r *Registry) Counter(name, help string, ask func() float64) {
	r.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: prefix + name, Help: help}, ask))
}

// Count adds a counter and gives the function that raises it by n, with a value
// for each label. Values must be few and known beforehand: never ids or names
// that clients choose.
func (r *Registry) Count(name, help string, labels ...string) func(n int, values ...string) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
	r.registry.MustRegister(c)
	return func(n int, values ...string) { c.WithLabelValues(values...).Add(float64(n)) }
}

// Time adds a histogram of durations and gives the function that adds one, with
// a value for each label. The buckets are in seconds, rising.
func (r *Registry) Time(name, help string, buckets []float64, labels ...string) func(d time.Duration, values ...string) {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets}, labels)
	r.registry.MustRegister(h)
	return func(d time.Duration, values ...string) { h.WithLabelValues(values...).Observe(d.Seconds()) }
}
