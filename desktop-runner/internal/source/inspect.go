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
}

// Inspect looks at a file that an owner wants to share: it reads all of it once
// and writes nothing. Run it in a child process. The error is a fault with the
// code source_unreadable that names the file by its base name only.
func Inspect(ctx context.Context, path string, limits plan.Limits) (Description, error) {
	name := filepath.Base(path)
	real, err := Locate(name, path)
	if err != nil {
		return Description{}, err
	}
	format, ok := FormatOf(real)
	r := reader{dataset: name, path: real, format: format}
	if !ok {
		return Description{}, r.unreadable("its ending is not known; use .csv, .tsv, .json, .ndjson or .parquet")
	}
	out := Description{Format: format}
	if err := r.prepare(); err != nil {
		return Description{}, err
	}
	if r.db, err = engine.Open(ctx, engine.Options{Files: []string{real}, Limits: limits}); err != nil {
		return Description{}, fmt.Errorf("inspecting: %w", err)
	}
	err = r.read(ctx, func(columns []column, from string) error {
		rows, err := r.db.Rows(ctx, "SELECT count(*)"+counts(r.format, columns)+" FROM "+from)
		if err == nil {
			n, _ := rows[0][0].(int64)
			out.Columns, out.Rows = plain(columns), &n
		}
		return err
	})
	return out, errors.Join(err, r.db.Close())
}

// counts makes the engine read every value of a text file, so that types hold
// for all rows and a broken line is found; Parquet has them in its footer.
func counts(format plan.Format, columns []column) string {
	if format == plan.Parquet {
		return ""
	}
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(", count(" + engine.Identifier(c.Name) + ")")
	}
	return b.String()
}

// Locate gives the real path of a shared file, or a source_unreadable fault that
// says why there is none, under the dataset's name.
func Locate(dataset, path string) (string, error) {
	real, err := sharepath.Resolve(path)
	if err == nil {
		return real, nil
	}
	what := "the file could not be found or opened"
	switch {
	case errors.Is(err, os.ErrNotExist):
		what = "the file is not there any more; it may have been moved or renamed"
	case errors.Is(err, os.ErrPermission):
		what = "the file may not be read; check its permissions"
	case errors.Is(err, sharepath.ErrOutside):
		what = "the file is a link that leads out of what is shared; share the file that it leads to"
	case errors.Is(err, sharepath.ErrFolder), errors.Is(err, sharepath.ErrSpecial):
		what = "a file is expected there, but it is a folder or a device"
	}
	return "", fault.New("source.Locate", fault.Invalid, string(task.SourceUnreadable), "%s: %s", dataset, what)
}
