package command

import (
	"context"
	"fmt"
	"io"
	"time"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

const (
	// followWait is how long the server may keep an answer back while nothing
	// ends; it is how often progress is seen.
	followWait = time.Second
	// minInterval keeps a server that does not wait from being asked in a frenzy.
	minInterval = 200 * time.Millisecond
	// maxAbsence is how long a server that has answered before may be away.
	maxAbsence = time.Minute
)

// watchTask follows a task until it ends.
func (s *session) watchTask(ctx context.Context, c *client.Client, id string) error {
	t, err := c.Task(ctx, id)
	if err != nil {
		return err
	}
	view, err := s.follow(ctx, c, t.Name, id, s.live(s.commentary()))
	if err != nil {
		return err
	}
	if t, err = c.Task(ctx, id); err != nil {
		return err
	}
	if s.json() {
		err = s.printAnswer()
	} else if advice := s.viewOf(s.env.Err).Advice(t); advice != "" {
		s.say(i18n.Text{EN: "→ %s", ID: "→ %s"}, advice)
	}
	return verdict(err, view.State)
}

// commentary is where a watched task is shown: it is the output for people, and
// beside the output of programs.
func (s *session) commentary() io.Writer {
	if s.json() {
		return s.env.Err
	}
	return s.env.Out
}

// awaitResult follows a task beside the output, and then shows its result in the
// place of what was followed.
func (s *session) awaitResult(ctx context.Context, c *client.Client, id, folder string) error {
	t, err := c.Task(ctx, id)
	if err != nil {
		return err
	}
	display := s.live(s.env.Err)
	if _, err = s.follow(ctx, c, t.Name, id, display); err != nil {
		return err
	}
	if err := display.clear(); err != nil {
		return err
	}
	return s.showResult(ctx, c, id, folder)
}

// follow shows how a task goes until it ends.
func (s *session) follow(ctx context.Context, c *client.Client, name, id string, display *live) (api.ResultView, error) {
	var view api.ResultView
	err := s.untilDone(ctx, func(wait time.Duration) (bool, error) {
		var err error
		if view, err = c.Result(client.Once(ctx), id, wait); err != nil {
			return false, err
		}
		key := progressKey(view.State, view.Reason, view.Progress)
		err = display.update([]entry{{line: s.viewOf(display.w).Watched(name, view), key: key}})
		return view.State.Final(), err
	})
	return view, err
}

// watchPipeline follows a pipeline until all its steps have ended.
func (s *session) watchPipeline(ctx context.Context, c *client.Client, id string) error {
	w := s.commentary()
	display := s.live(w)
	var p api.Pipeline
	err := s.untilDone(ctx, func(time.Duration) (bool, error) {
		var err error
		if p, err = c.Pipeline(client.Once(ctx), id); err != nil {
			return false, err
		}
		return ended(p), display.update(s.steps(w, p))
	})
	if err != nil {
		return err
	}
	if s.json() {
		err = s.printAnswer()
	} else {
		err = s.write(s.env.Err, s.viewOf(s.env.Err).FailedSteps(p))
	}
	for _, t := range p.Tasks {
		err = verdict(err, t.State)
	}
	return err
}

func (s *session) steps(w io.Writer, p api.Pipeline) []entry {
	entries := make([]entry, 0, len(p.Tasks))
	for i, line := range s.viewOf(w).WatchedSteps(p) {
		t := p.Tasks[i]
		entries = append(entries, entry{line: line, key: progressKey(t.State, t.Reason, t.Progress)})
	}
	return entries
}

func ended(p api.Pipeline) bool {
	for _, t := range p.Tasks {
		if !t.State.Final() {
			return false
		}
	}
	return true
}

func verdict(err error, s task.State) error {
	if err == nil && s != task.Succeeded {
		return errSaid
	}
	return err
}

// progressKey changes when a task's state, reason or stage does, and with every
// tenth of its work.
func progressKey(s task.State, r task.Reason, p *api.Progress) string {
	if !s.Held() {
		return fmt.Sprint(s, r)
	}
	if p == nil {
		return "running"
	}
	tenth := -1
	if p.Fraction != nil {
		tenth = int(*p.Fraction * 10)
	}
	return fmt.Sprint("running", p.Stage, tenth)
}

// untilDone calls look until it is done, telling it how long the server may keep
// its answer back. Once a server has answered, it may be away for a while.
func (s *session) untilDone(ctx context.Context, look func(wait time.Duration) (done bool, err error)) error {
	var wait time.Duration
	var lastHeard time.Time
	away := false
	pace := time.NewTicker(minInterval)
	defer pace.Stop()
	for {
		done, err := look(wait)
		switch {
		case err == nil:
			wait, lastHeard, away = followWait, s.env.Now(), false
		case !fault.Is(err, fault.Unavailable) || ctx.Err() != nil || lastHeard.IsZero() || s.env.Now().Sub(lastHeard) > maxAbsence:
			return err
		case !away:
			away = true
			s.say(i18n.Text{
				EN: "The server does not answer; the task goes on, and this keeps trying for a minute.",
				ID: "Server tidak menjawab; tugas tetap berjalan, dan ini terus mencoba selama satu menit.",
			})
		}
		if done {
			return nil
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
