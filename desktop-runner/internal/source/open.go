package source

import (
	"context"
	"errors"
	"fmt"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/result"
)

// Use says how an operation reads a relation.
type Use struct {
	// Once means in one statement, and in an order that does not matter to it. Such
	// a relation is read in place, and nothing of it is kept.
	Once bool
	// Column tells which columns are read, by their names; all where it is nil. A
	// relation has all of them, but the values of these only.
	Column func(name string) bool
	// Request is for tables of databases, which are told what to send.
	Request Request
}

// Open is OpenFor any use.
func Open(ctx context.Context, db *engine.DB, index int, dataset string, file plan.File, limits plan.Limits) (*Relation, error) {
	return OpenFor(ctx, db, index, dataset, file, limits, Use{})
}

// OpenFor makes the file readable as relation number index of db. A broken line
// of CSV or JSON is found before anything is computed: all of the file is read at
// once, unless it is known that there is none. XLSX is read whole as well, Parquet
// in place. The
// error is a fault with the code source_unreadable, or one of the engine.
func OpenFor(ctx context.Context, db *engine.DB, index int, dataset string, file plan.File, limits plan.Limits, use Use) (*Relation, error) {
	if file.Table != nil {
		return openTable(ctx, db, index, dataset, file, limits, use.Request)
	}
	r, err := newReader(ctx, db, index, dataset, file, limits)
	if err != nil {
		return nil, err
	}
	defer r.close()
	rel, err := r.open(ctx, index, use)
	if errors.Is(err, errMisknown) {
		if err = r.unchanged(nil); err == nil {
			file.Known = nil
			return OpenFor(ctx, db, index, dataset, file, limits, use)
		}
	}
	return rel, r.unchanged(err)
}

func (r *reader) open(ctx context.Context, index int, use Use) (*Relation, error) {
	if use.Once {
		if err := r.lookFirst(ctx, use); err != nil {
			return nil, err
		}
	}
	rel := &Relation{Dataset: r.dataset, From: engine.Identifier(fmt.Sprintf("input%d", index))}
	keep := engine.Identifier(fmt.Sprintf("kept%d", index))
	if use.Column == nil {
		keep = rel.From
	}
	switch {
	case r.file.Format == plan.XLSX:
		keep = "" // it is a table of the engine already
	case r.file.Format == plan.Parquet || use.Once && r.known != nil:
		keep, rel.reader = "", r
	}
	if r.known != nil {
		rel.Rows = &r.known.Rows
	}
	err := r.read(ctx, func(columns []column, from string) error {
		rel.Columns = plain(columns)
		if keep == "" {
			_, err := r.db.Exec(ctx, "CREATE VIEW "+rel.From+" AS SELECT "+expressions(columns)+" FROM "+from)
			return err
		}
		kept, all := use.divide(columns)
		if _, err := r.db.Exec(ctx, "CREATE TABLE "+keep+" AS SELECT "+expressions(kept)+" FROM "+from); err != nil || keep == rel.From {
			return err
		}
		_, err := r.db.Exec(ctx, "CREATE VIEW "+rel.From+" AS SELECT "+expressions(all)+" FROM "+keep)
		return err
	})
	rel.Notes = r.notes()
	return rel, err
}

// lookFirst makes known what is not, of a file that is to be read in place: reading
// twice takes less than keeping what was read.
func (r *reader) lookFirst(ctx context.Context, use Use) error {
	if r.known != nil || r.file.Format != plan.CSV && r.file.Format != plan.JSON {
		return nil
	}
	_, rows, err := r.survey(ctx, use)
	if err != nil {
		return err
	}
	if k := r.learn(ctx, rows, false); k != nil {
		r.adopt(k)
	}
	return nil
}

// divide gives the columns to be kept, at least one, and all as they are read
// of these: in the place of one that is not kept stands an error.
func (u Use) divide(columns []column) (kept, all []column) {
	for _, c := range columns {
		switch {
		case u.Column == nil || u.Column(c.Name):
			kept = append(kept, c)
			c.expression = engine.Identifier(c.Name)
		case c.Type == result.Other:
			c.expression = "error('this column was not read')"
		default:
			c.expression = "CAST(error('this column was not read') AS " + databaseTypes[c.Type] + ")"
		}
		all = append(all, c)
	}
	if len(kept) == 0 {
		kept = columns[:1]
	}
	return kept, all
}

// Streams reports whether the file is read while the operation runs, by what is
// known of it.
func (r *Relation) Streams() bool { return r.reader != nil && r.reader.known != nil }

// Settle gives the error of an operation on the relation, or the fault that
// explains it: the file may have changed meanwhile, which spoils a result as well.
func (r *Relation) Settle(err error) error {
	if r.reader == nil {
		return err
	}
	return r.reader.unchanged(err)
}
