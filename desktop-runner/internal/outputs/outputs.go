// Package outputs keeps the rows that tasks left on this runner, so that later
// tasks can read them in place. An output is a Parquet file, named by task and
// attempt, with a sidecar that says what policy holds for it.
package outputs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"ddap/desktop-runner/internal/durable"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/result"
)

// Codes of errors.
const (
	// CodeInputLost is that of Get for an output that is not here (any more).
	CodeInputLost = "input_lost"
	// CodeOverLimit is that of Keep for an output larger than Limits.TotalBytes.
	CodeOverLimit = "over_output_limit"
)

// Output describes one output.
type Output struct {
	TaskID  string `json:"task_id"`
	Attempt int    `json:"attempt"`
	// Policy and MinGroupSize are the strictest of what the output was made from.
	Policy       result.Policy   `json:"policy"`
	MinGroupSize int             `json:"min_group_size,omitempty"`
	Columns      []result.Column `json:"columns"`
	// RowsAreGroups means that the rows are groups of those that they were made of.
	RowsAreGroups bool            `json:"rows_are_groups,omitempty"`
	Sources       []result.Source `json:"sources"`
	// KeptAt is when it came here, by this computer's clock.
	KeptAt time.Time `json:"kept_at"`
	bytes  int64
}

// Limits say how much is kept; zero is no limit.
type Limits struct {
	TotalBytes int64
	Age        time.Duration
}

// Store is the folder of outputs. It is safe for concurrent use.
type Store struct {
	folder string
	limits Limits
	now    func() time.Time

	mu   sync.Mutex
	used map[string]int // how many running tasks read an output
}

// Open makes the folder if needed.
func Open(folder string, limits Limits, now func() time.Time) (*Store, error) {
	if err := durable.MakeFolder(folder); err != nil {
		return nil, fmt.Errorf("open outputs: %w", err)
	}
	return &Store{folder: folder, limits: limits, now: now, used: map[string]int{}}, nil
}

// Keep moves a file into the store. When it returns, file and sidecar are on the
// disk. A file that is larger than everything that may be kept is refused with
// CodeOverLimit: no sweep would leave it for the next task.
func (s *Store) Keep(file string, o Output) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("keep output: %w", err)
	}
	if s.limits.TotalBytes > 0 && info.Size() > s.limits.TotalBytes {
		return fault.New("outputs.Keep", fault.TooLarge, CodeOverLimit, "the rows take %d bytes, and the owner of this computer keeps "+
			"%d for later tasks (--output-limit); ask for fewer rows or columns", info.Size(), s.limits.TotalBytes)
	}
	o.KeptAt = s.now().UTC()
	data, sidecar := s.paths(o.TaskID, o.Attempt)
	if err := durable.MakeFolder(filepath.Dir(data)); err != nil {
		return fmt.Errorf("keep output: %w", err)
	}
	// The sidecar comes last: data without one is never read, and swept.
	if err := durable.Move(file, data); err != nil {
		return fmt.Errorf("keep output: %w", err)
	}
	if err := durable.WriteJSON(sidecar, o); err != nil {
		return fmt.Errorf("keep output: %w", err)
	}
	return durable.SyncFolder(s.folder)
}

// Get gives an output for reading; call release when nobody reads it any more.
// The error has the code CodeInputLost where it is not here.
func (s *Store) Get(taskID string, attempt int) (_ plan.File, _ Output, release func(), _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, sidecar := s.paths(taskID, attempt)
	var o Output
	err := durable.ReadJSON(sidecar, &o)
	if err == nil {
		_, err = os.Stat(data)
	}
	if err != nil {
		return plan.File{}, Output{}, nil, &fault.Error{
			Op: "outputs.Get", Kind: fault.NotFound, Code: CodeInputLost, Err: err,
			Message: "the rows of an earlier task are no longer on this computer; run that task again",
		}
	}
	s.used[data]++
	file := plan.File{Path: data, Format: plan.Parquet, Policy: o.Policy, MinGroupSize: o.MinGroupSize, RowsAreGroups: o.RowsAreGroups}
	return file, o, sync.OnceFunc(func() { s.release(data) }), nil
}

func (s *Store) release(data string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[data]--; s.used[data] <= 0 {
		delete(s.used, data)
	}
}

// Delete drops every output of a task that nothing reads now.
func (s *Store) Delete(taskID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.list()
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.TaskID == taskID {
			s.drop(o)
		}
	}
	return nil
}

func (s *Store) drop(o Output) (dropped bool) {
	if s.beingRead(o) {
		return false
	}
	data, sidecar := s.paths(o.TaskID, o.Attempt)
	// The sidecar goes first, see Keep.
	_ = os.Remove(sidecar)
	_ = os.Remove(data)
	_ = os.Remove(filepath.Dir(data)) // only succeeds when it is empty
	return true
}

func (s *Store) beingRead(o Output) bool {
	data, _ := s.paths(o.TaskID, o.Attempt)
	return s.used[data] > 0
}

func (s *Store) paths(taskID string, attempt int) (data, sidecar string) {
	// Base: ids come from the server, and must not lead out of the folder.
	stem := filepath.Join(s.folder, filepath.Base(filepath.Clean("/"+taskID)), strconv.Itoa(attempt))
	return stem + ".parquet", stem + ".json"
}

func (s *Store) list() ([]Output, error) {
	folders, err := os.ReadDir(s.folder)
	if err != nil {
		return nil, fmt.Errorf("list outputs: %w", err)
	}
	var out []Output
	for _, f := range folders {
		files, err := os.ReadDir(filepath.Join(s.folder, f.Name()))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("list outputs: %w", err)
		}
		for _, file := range files {
			if attempt, ok := strings.CutSuffix(file.Name(), ".json"); ok {
				if n, err := strconv.Atoi(attempt); err == nil {
					out = append(out, s.describe(f.Name(), n))
				}
			}
		}
	}
	return out, nil
}

// describe never fails: what cannot be read counts as very old, and goes first.
func (s *Store) describe(taskID string, attempt int) Output {
	data, sidecar := s.paths(taskID, attempt)
	var o Output
	_ = durable.ReadJSON(sidecar, &o)
	o.TaskID, o.Attempt = taskID, attempt
	if info, err := os.Stat(data); err == nil {
		o.bytes = info.Size()
	}
	return o
}
