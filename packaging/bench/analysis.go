package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"ddap/shared/operation"
	"ddap/shared/result"
)

// The peers' packages, which npm fetches into the bench's own folder.
const (
	duckdbPackage  = "@duckdb/node-api@1.5.6-r.1"
	flightsPackage = "vega-datasets@3.2.1"
	flightsFile    = "node_modules/vega-datasets/data/flights-3m.parquet"
)

// question is one that every program answers about the same file.
type question struct {
	// name is that of the peers' scripts, which know what its answer is as well.
	name   string
	params string
}

var questions = []question{
	{
		"keep", `{"source":{"dataset":"flights"},"where":{"all":[{"column":"delay","op":"gt","value":60},{"column":"distance","op":"lt","value":500}]}}`,
	},
	{
		"group", `{"source":{"dataset":"flights"},"where":{"column":"delay","op":"gt","value":15},"group_by":["origin"],` +
			`"aggregates":[{"column":"delay","func":"count","name":"n"},{"column":"delay","func":"mean","name":"mean"}]}`,
	},
}

// input is one form of the flights. A bar is a multiple of a peer's time or
// memory; zero is none. DuckDB's bar has slack on top, for the child process.
type input struct {
	file   string
	rows   int
	format string
	// unseen is a file that nobody has looked at, such as an upload; what a runner
	// shares, it has looked at before.
	unseen         bool
	duckdb, pandas float64
	pandasMemory   float64
	// skip and skipDuckDB are why pandas and DuckDB do not take part.
	skip, skipDuckDB string
}

const slack = 50 * time.Millisecond

var inputs = []input{
	{file: "flights.csv", rows: 3_000_000, format: "csv", duckdb: 1.2, pandas: 0.25, pandasMemory: 0.5},
	{file: "flights.ndjson", rows: 3_000_000, format: "json", duckdb: 1.2, pandas: 0.25, pandasMemory: 0.5},
	{file: "flights.csv", rows: 3_000_000, format: "csv", unseen: true},
	{file: "flights.ndjson", rows: 3_000_000, format: "json", unseen: true},
	{file: "flights.parquet", rows: 3_000_000, format: "parquet", duckdb: 1.2, skip: "Debian's pandas reads no Parquet"},
	{file: "flights.xlsx", rows: 200_000, format: "xlsx", pandas: 1.0 / 3, skipDuckDB: "it would have to fetch an extension"},
}

// figure is what one program took for one question.
type figure struct {
	Seconds float64 `json:"seconds"`
	// FitSeconds is the part of Seconds for fitting and scoring a model; zero where
	// that is not told.
	FitSeconds float64   `json:"fit_seconds"`
	PeakBytes  int64     `json:"peak_bytes"`
	Answer     []float64 `json:"answer"`
}

// analysis measures operations in their child process beside pandas and DuckDB
// on the same files, one after another on the same processors.
func analysis(ctx context.Context, opts options) error {
	if opts.models {
		return modelsBench(ctx, opts)
	}
	a := &analysisBench{options: opts, folder: filepath.Join(".task", "bench"), threads: runtime.NumCPU()}
	if err := a.prepare(ctx); err != nil {
		return err
	}
	for _, in := range inputs {
		if a.only != "" && a.only != in.file {
			continue
		}
		for _, w := range questions {
			if err := a.measure(ctx, w, in); err != nil {
				return fmt.Errorf("%s of %s: %w", w.name, in.file, err)
			}
		}
	}
	a.print()
	return nil
}

type analysisBench struct {
	options
	folder  string
	threads int
	rows    [][]string
}

// prepare fetches the peers and writes the files, once.
func (a *analysisBench) prepare(ctx context.Context) error {
	if err := os.MkdirAll(a.folder, 0o750); err != nil {
		return fmt.Errorf("make the folder for the bench: %w", err)
	}
	if _, err := os.Stat(filepath.Join(a.folder, flightsFile)); err != nil {
		fmt.Println("Fetching DuckDB's client and the flights from npm, once ...")
		if out, err := exec.CommandContext(ctx, "npm", "install", "--silent", "--prefix", a.folder, duckdbPackage, flightsPackage).CombinedOutput(); err != nil {
			return fmt.Errorf("npm install: %w\n%s", err, out)
		}
	}
	// Where the script is, node looks for the package.
	script, err := os.ReadFile("packaging/bench/peers/duckdb_peer.mjs")
	if err != nil {
		return fmt.Errorf("read a peer's script: %w", err)
	}
	if err := os.WriteFile(filepath.Join(a.folder, "duckdb_peer.mjs"), script, 0o600); err != nil {
		return fmt.Errorf("write a peer's script: %w", err)
	}
	for _, in := range inputs {
		path := filepath.Join(a.folder, in.file)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		fmt.Printf("Writing %s with %d rows, once ...\n", in.file, in.rows)
		writer := []string{"node", a.at("duckdb_peer.mjs"), "write", a.at(flightsFile), path, strconv.Itoa(in.rows)}
		if in.format == "xlsx" {
			writer = a.pandas("write", inputs[0].file, path, strconv.Itoa(in.rows))
		}
		if err := a.run(ctx, nil, writer...); err != nil {
			return errors.Join(err, os.Remove(path))
		}
	}
	return nil
}

func (a *analysisBench) at(file string) string { return filepath.Join(a.folder, file) }

// pandas is Debian's, which other installations of Python do not see.
func (a *analysisBench) pandas(work, file string, more ...string) []string {
	return append([]string{"/usr/bin/python3", "packaging/bench/peers/pandas_peer.py", work, a.at(file)}, more...)
}

// run starts a program and reads its one line of JSON into out.
func (a *analysisBench) run(ctx context.Context, out any, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var trouble strings.Builder
	cmd.Stderr = &trouble
	raw, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", command[0], err, trouble.String())
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("read what %s printed: %w", command[0], err)
	}
	return nil
}

// measure lets the programs take turns, so that a busy moment meets all of them,
// and keeps the best time of each.
func (a *analysisBench) measure(ctx context.Context, w question, in input) error {
	fmt.Printf("Measuring %s of %s ...\n", w.name, in.title())
	known, err := a.look(ctx, in)
	if err != nil {
		return err
	}
	var ours, pandas, duckdb figure
	for range a.starts {
		var one figure
		var err error
		if one, err = a.ours(ctx, w, in, known); err != nil {
			return err
		}
		best(&ours, one)
		if in.skip == "" {
			one = figure{}
			if err := a.run(ctx, &one, a.pandas(w.name, in.file)...); err != nil {
				return err
			}
			best(&pandas, one)
		}
		if in.skipDuckDB != "" {
			continue
		}
		one = figure{}
		if err := a.run(ctx, &one, "node", a.at("duckdb_peer.mjs"), w.name, a.at(in.file), strconv.Itoa(a.threads)); err != nil {
			return err
		}
		best(&duckdb, one)
	}
	for name, peer := range map[string]figure{"pandas": pandas, "DuckDB": duckdb} {
		if peer.Seconds == 0 {
			continue // it takes no part
		}
		if err := sameAnswers(ours.Answer, peer.Answer); err != nil {
			return fmt.Errorf("beside %s: %w", name, err)
		}
	}
	a.note(w, in, ours, pandas, duckdb)
	return nil
}

// answersWithin is how far two numbers of an answer may be apart, as a part of the
// larger one: sums of millions of rows are added in different orders.
const answersWithin = 1e-9

// sameAnswers fails where a fast program has computed something else.
func sameAnswers(ours, peers []float64) error {
	if len(ours) == 0 || len(ours) != len(peers) {
		return fmt.Errorf("our answer has %d numbers, the other one %d", len(ours), len(peers))
	}
	for i, own := range ours {
		// Not a number is not the same as anything.
		if most := answersWithin * math.Max(math.Abs(own), math.Abs(peers[i])); !(math.Abs(own-peers[i]) <= most) {
			return fmt.Errorf("number %d of %d of the answer is %v, and %v of the other one", i+1, len(ours), own, peers[i])
		}
	}
	return nil
}

func best(so *figure, one figure) {
	if so.Seconds == 0 || one.Seconds < so.Seconds {
		*so = one
	}
}

// ours does the task in the child process that does it in a runner, from its
// start to its end, within its walls and limits.
func (a *analysisBench) ours(ctx context.Context, w question, in input, known json.RawMessage) (figure, error) {
	work, err := os.MkdirTemp(a.folder, "work-")
	if err != nil {
		return figure{}, fmt.Errorf("make a work folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	order, err := a.order(w, in, work, known)
	if err != nil {
		return figure{}, err
	}
	var done reply
	one, err := a.child(ctx, order, &done)
	if err != nil {
		return figure{}, err
	}
	// Our rows stay in a file: its answer is taken by the program that takes that of
	// its own rows.
	var answered figure
	err = a.run(ctx, &answered, "node", a.at("duckdb_peer.mjs"), "answer", filepath.Join(work, done.Outcome.Output), w.name)
	one.Answer = answered.Answer
	return one, err
}

// look is what a runner does with a file before it offers it: a child reads all
// of it and says how it is to be read.
func (a *analysisBench) look(ctx context.Context, in input) (json.RawMessage, error) {
	if in.unseen {
		return nil, nil
	}
	work, err := filepath.Abs(a.at("look"))
	if err != nil {
		return nil, fmt.Errorf("find a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	path, err := filepath.Abs(a.at(in.file))
	if err := errors.Join(err, os.MkdirAll(work, 0o750)); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	type object = map[string]any
	order, err := json.Marshal(object{"inspect": object{"work_dir": work, "file": object{"path": path}, "limits": object{"threads": a.threads}}})
	if err != nil {
		return nil, fmt.Errorf("write an order: %w", err)
	}
	var done reply
	_, err = a.child(ctx, order, &done)
	return done.Description.Known, err
}

// child gives an order to a runner's child and measures it from its start to its end.
func (a *analysisBench) child(ctx context.Context, order []byte, done *reply) (figure, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(a.bin, "ddap-runner"), "__work")
	cmd.Env = []string{}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return figure{}, fmt.Errorf("make a pipe: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return figure{}, fmt.Errorf("make a pipe: %w", err)
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return figure{}, fmt.Errorf("start a child: %w", err)
	}
	if _, err := stdin.Write(append(order, '\n')); err != nil {
		return figure{}, fmt.Errorf("give the child its order: %w", err)
	}
	readErr := done.read(json.NewDecoder(stdout))
	// A child stops when its order's pipe closes, so it stays open until then.
	_ = stdin.Close()
	if err := errors.Join(readErr, cmd.Wait()); err != nil {
		return figure{}, fmt.Errorf("do the task in a child: %w", err)
	}
	ended := time.Now()
	peak := int64(0)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peak = usage.Maxrss * 1024
	}
	return figure{Seconds: ended.Sub(begun).Seconds(), FitSeconds: done.Outcome.Stages["fitting"], PeakBytes: peak}, nil
}

// order is what package worker of the runner reads.
func (a *analysisBench) order(w question, in input, work string, known json.RawMessage) ([]byte, error) {
	path, err := filepath.Abs(a.at(in.file))
	if err != nil {
		return nil, fmt.Errorf("find a file: %w", err)
	}
	if work, err = filepath.Abs(work); err != nil {
		return nil, fmt.Errorf("find a folder: %w", err)
	}
	type object = map[string]any
	return json.Marshal(object{"plan": object{
		"task_id": "bench", "attempt": 1, "runner_id": "bench", "name": w.name, "operation_code": operation.Filter,
		"params": json.RawMessage(w.params), "work_dir": work, "limits": object{"threads": a.threads, "memory_bytes": 2 << 30},
		"inputs": []object{{
			"path": "params.source", "name": "flights",
			"file": object{"path": path, "format": in.format, "policy": result.Rows, "known": known},
		}},
	}})
}

// reply is what a child says last.
type reply struct {
	Outcome struct {
		Document *result.Document   `json:"document"`
		Output   string             `json:"output"`
		Stages   map[string]float64 `json:"stages"`
		Failure  *struct {
			Message string `json:"message"`
		} `json:"failure"`
	} `json:"outcome"`
	Description struct {
		Format string          `json:"format"`
		Known  json.RawMessage `json:"known"`
	} `json:"description"`
}

// read reads what the child says until it says how its order ended.
func (r *reply) read(lines *json.Decoder) error {
	for {
		if err := lines.Decode(r); err != nil {
			return fmt.Errorf("read what the child says: %w", err)
		}
		switch {
		case r.Outcome.Failure != nil:
			return errors.New(r.Outcome.Failure.Message)
		case r.Outcome.Document != nil, r.Description.Format != "":
			return nil
		}
	}
}

// title names a form of the flights for people.
func (in input) title() string {
	if in.unseen {
		return in.file + ", never seen"
	}
	return in.file
}

func (a *analysisBench) note(w question, in input, ours, pandas, duckdb figure) {
	a.rows = append(a.rows, []string{
		w.name, in.title(), fmt.Sprintf("%.0f ms", 1000*ours.Seconds), mebibytes(ours.PeakBytes),
		against(ours.Seconds, pandas.Seconds, in.pandas, 0, in.skip),
		against(float64(ours.PeakBytes), float64(pandas.PeakBytes), in.pandasMemory, 0, in.skip),
		against(ours.Seconds, duckdb.Seconds, in.duckdb, slack.Seconds(), in.skipDuckDB),
	})
}

// against gives ours as a multiple of a peer's, and whether it is within the bar.
func against(ours, peer, bar, slack float64, skip string) string {
	if skip != "" {
		return "– (" + skip + ")"
	}
	out := fmt.Sprintf("%.2f ×", ours/peer)
	if bar == 0 {
		return out
	}
	mark := "✓"
	if ours > bar*peer+slack {
		mark = "✕"
	}
	limit := fmt.Sprintf("%.2f ×", bar)
	if slack > 0 {
		limit += fmt.Sprintf(" + %.0f ms", 1000*slack)
	}
	return out + "  " + mark + " bar " + limit
}

func (a *analysisBench) print() {
	fmt.Printf("\n%s/%s, %d processors, best of %d\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), a.starts)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "workload\tfile\ttime\tmemory\ttime to pandas'\tmemory to pandas'\ttime to DuckDB's")
	for _, row := range a.rows {
		_, _ = fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	_ = out.Flush()
}
