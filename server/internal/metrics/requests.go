package metrics

import (
	"strconv"
	"time"
)

// requestBuckets reach from a lookup to a large upload.
var requestBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// Requests counts HTTP requests.
type Requests struct {
	count func(n int, values ...string)
	time  func(d time.Duration, values ...string)
}

// Requests adds the numbers of HTTP requests.
func (r *Registry) Requests() *Requests {
	return &Requests{
		count: r.Count("http_requests_total", "Requests that were answered, by the pattern of their route.", "method", "route", "status"),
		time: r.Time("http_request_duration_seconds", "How long answers took, without requests that asked the server to wait.",
			requestBuckets, "method", "route"),
	}
}

// Done counts one request. Route is the pattern, never the address that was
// asked for. What asked the server to wait is counted and not timed: its time
// says nothing of the server.
func (q *Requests) Done(method, route string, status int, took time.Duration, waited bool) {
	q.count(1, method, route, strconv.Itoa(status/100)+"xx")
	if !waited {
		q.time(took, method, route)
	}
}

// Refusals adds the number of requests that were refused, with a line for each
// of the reasons from the start, and gives the function that counts one.
func (r *Registry) Refusals(reasons []string) func(reason string) {
	count := r.Count("http_requests_refused_total", "Requests that were refused before they had an effect, by the reason.", "reason")
	for _, reason := range reasons {
		count(0, reason)
	}
	return func(reason string) { count(1, reason) }
}

// claimBuckets reach from a runner that waited for the task to a task that
// waited for a runner.
var claimBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 15, 60, 300, 3600}

// Claims adds the time from queued to handed out, and gives the function that
// adds one.
func (r *Registry) Claims() func(waited time.Duration) {
	add := r.Time("claim_latency_seconds", "How long tasks were queued before they were first handed out by this server.", claimBuckets)
	return func(waited time.Duration) { add(waited) }
}
