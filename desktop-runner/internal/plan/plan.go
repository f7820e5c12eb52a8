// Package plan is what the agent and the child process that does a task say to
// each other: the plan goes in, progress and one outcome come out, each as one
// JSON line on a pipe. The plan is complete: the child has an empty environment
// and asks nobody for anything.
package plan

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"time"

	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Plan is one attempt, with everything the child needs.
type Plan struct {
	TaskID    string          `json:"task_id"`
	Attempt   int             `json:"attempt"`
	RunnerID  string          `json:"runner_id"`
	Name      string          `json:"name"`
	Operation operation.Code  `json:"operation_code"`
	Params    json.RawMessage `json:"params"`
	Inputs    []Input         `json:"inputs"`
	// WorkDir is the task's own folder: empty at the start, the only place the
	// child may write to, removed by the agent afterwards.
	WorkDir string `json:"work_dir"`
	Limits  Limits `json:"limits"`
}

// Input is what one source of the parameters stands for on this computer.
type Input struct {
	// Path is where the source stands in the parameters, as in "params.source".
	Path string `json:"path"`
	// Name is the dataset's name, or that of the task whose output it is.
	Name string `json:"name"`
	// File is the data file, where the input is data. Document is set where the
	// input is the result of another task, for a report; an input may have both.
	File     *File            `json:"file,omitempty"`
	Document *result.Document `json:"document,omitempty"`
	// Model is the file in WorkDir with the model that another task trained, where
	// the input is that.
	Model string `json:"model,omitempty"`
	// Source is how the result names what was read; for the output of a task,
	// the sources of that output.
	Sources []result.Source `json:"sources,omitempty"`
	// Origin is where the data comes from, for its manifest.
	Origin Origin `json:"origin,omitzero"`
}

// Origin is what the agent knows of where data comes from.
type Origin struct {
	Kind result.SourceKind `json:"kind"`
	// Name is the file's, without its folder. The policy decides whether it leaves.
	Name string `json:"name,omitempty"`
	// SHA256 is the hash of the files as long as they have this Stamp, see
	// package sharepath; empty where nobody has computed it yet.
	SHA256 string `json:"sha256,omitempty"`
	Stamp  string `json:"stamp,omitempty"`
}

// File is a file on this computer that the owner shares, or that an earlier
// task left, with the policy that holds for it.
type File struct {
	// Path is absolute and without any symbolic link, as are those in More: the
	// child takes a link for one that somebody has put there since.
	Path         string        `json:"path"`
	Format       Format        `json:"format"`
	Policy       result.Policy `json:"policy"`
	MinGroupSize int           `json:"min_group_size,omitempty"`
	// RowsAreGroups means that the rows are groups that an earlier task made.
	RowsAreGroups bool `json:"rows_are_groups,omitempty"`
	// Uploaded means that whoever asks has sent the file, and may be told how it was
	// taken. No owner has looked at that.
	Uploaded bool `json:"uploaded,omitempty"`
	// Reading is what the owner says of how the file is written.
	Reading Reading `json:"reading,omitzero"`
	// More are further files of the same dataset, where it is a folder or a glob;
	// their rows follow in this order.
	More []string `json:"more,omitempty"`
	// Table is set where the dataset is a table of a database. Path is then the
	// database's file, or empty where it is on a server.
	Table *Table `json:"table,omitempty"`
	// Known is what is known of the files' content; nil where nobody has looked.
	Known *Known `json:"known,omitempty"`
}

// Paths lists the files of the dataset.
func (f File) Paths() []string {
	if f.Path == "" {
		return nil
	}
	return append([]string{f.Path}, f.More...)
}

// Reading says how a data file is written. What is zero is found out from the file.
type Reading = operation.Reading

// Encodings lists the encodings of text that can be read.
func Encodings() []string { return operation.Encodings() }

// Format is the kind of a data file.
type Format string

// The formats that can be read.
const (
	CSV     Format = "csv"
	JSON    Format = "json"
	Parquet Format = "parquet"
	XLSX    Format = "xlsx"
)

// Endings lists, for messages, the endings by which formats are known.
const Endings = ".csv, .tsv, .json, .ndjson, .parquet or .xlsx"

// FormatOf tells a file's format by the ending of its name; false where it is
// none that can be read.
func FormatOf(name string) (Format, bool) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".tab", ".txt":
		return CSV, true
	case ".json", ".ndjson", ".jsonl":
		return JSON, true
	case ".parquet", ".pq":
		return Parquet, true
	case ".xlsx", ".xlsm":
		return XLSX, true
	default:
		return "", false
	}
}

// Limits bound what the child may use; zero is no limit of the owner's own, and
// the child then takes a cautious default.
type Limits struct {
	MemoryBytes int64         `json:"memory_bytes,omitempty"`
	DiskBytes   int64         `json:"disk_bytes,omitempty"`
	Threads     int           `json:"threads,omitempty"`
	Timeout     time.Duration `json:"timeout_ns,omitempty"`
}

// Message is one line from the child: progress, or the outcome that ends it.
type Message struct {
	Progress *Progress `json:"progress,omitempty"`
	Outcome  *Outcome  `json:"outcome,omitempty"`
}

// Progress is how far the work is. A nil Fraction means that it is not known.
type Progress struct {
	Fraction  *float64 `json:"fraction,omitempty"`
	Stage     string   `json:"stage"`
	Message   string   `json:"message,omitempty"`
	RowsDone  *int64   `json:"rows_done,omitempty"`
	RowsTotal *int64   `json:"rows_total,omitempty"`
	// RemainingSeconds is about how long the rest takes; nil where that is not
	// known well enough.
	RemainingSeconds *int64 `json:"remaining_seconds,omitempty"`
}

// Outcome is how the work ended. Everything in it was sealed for leaving this
// computer: exactly one of Document and Failure is set.
type Outcome struct {
	Document *result.Document `json:"document,omitempty"`
	// Output is the file in WorkDir with the rows that stay on this runner, if any.
	Output string `json:"output,omitempty"`
	// Artifacts are files in WorkDir that go with the result.
	Artifacts []Artifact `json:"artifacts,omitempty"`
	Failure   *Failure   `json:"failure,omitempty"`
	// Owner has lines for the owner's log: what a database was asked, and what it
	// answered when something went wrong. They never leave this computer.
	Owner []string `json:"owner,omitempty"`
	// Stages is how many seconds each stage of the work took, by its name. It never
	// leaves this computer either.
	Stages map[string]float64 `json:"stages,omitempty"`
}

// Detailed is an error that has more to say to the owner than to others.
type Detailed interface {
	error
	// Detail may name a host or a user, and never a password.
	Detail() string
}

// Artifact is a file that leaves with the result.
type Artifact struct {
	// Name matches [A-Za-z0-9._-]{1,128}; it is the file's name in WorkDir as well.
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
}

// Failure is an error as it may leave this computer.
type Failure struct {
	Reason task.Reason `json:"reason"`
	// Message names what is wrong, where, and what would be right, and no cell's
	// value where the policy forbids it.
	Message   string `json:"message"`
	Retryable bool   `json:"retryable,omitempty"`
}
