package httpapi

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"ddap/server/internal/events"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

const (
	eventStreamType = "text/event-stream"
	// beatPause is how often a quiet stream says that it lives, and its
	// credential is looked at again.
	beatPause = 10 * time.Second
	// maxStreams is how many streams one credential may have open on a server.
	maxStreams = 50

	codeTooManyStreams = "too_many_streams"
)

// huma cannot stream on fiber; this handler is fiber's own.
func (s *Server) addEvents() {
	const path = "/v1/events"
	gate{s.app, s}.Add(http.MethodGet, path, s.streamEvents)
	query := func(name, description string, schema *huma.Schema) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: description, Schema: schema}
	}
	text, id := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeString, Format: "uuid"}
	s.document(route{
		method: http.MethodGet, path: path, id: "stream-events", tag: tagFleet,
		summary: "Follow what happens",
		description: "Server-sent events of tasks and runners, and of the progress of running tasks; the data of each is a StreamEvent. " +
			"A stream that is cut goes on behind the event whose id is sent as Last-Event-ID, and misses nothing. " +
			"Where that is too old the first event is reset, else it is ready. A client that does not keep up is cut off and comes back.",
	}, huma.Operation{
		Parameters: []*huma.Param{
			{Name: lastEventID, In: "header", Description: "The id of the last event that was seen", Schema: text},
			query("after", "The same, for clients that cannot set the header", text),
			query("task_id", "Events of this task", id),
			query("pipeline_id", "Events of the tasks of this pipeline", id),
			query("types", "Only these types or subjects, separated by commas, as in task.succeeded,runner", text),
		},
		Responses: map[string]*huma.Response{"200": {
			Description: "The stream, until the client or the server ends it",
			Content:     map[string]*huma.MediaType{eventStreamType: {Schema: s.schemaOf(api.StreamEvent{})}},
		}},
	})
}

// eventQuery lists the parameters of a stream.
var eventQuery = []string{"after", "task_id", "pipeline_id", "types"}

const lastEventID = "Last-Event-ID"

func (s *Server) streamEvents(c *fiber.Ctx) error {
	filter, err := readEventFilter(c)
	if err != nil {
		return err
	}
	token, err := tokenOf(c)
	if err != nil {
		return err
	}
	p := principalOf(c.UserContext())
	if !s.streams.enter(p.ID) {
		return newProblem(http.StatusTooManyRequests, codeTooManyStreams, "This credential has too many streams open; close one first.")
	}
	after := c.Get(lastEventID)
	if after == "" {
		after = c.Query("after")
	}
	follower, err := s.services.Events.Follow(c.UserContext(), p, after, filter)
	if err != nil {
		s.streams.leave(p.ID)
		return err
	}
	if c.Method() == http.MethodHead {
		follower.Close()
		s.streams.leave(p.ID)
		return nil
	}
	// The handler's own context ends with it; the stream goes on.
	ctx, stop := s.hangups.watch(context.WithoutCancel(c.UserContext()), c.Context().Conn())
	c.Set(fiber.HeaderContentType, eventStreamType)
	c.Set("X-Accel-Buffering", "no") // what nginx reads to pass events on as they come
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.streams.leave(p.ID)
		defer stop()
		defer follower.Close()
		s.pump(ctx, w, follower, token)
	})
	return nil
}

// pump writes events until the client, the server or the credential ends.
func (s *Server) pump(ctx context.Context, w *bufio.Writer, follower *events.Follower, token string) {
	for {
		beat, stop := context.WithTimeout(ctx, beatPause)
		event, err := follower.Next(beat)
		stop()
		switch {
		case err == nil:
			err = writeEvent(w, &event)
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			if _, err = s.services.Registry.Authenticate(ctx, token); err == nil || fault.Is(err, fault.Unavailable) {
				_, err = w.WriteString(": still here\n\n")
			}
		case !errors.Is(err, events.ErrClosed) && !errors.Is(err, events.ErrTooSlow) && ctx.Err() == nil:
			s.log.WarnContext(ctx, "stream of events ended", logkey.Error, err)
		}
		// A client that has gone is noticed when its connection refuses what is sent.
		if err != nil || w.Flush() != nil {
			return
		}
	}
}

func writeEvent(w *bufio.Writer, e *api.StreamEvent) error {
	data, err := marshal(e)
	if err != nil {
		return err
	}
	if e.ID != "" {
		_, _ = w.WriteString("id: " + e.ID + "\n")
	}
	_, _ = w.WriteString("event: " + e.Type + "\ndata: ")
	_, _ = w.WriteString(strings.TrimSuffix(string(data), "\n"))
	_, err = w.WriteString("\n\n")
	return err
}

func readEventFilter(c *fiber.Ctx) (events.Filter, error) {
	var f events.Filter
	wrong := unknownQuery(c, eventQuery...)
	id := func(name string) *uuid.UUID {
		text := c.Query(name)
		if text == "" {
			return nil
		}
		id, err := uuid.Parse(text)
		if err != nil {
			wrong = append(wrong, fault.Field{Path: "query." + name, Message: "must be a UUID"})
		}
		return &id
	}
	f.TaskID, f.PipelineID = id("task_id"), id("pipeline_id")
	for name := range strings.SplitSeq(c.Query("types"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			f.Types = append(f.Types, name)
		}
	}
	if len(wrong) > 0 {
		return f, fault.BadFields("httpapi.readEventFilter", codeInvalidRequest, wrong...)
	}
	return f, nil
}

// streams counts the open streams of each credential.
type streams struct {
	mu   sync.Mutex
	open map[uuid.UUID]int
}

func (s *streams) enter(id uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id] >= maxStreams {
		return false
	}
	if s.open == nil {
		s.open = map[uuid.UUID]int{}
	}
	s.open[id]++
	return true
}

func (s *streams) leave(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id]--; s.open[id] <= 0 {
		delete(s.open, id)
	}
}
