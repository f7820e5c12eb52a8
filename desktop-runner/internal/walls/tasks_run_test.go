//go:build linux

package walls_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/workbook/workbooktest"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func (w *world) plan(code operation.Code, params, dataset, path string) plan.Plan {
	format, _ := plan.FormatOf(path)
	file := plan.File{Path: path, Format: format, Policy: result.Rows}
	p := plan.Plan{
		TaskID: "t1", RunnerID: "r1", Attempt: 1, Name: "walls", Operation: code, Params: json.RawMessage(params), WorkDir: w.work,
		Limits: plan.Limits{Timeout: time.Minute, MemoryBytes: 256 << 20, DiskBytes: 64 << 20},
		Inputs: []plan.Input{{Path: "params.source", Name: dataset, File: &file}},
	}
	if strings.Contains(params, `"join":`) {
		p.Inputs = append(p.Inputs, plan.Input{Path: operation.JoinPath, Name: dataset, File: &file})
	}
	return p
}

// try does a task in a real child behind both walls, and holds what comes of it
// to leaving no trace and telling no secret.
func (w *world) try(t *testing.T, p plan.Plan) plan.Outcome {
	t.Helper()
	ended := (&worker.Launcher{RequireSandbox: true}).Perform(t.Context(), p, func(plan.Progress) {})
	w.requireNoTrace(t)
	raw, err := json.Marshal(ended.Outcome)
	require.NoError(t, err)
	require.NotContains(t, string(raw), mark)
	if f := ended.Outcome.Failure; f != nil {
		require.NotContains(t, f.Message, w.root+"/work", "a path of this computer")
		require.NotContains(t, ended.Stderr, "panicked")
	}
	return ended.Outcome
}

func (w *world) say(t *testing.T, s said) {
	t.Helper()
	// The server refuses most of it before any runner hears of it; the child does so again.
	out := w.try(t, w.plan(s.code, w.fill(s.params), "d", w.share))
	if s.reason == "" {
		require.Nil(t, out.Failure)
		require.Zero(t, out.Document.Dataset.Rows, "no row has such a value")
		return
	}
	require.NotNil(t, out.Failure)
	require.Equal(t, s.reason, out.Failure.Reason, out.Failure.Message)
	require.Regexp(t, s.says, out.Failure.Message)
	require.NotContains(t, out.Failure.Message, "inside the runner", "not a defect: a sentence that says what is wrong")
}

func TestTasks_GetNowhereWithWords(t *testing.T) {
	t.Parallel()
	requireWholeSandbox(t)
	for kind, list := range words {
		for _, s := range list {
			t.Run(kind+"/"+s.name, func(t *testing.T) { t.Parallel(); newWorld(t).say(t, s) })
		}
	}
	for place, p := range places {
		t.Run("names/"+place, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for name, text := range names {
				w.say(t, said{name: name, code: p.code, params: p.with(text), reason: task.InvalidParams, says: "column|must be plain text|is no text"})
			}
		})
	}
}

// with puts a name into the place. The table writes some characters as JSON escapes.
func (p place) with(name string) string {
	return fmt.Sprintf(p.params, strings.NewReplacer(`"`, `\"`, `\\`, `\\`).Replace(name))
}

func TestTasks_CallColumnsAnything(t *testing.T) {
	t.Parallel()
	requireWholeSandbox(t)
	for at, p := range titles {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for name, text := range names {
				s := said{name: name, code: p.code, params: p.with(text)}
				if text == `name\u0000` || text == `name\n` {
					s.reason, s.says = task.InvalidParams, "must be plain text"
				}
				w.say(t, s)
			}
		})
	}
}

// What people may call a dataset becomes the name of a file that leaves.
func TestTasks_NameNoFileElsewhere(t *testing.T) {
	t.Parallel()
	requireWholeSandbox(t)
	for _, name := range []string{
		"../../out/x", "{out}/x", "..", ".", "a/../../out/x", `a\..\b`, "x'; COPY (SELECT 1) TO '{out}/x.csv", "a\x00b", "con", "a\nb",
		"‥/‥/x", "．．／x", strings.Repeat("long", 500), "~/x", "$HOME", "| sh", "*",
	} {
		t.Run(name[:min(len(name), 20)], func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			out := w.try(t, w.plan(operation.Export, `{"inputs":[{"dataset":"d"}],"format":"csv"}`, w.fill(name), w.share))
			require.Nil(t, out.Failure)
			require.Regexp(t, `^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`, out.Artifacts[0].Name)
			require.FileExists(t, filepath.Join(w.work, out.Artifacts[0].Name))
		})
	}
}

// hostileFile is a file that an owner might be made to share.
type hostileFile struct {
	file string
	make func(w *world, path string) error
	says string
}

// hostileFiles is no variable: each child is a process of this program, and would
// make all of them at its start.
func hostileFiles() map[string]hostileFile {
	return map[string]hostileFile{
		"a link out of the share":       {"x.csv", func(w *world, p string) error { return os.Symlink(w.secret, p) }, "link"},
		"a link to the system":          {"x.csv", func(_ *world, p string) error { return os.Symlink("/etc/passwd", p) }, "link"},
		"a link to nothing":             {"x.csv", func(_ *world, p string) error { return os.Symlink("nothing.csv", p) }, "link"},
		"a link to itself":              {"x.csv", func(_ *world, p string) error { return os.Symlink("x.csv", p) }, "link"},
		"a folder":                      {"x.csv", func(_ *world, p string) error { return os.Mkdir(p, 0o700) }, "a folder or a device"},
		"a pipe that never ends":        {"x.csv", func(_ *world, p string) error { return unix.Mkfifo(p, 0o600) }, "a folder or a device"},
		"a file that is not there":      {"*.csv", func(*world, string) error { return nil }, "not there any more"},
		"a gzip bomb":                   {"x.csv", func(_ *world, p string) error { return os.WriteFile(p, bomb(), 0o600) }, "compressed"},
		"a zip archive":                 {"x.csv", text("PK\x03\x04" + strings.Repeat("x", 100)), "ZIP"},
		"a database":                    {"x.csv", text("SQLite format 3\x00" + strings.Repeat("x", 100)), "SQLite"},
		"entities that multiply":        {"x.json", text(laughs), "not JSON records"},
		"JSON that never closes":        {"x.json", text(`[{"a":` + strings.Repeat(`{"a":`, 100_000)), "JSON"},
		"Parquet without an end":        {"x.parquet", text("PAR1" + strings.Repeat("x", 100)), "not a complete Parquet file"},
		"Parquet with a junk footer":    {"x.parquet", text("PAR1" + strings.Repeat("\x1f", 100) + "\x40\x00\x00\x00PAR1"), "a damaged Parquet file"},
		"Parquet with a huge footer":    {"x.parquet", text("PAR1" + strings.Repeat("x", 100) + "\xff\xff\xff\x7fPAR1"), "not a complete Parquet file"},
		"Parquet with a footer of junk": {"x.parquet", text("PAR1" + strings.Repeat("\xff", 100) + "\x64\x00\x00\x00PAR1"), "."},
		"a quote that never closes":     {"x.csv", text("a,b\n1,\"" + strings.Repeat("x", 3<<20)), "never closed"},
		"columns without end":           {"x.csv", text(strings.Repeat("a,", 20_000) + "a\n"), "columns where"},
		"a bomb in a workbook":          {"x.xlsx", sheets(workbooktest.Parts("<!--" + strings.Repeat(" ", 40<<20) + "-->")), "unpacks to far more"},
		"a workbook of two cells":       {"x.xlsx", sheets(workbooktest.Parts(`<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`)), "columns where"},
		"a workbook of gaps":            {"x.xlsx", sheets(workbooktest.Parts(`<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="IZ1048576"><v>1</v></c></row>`)), "cells without a value"},
		"entities in a workbook":        {"x.xlsx", sheets(workbooktest.With(workbooktest.Parts(""), workbooktest.Book, workbooktest.Laughs)), "document type"},
		"entities in a sheet":           {"x.xlsx", sheets(workbooktest.With(workbooktest.Parts(""), workbooktest.Sheet, workbooktest.Laughs)), "document type"},
		"a sheet outside of the file":   {"x.xlsx", elsewhere("worksheet", "{secret}", `TargetMode="External"`), "lies outside of the file"},
		"a sheet on the network":        {"x.xlsx", elsewhere("worksheet", "{http}/x", `TargetMode="External"`), "lies outside of the file"},
		"a sheet at a path":             {"x.xlsx", elsewhere("worksheet", "../../../../../../../../../..{secret}", ""), "is missing"},
		"a sheet at an absolute path":   {"x.xlsx", elsewhere("worksheet", "{secret}", ""), "is missing"},
		"a workbook nested without end": {"x.xlsx", sheets(workbooktest.With(workbooktest.Parts(""), workbooktest.Sheet, "<worksheet>"+strings.Repeat("<a>", 1_000_000))), "nested deeper"},
		"half a workbook":               {"x.xlsx", text(string(workbooktest.File([]any{"a"}, []any{1})[:300])), "not a complete XLSX"},
		"a link named as a workbook":    {"x.xlsx", func(w *world, p string) error { return os.Symlink(w.secret, p) }, "link"},
		"CSV named as a workbook":       {"x.xlsx", text("a,b\n1,2\n"), "it is text"},
		"a workbook named as CSV":       {"x.csv", text(string(workbooktest.File([]any{"a"}))), "spreadsheet"},
		"a NUL in the text":             {"x.csv", text("a,b\n1,\x00\n"), "not text"},
	}
}

const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>`

func sheets(parts map[string]string) func(*world, string) error {
	return text(string(workbooktest.Pack(parts)))
}

// elsewhere writes a workbook that points to a place in the world.
func elsewhere(kind, target, more string) func(*world, string) error {
	return func(w *world, path string) error {
		return sheets(workbooktest.With(workbooktest.Parts(""), workbooktest.BookRelations,
			workbooktest.Relations(workbooktest.Relation(kind, w.fill(target), more))))(w, path)
	}
}

func text(content string) func(*world, string) error {
	return func(_ *world, path string) error { return os.WriteFile(path, []byte(content), 0o600) }
}

func bomb() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(make([]byte, 64<<20))
	_ = z.Close()
	return b.Bytes()
}

// A crafted file may crash the engine, whose authors say so. It ends the child
// and not the runner, and a retry is told to be the last.
func TestTasks_EndAlone_WhenAFileCrashesTheEngine(t *testing.T) {
	t.Parallel()
	requireWholeSandbox(t)
	w := newWorld(t)
	path := filepath.Join(w.shared, "deep.json")
	require.NoError(t, os.WriteFile(path, []byte(`[{"a":`+strings.Repeat(`[`, 200_000)+strings.Repeat(`]`, 200_000)+`}]`), 0o600))
	w.before = w.outside(t)
	p := w.plan(operation.Fetch, `{"source":{"dataset":"d"}}`, "d", path)
	p.Attempt = 2
	out := w.try(t, p)
	require.NotNil(t, out.Failure)
	require.Equal(t, task.EngineCrashed, out.Failure.Reason)
	require.False(t, out.Failure.Retryable)
	require.NotNil(t, w.try(t, w.plan(operation.Fetch, `{"source":{"dataset":"d"}}`, "d", w.share)).Document, "the runner lives on")
}

func TestTasks_FailClearlyOnHostileFiles(t *testing.T) {
	t.Parallel()
	requireWholeSandbox(t)
	for name, h := range hostileFiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			path := filepath.Join(w.shared, h.file)
			require.NoError(t, h.make(w, path))
			if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
				// Walking the world would wait at the pipe only if it opened it.
				require.Zero(t, info.Size())
			}
			w.before = w.outside(t)
			out := w.try(t, w.plan(operation.Fetch, `{"source":{"dataset":"d"}}`, "d", path))
			require.NotNil(t, out.Failure)
			require.Contains(t, []task.Reason{task.SourceUnreadable, task.OperationFailed}, out.Failure.Reason, out.Failure.Message)
			require.Contains(t, out.Failure.Message, h.says)
		})
	}
}
