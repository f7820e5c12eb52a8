// Package step is what every operation on rows is given: the data, and a place
// to say how far it is.
package step

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/result"
)

// OutputFile is the name of the file with a task's rows, in its work folder.
const OutputFile = "output.parquet"

// Step is one operation's work.
type Step struct {
	DB       *engine.DB
	Relation *source.Relation
	// Others are the other inputs, by their place in the parameters.
	Others map[string]*source.Relation
	// Model is the path of the model that another task trained; empty where the
	// operation uses none.
	Model string
	// Rows is how many rows the relation has.
	Rows int64
	// SingleRowsMayShow is false where the policy would withhold rows anyway, so
	// that they need not be computed. What leaves is judged by egress.
	SingleRowsMayShow bool
	// MinGroupSize is how many rows a number must describe; 1 where single rows
	// may show.
	MinGroupSize int64
	// Withhold asks the policy which parts of a known number of rows are withheld,
	// so that none of too few is told or can be calculated; see egress.
	Withhold func(parts []int64) []bool
	// Judge asks the policy about a model before it is computed; see egress.
	Judge func(finding.Fit) error
	// MemoryBytes is what the owner allows; zero is a cautious default.
	MemoryBytes int64
	Tracker     *Tracker
}

// Write writes a query's rows as the task's output, and makes them readable
// under the name that it gives for use in a FROM clause.
func (s *Step) Write(ctx context.Context, columns []result.Column, query string, args ...any) (*finding.Output, string, error) {
	rows, bytes, err := s.DB.WriteParquet(ctx, OutputFile, query, args...)
	if err != nil {
		return nil, "", err
	}
	path := filepath.Join(s.DB.WorkDir(), OutputFile)
	out := &finding.Output{File: OutputFile, Rows: rows, Bytes: bytes, Columns: columns, From: s.Rows}
	return out, "read_parquet(" + engine.Path(path) + ")", nil
}

// Sample reads the first rows of what Write gave; nil where single rows may not show.
func (s *Step) Sample(ctx context.Context, from string, out *finding.Output, limit int) (*finding.Sample, error) {
	sample := &finding.Sample{Name: "preview", Title: "First rows", Columns: out.Columns, TotalRows: out.Rows}
	var rows [][]any
	if s.SingleRowsMayShow && limit > 0 {
		var err error
		if rows, err = s.DB.Rows(ctx, "SELECT "+source.Cells(out.Columns)+" FROM "+from+" LIMIT ?", limit); err != nil {
			return nil, err
		}
	}
	var err error
	sample.Frame, err = frame.New(out.Columns, rows)
	return sample, err
}

// Tracker holds how far the work is. It is safe for concurrent use.
type Tracker struct {
	mu       sync.Mutex
	stage    string
	from, to float64
	within   float64
	own      bool
	begin    float64
	// since is when the stage began, and took how long each took that ended.
	since time.Time
	took  map[string]time.Duration
}

// Stage begins a part of the work that lies between two fractions of the whole.
// Within it the engine's progress counts, until Advance is called.
func (t *Tracker) Stage(name string, from, to float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.enter(name)
	t.from, t.to, t.within, t.own = from, to, 0, false
}

// Counted begins a part of the work as Stage does, of which only Advance tells
// how far it is: where it has many statements, the first one would end it.
func (t *Tracker) Counted(name string, from, to float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.enter(name)
	t.from, t.to, t.within, t.own = from, to, 0, true
}

func (t *Tracker) enter(stage string) {
	now := time.Now()
	if t.took == nil {
		t.took = map[string]time.Duration{}
	}
	if t.stage != "" {
		t.took[t.stage] += now.Sub(t.since)
	}
	t.stage, t.since = stage, now
}

// End ends the last stage and gives how long each took, by its name. A stage that
// came more than once took as long as all its times together.
func (t *Tracker) End() map[string]time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.enter("")
	return t.took
}

// Begin takes the work up to a fraction for one that is not to be done: the rest
// is all of it then.
func (t *Tracker) Begin(at float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begin = at
}

// Advance says how far the stage is, between 0 and 1.
func (t *Tracker) Advance(within float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.within, t.own = within, true
}

// Now gives the stage, and the fraction of the whole work, where engine is the
// progress of the running statement.
func (t *Tracker) Now(engine float64) (stage string, fraction float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	within := t.within
	if !t.own {
		within = engine
	}
	return t.stage, max(0, t.from+(t.to-t.from)*within-t.begin) / (1 - t.begin)
}
