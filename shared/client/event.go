package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ddap/shared/api"
	"ddap/shared/fault"
)

// EventFilter says which events to follow; the zero value follows all of the workspace.
type EventFilter struct {
	TaskID, PipelineID string
	// Types are types or whole subjects, as in "task.succeeded" or "runner".
	Types []string
}

const (
	// A stream that is cut is opened again after a pause that doubles up to the
	// longest one, with jitter, so that clients do not all come back at once.
	shortestPause = 500 * time.Millisecond
	longestPause  = 30 * time.Second
	// silence is how long a stream may say nothing before it is taken for dead:
	// the server sends something every ten seconds.
	silence = 45 * time.Second
	// maxEventBytes bounds one line of a stream.
	maxEventBytes = 1 << 20
)

// Events follows what happens behind the event with the id after, or from now
// on where that is empty. It opens the stream again where it was cut, and goes
// on behind the last event that it gave; the first event after each opening is
// api.StreamReady, or api.StreamReset where something was missed. It ends with
// an error when ctx ends or the server refuses the stream, and never otherwise.
func (c *Client) Events(ctx context.Context, after string, f EventFilter) iter.Seq2[api.StreamEvent, error] {
	return func(yield func(api.StreamEvent, error) bool) {
		pause := shortestPause
		for {
			more := true
			err := c.stream(ctx, after, f, func(e api.StreamEvent) bool {
				pause = shortestPause
				if e.ID != "" {
					after = e.ID
				}
				more = yield(e, nil)
				return more
			})
			switch {
			case !more:
				return
			case ctx.Err() != nil:
				yield(api.StreamEvent{}, fmt.Errorf("follow events: %w", context.Cause(ctx)))
				return
			}
			told, isTold := RetryAfter(err)
			if err != nil && !fault.Is(err, fault.Unavailable) && (!isTold || !fault.Is(err, fault.RateLimited)) {
				yield(api.StreamEvent{}, err)
				return
			}
			_ = c.clock.Sleep(ctx, told+pause/2+rand.N(pause)) //nolint:gosec // jitter is no secret
			pause = min(2*pause, longestPause)
		}
	}
}

// stream reads one stream until it ends or yield has had enough. A stream that
// broke off is no error.
func (c *Client) stream(ctx context.Context, after string, f EventFilter, yield func(api.StreamEvent) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q := url.Values{}
	for name, value := range map[string]string{"task_id": f.TaskID, "pipeline_id": f.PipelineID, "types": strings.Join(f.Types, ",")} {
		if value != "" {
			q.Set(name, value)
		}
	}
	header := http.Header{"Accept": {"text/event-stream"}}
	if after != "" {
		header.Set("Last-Event-ID", after)
	}
	resp, err := c.send(ctx, request{method: http.MethodGet, path: "/v1/events", query: q}, nil, header)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	// Closing the connection is what ends a wait for the next line.
	watchdog := time.AfterFunc(silence, cancel)
	defer watchdog.Stop()
	return readEvents(resp.Body, func() { watchdog.Reset(silence) }, yield)
}

// readEvents reads server-sent events (HTML Living Standard, section 9.2), of
// which only the data is needed: it holds everything else.
func readEvents(from io.Reader, alive func(), yield func(api.StreamEvent) bool) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxEventBytes)
	for lines.Scan() {
		alive()
		data, isData := strings.CutPrefix(lines.Text(), "data:")
		if !isData {
			continue
		}
		var e api.StreamEvent
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return fault.E("GET /v1/events", fault.Internal, fmt.Errorf("read an event: %w", err))
		}
		if !yield(e) {
			return nil
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fault.E("GET /v1/events", fault.Internal, lines.Err())
	}
	return nil
}
