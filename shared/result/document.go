// Package result is the document that ends a successful attempt: numbers,
// tables and charts as plain data, which WordPress, reports and the terminal
// each draw in their own way.
package result

import (
	"encoding/json"
	"math"
)

// Version is the version of the document that this build writes.
const Version = 1

// MaxInlineBytes is how large a document may be as JSON; larger tables become
// artifacts and the document says so.
const MaxInlineBytes = 1 << 20

// Document is one result.
type Document struct {
	Version int `json:"version"`
	// Kind is the operation's name, for analyze with its model: "fetch", "filter", "analyze.kmeans".
	Kind string `json:"kind"`
	// Summary is one or two sentences that a person can read.
	Summary string `json:"summary"`
	// Metrics are named numbers, with scikit-learn's names where it has them.
	Metrics map[string]Number `json:"metrics,omitempty"`
	Tables  []Table           `json:"tables,omitempty"`
	Charts  []Chart           `json:"charts,omitempty"`
	// Parameters are the effective ones, defaults included.
	Parameters map[string]any `json:"parameters,omitempty"`
	// Model names the file with what was learned, if it is kept.
	Model *Model `json:"model,omitempty"`
	// Dataset describes the rows that the task left on its runner, if any.
	Dataset *Dataset `json:"dataset,omitempty"`
	// Manifest says exactly which data it was; of a fetch only.
	Manifest *Manifest `json:"manifest,omitempty"`
	// Sources lists what was read, at which revision.
	Sources []Source `json:"sources,omitempty"`
	// Coverage counts the answers to a question that went to many runners.
	Coverage *Coverage `json:"coverage,omitempty"`
	// Notes say what a reader must know: rows dropped, cells withheld, numbers that are not finite.
	Notes []string `json:"notes,omitempty"`
}

// Table is a small table.
type Table struct {
	// Name is stable and machine-readable, as in "coefficients".
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Columns []Column `json:"columns"`
	// Rows are as long as Columns. A cell is nil (missing), bool, string, a
	// number, or Suppressed.
	Rows [][]any `json:"rows"`
	// TotalRows is how many rows there are when Rows shows only the first of them.
	TotalRows int64 `json:"total_rows"`
	// Artifact names the file that holds all the rows, where Rows does not.
	Artifact string `json:"artifact,omitempty"`
}

// Model describes a model that a task trained.
type Model struct {
	// Artifact is the name of its file; see docs/models/predict.md for what is in it.
	Artifact string `json:"artifact"`
	// Name is that of the kind of model, as in "ridge".
	Name string `json:"name"`
	// Target is what it predicts, and Features what it has to be given.
	Target   Column   `json:"target"`
	Features []Column `json:"features"`
}

// Column is a column of a table.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	Unit string `json:"unit,omitempty"`
}

// Type is the type of a column, in a dataset's schema and in a table.
type Type string

// The types of columns. An integer fits in 64 bits; larger ones are text.
const (
	Text      Type = "string"
	Integer   Type = "integer"
	Float     Type = "number"
	Boolean   Type = "boolean"
	Date      Type = "date"
	Timestamp Type = "timestamp"
	Time      Type = "time"
	// Other is anything else (lists, structs, blobs); cells show it as text.
	Other Type = "other"
)

// Numeric reports whether values of t can be calculated with.
func (t Type) Numeric() bool { return t == Integer || t == Float }

// ChartType says how a chart wants to be drawn.
type ChartType string

// The types of charts.
const (
	Bar       ChartType = "bar"
	Line      ChartType = "line"
	Scatter   ChartType = "scatter"
	Histogram ChartType = "histogram"
	Heatmap   ChartType = "heatmap"
	Box       ChartType = "box"
)

// Chart is a picture as data.
type Chart struct {
	Name   string    `json:"name"`
	Type   ChartType `json:"type"`
	Title  string    `json:"title"`
	X      Axis      `json:"x"`
	Y      Axis      `json:"y"`
	Series []Series  `json:"series"`
}

// Axis is one axis of a chart.
type Axis struct {
	Title string `json:"title"`
	Unit  string `json:"unit,omitempty"`
	Type  Type   `json:"type,omitempty"`
}

// Series is one set of points; X and Y are equally long. A histogram's bin i
// has its centre X[i], its bounds Edges[i] and Edges[i+1], and its count Y[i].
type Series struct {
	Name  string    `json:"name"`
	X     []any     `json:"x"`
	Y     []any     `json:"y"`
	Edges []float64 `json:"edges,omitempty"`
}

// Dataset describes a task's output, which stays on the runner that made it.
type Dataset struct {
	Rows int64 `json:"rows"`
	// RowsApproximate means that the policy withholds the exact number, and that
	// Rows is rounded down.
	RowsApproximate bool     `json:"rows_approximate,omitempty"`
	Columns         []Column `json:"columns"`
	Bytes           int64    `json:"bytes"`
	// Location is where it stays.
	Location Location `json:"location"`
	// Policy and MinGroupSize are the strictest of its inputs'.
	Policy       Policy `json:"policy"`
	MinGroupSize int    `json:"min_group_size,omitempty"`
	// RowsAreGroups means that each row describes a group of rows, so that a
	// number of rows says nothing of how many source rows there are.
	RowsAreGroups bool `json:"rows_are_groups,omitempty"`
}

// Location names the output of one attempt on one runner.
type Location struct {
	RunnerID string `json:"runner_id"`
	TaskID   string `json:"task_id"`
	Attempt  int    `json:"attempt"`
}

// Source is a dataset that was read.
type Source struct {
	DatasetID string `json:"dataset_id,omitempty"`
	Name      string `json:"name"`
	RunnerID  string `json:"runner_id"`
	Revision  string `json:"revision,omitempty"`
	// UploadID is set where an upload was read; the runner then only did the work.
	UploadID string `json:"upload_id,omitempty"`
}

// Coverage counts the answers to a question that was put to many runners.
type Coverage struct {
	Asked    int `json:"asked"`
	Answered int `json:"answered"`
	Declined int `json:"declined"`
	Failed   int `json:"failed"`
}

// Policy says what may leave the computer that has the data.
type Policy string

// The sharing policies.
const (
	// Rows may leave.
	Rows Policy = "rows"
	// Aggregates over at least min_group_size distinct source rows may leave.
	// The default.
	Aggregates Policy = "aggregates"
)

// DefaultMinGroupSize is the smallest group that an aggregate may describe,
// unless the owner says otherwise.
const DefaultMinGroupSize = 5

// Number is a float64 that JSON can carry: NaN and the infinities become null.
type Number float64

// MarshalJSON writes null for a number that is not finite.
func (n Number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(raw, (*float64)(n))
}

// Suppressed is a cell that the owner's policy withholds. It is never shown as
// zero or as missing.
type Suppressed struct {
	Reason string `json:"suppressed"`
}

// SuppressedReason reports whether a cell is withheld, and why. It knows cells
// both as they are made and as they come back from JSON.
func SuppressedReason(cell any) (reason string, ok bool) {
	switch c := cell.(type) {
	case Suppressed:
		return c.Reason, true
	case map[string]any:
		reason, ok = c["suppressed"].(string)
		return reason, ok
	default:
		return "", false
	}
}
