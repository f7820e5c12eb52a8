package source

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
)

// mayBeDamage reports whether an error of the engine may be a file's fault. Of
// Parquet that is everything but limits and ends: a junk footer makes the engine
// fail in places that know nothing of files.
func mayBeDamage(format plan.Format, err error) bool {
	switch engine.KindOf(err) {
	case engine.Unreadable:
		return true
	case engine.Internal, engine.OutOfRange:
		_, ofEngine := errors.AsType[*engine.Error](err)
		return ofEngine && format == plan.Parquet
	default:
		return false
	}
}

// footerDamage says what is wrong with a Parquet file whose columns could not be
// found. The engine's own message may quote the path, or a name that is junk.
func footerDamage(err error) string {
	if engine.KindOf(err) == engine.Unreadable {
		return "it is not a complete Parquet file; it may have been cut off while it was copied. Copy or export it again"
	}
	return "it is a damaged Parquet file: its footer, which lists the columns, cannot be read. Copy or export it again"
}

// lookedAt names the file whose columns could not be found; nothing where they were.
func (r *reader) lookedAt() string {
	if r.looking == 0 {
		return ""
	}
	return (&text{number: r.looking, of: len(r.file.Paths())}).where()
}

// FindDamage looks for a damaged file of a dataset whose files are read in place,
// after work with it has failed in a way that does not tell why. It reads every
// value, in an engine of its own: the other one may be out of order. The error is
// a source_unreadable fault that says which file; nil where all can be read, or
// where that cannot be told.
func FindDamage(ctx context.Context, dataset string, file plan.File, workDir string, limits plan.Limits) error {
	if file.Format != plan.Parquet {
		return nil
	}
	r := &reader{dataset: dataset, file: file}
	for i, path := range file.Paths() {
		broken, err := findDamage(ctx, path, workDir, limits)
		if err != nil || ctx.Err() != nil {
			return nil //nolint:nilerr // what failed first is the better answer
		}
		if broken {
			return r.unreadable((&text{number: i + 1, of: len(file.Paths())}).where() +
				"it is a damaged Parquet file: not all of its values can be read. Copy or export it again")
		}
	}
	return nil
}

func findDamage(ctx context.Context, path, workDir string, limits plan.Limits) (broken bool, err error) {
	db, err := engine.Open(ctx, engine.Options{WorkDir: workDir, Files: []string{path}, Limits: limits})
	if err != nil {
		return false, fmt.Errorf("looking for damage: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	from := " FROM read_parquet(" + engine.Path(db.PathOf(path)) + ", hive_partitioning = false)"
	names, _, err := db.Columns(ctx, "SELECT *"+from)
	if err == nil {
		// The hash of a value cannot be had without reading it.
		hashes := make([]string, len(names))
		for i, name := range names {
			hashes[i] = "bit_xor(hash(" + engine.Identifier(name) + "))"
		}
		_, err = db.Rows(ctx, "SELECT "+strings.Join(hashes, ", ")+from)
	}
	if err != nil && mayBeDamage(plan.Parquet, err) {
		return true, nil
	}
	return false, err
}
