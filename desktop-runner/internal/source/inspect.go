package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Description is what can be said of a data file without showing its rows.
type Description struct {
	Format  plan.Format     `json:"format"`
	Columns []result.Column `json:"columns"`
	// Rows counts them; nil where that was not possible.
	Rows *int64 `json:"rows,omitempty"`
	// Guess says in words how the files were taken, and Notes what could not be
	// decided of them.
	Guess string   `json:"guess,omitempty"`
	Notes []string `json:"notes,omitempty"`
	// Layout is the part of Guess that no single row decides.
	Layout string `json:"layout,omitempty"`
	// State changes when the rows of a database's table do, as far as it tells.
	State string `json:"state,omitempty"`
	// Known is how tasks may read the files without a look of their own.
	Known *plan.Known `json:"known,omitempty"`
}

// Inspect looks at a dataset that an owner wants to share: it reads all of it
// once, and writes nothing but what it has to write anew, into workDir. Run it in
// a child process. The error is a fault with the code source_unreadable that
// names the dataset by the base name of its first file only.
func Inspect(ctx context.Context, file plan.File, workDir string, limits plan.Limits) (_ Description, err error) {
	name := filepath.Base(file.Path)
	file.Known = nil
	if err := CheckPlaces(name, file); err != nil {
		return Description{}, err
	}
	if file.Table != nil {
		return inspectTable(ctx, file, limits)
	}
	if file.Format == "" {
		format, ok := plan.FormatOf(file.Path)
		if !ok {
			return Description{}, (&reader{dataset: name}).unreadable("its ending is not known; use " + plan.Endings)
		}
		file.Format = format
	}
	db, err := engine.Open(ctx, engine.Options{WorkDir: workDir, Files: file.Paths(), Limits: limits})
	if err != nil {
		return Description{}, fmt.Errorf("inspecting: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r, err := newReader(ctx, db, 0, name, file, limits)
	if err != nil {
		return Description{}, err
	}
	defer r.close()
	out := Description{Format: file.Format}
	columns, rows, err := r.survey(ctx, Use{})
	if err == nil {
		out.Columns, out.Rows, out.Known = plain(columns), &rows, r.learn(ctx, rows, true)
		if ctx.Err() != nil {
			return Description{}, context.Cause(ctx)
		}
	}
	out.Guess, out.Layout, out.Notes = r.guess(), r.layout(), r.notes()
	return out, r.unchanged(err)
}

// counts makes the engine read every value of a text file, so that types hold
// for all rows and a broken line is found; Parquet has them in its footer, and
// of XLSX they were read already.
func counts(format plan.Format, columns []column) string {
	if format == plan.Parquet || format == plan.XLSX {
		return ""
	}
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(", count(" + c.expression + ")")
	}
	return b.String()
}

// CheckPlaces looks whether the files of a dataset are where the agent found them,
// and no link has come in between. The error is a source_unreadable fault under
// the dataset's name.
func CheckPlaces(dataset string, file plan.File) error {
	for _, path := range file.Paths() {
		if err := checkPlace(dataset, path); err != nil {
			return err
		}
	}
	return nil
}

// checkPlace follows no link, not even one inside the share: those the agent has
// followed already.
func checkPlace(dataset, path string) error {
	actual, err := sharepath.Resolve(path)
	if err == nil && actual == path {
		return nil
	}
	what := "the file could not be found or opened"
	switch {
	case err == nil:
		what = "a link has taken the place of the file, or of a folder above it; share the file that it leads to"
	case errors.Is(err, os.ErrNotExist):
		what = "the file is not there any more; it may have been moved or renamed"
	case errors.Is(err, os.ErrPermission):
		what = "the file may not be read; check its permissions"
	case errors.Is(err, sharepath.ErrOutside):
		what = "the file is a link that leads out of what is shared; share the file that it leads to"
	case errors.Is(err, sharepath.ErrFolder), errors.Is(err, sharepath.ErrSpecial):
		what = "a file is expected there, but it is a folder or a device"
	}
	return fault.New("source.CheckPlaces", fault.Invalid, string(task.SourceUnreadable), "%s: %s", dataset, what)
}
