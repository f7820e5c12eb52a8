package filter

import (
	"context"
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// pieces are in how many a filter groups its rows, one try after another; zero
// finds out. Of groups that it spills, the engine keeps an index in memory, a
// thirteenth of their size, and has no memory left when it has spilled about six
// times as much as it may have (measured, DuckDB 1.5.5, keys of 32 characters).
var pieces = []int{0, 8, 64}

const (
	// groupBytes is what one group takes where it is spilled, and spillable how many
	// times the memory may be spilled with something to spare.
	groupBytes = 110
	spillable  = 3
	// usualMemory is the engine's where the owner sets none.
	usualMemory = 1 << 30
)

// piecesFor gives the number of pieces for groups by keys. Groups that are few
// need no piece, however many the rows.
func (q *query) piecesFor(ctx context.Context, keys []string, where string) (int, error) {
	memory, spilled := q.step.MemoryBytes, q.step.Rows*groupBytes
	if memory <= 0 {
		memory = usualMemory
	}
	if len(keys) == 0 || spilled <= spillable*memory {
		return 1, nil
	}
	rows, err := q.step.DB.Rows(ctx, q.statement("SELECT approx_count_distinct(hash("+strings.Join(keys, ", ")+")) FROM "+q.last+where), q.list...)
	if err != nil {
		return 0, err
	}
	if whole(rows[0][0])*groupBytes <= memory/2 {
		return 1, nil
	}
	return int(min(spilled/(spillable*memory)+1, int64(pieces[len(pieces)-1]))), nil
}

// runInPieces runs a filter, and where there are too many groups for the memory,
// again by pieces of its rows. Each reads the source again.
func runInPieces(ctx context.Context, s *step.Step, p *operation.FilterParams) (f finding.Finding, err error) {
	for _, n := range pieces {
		f, err = attempt(ctx, s, p, n)
		if engine.KindOf(err) != engine.OutOfMemory || len(p.GroupBy) == 0 {
			break
		}
	}
	return f, err
}

func attempt(ctx context.Context, s *step.Step, p *operation.FilterParams, pieces int) (finding.Finding, error) {
	q, err := newQuery(ctx, s, p)
	if err != nil {
		return finding.Finding{}, err
	}
	q.pieces = pieces
	s.Tracker.Stage("filtering", 0.4, 0.95)
	if err := q.compile(ctx); err != nil {
		return finding.Finding{}, err
	}
	return q.run(ctx)
}

// groupsByPieces is groups, for rows that are divided by their keys.
func (q *query) groupsByPieces(ctx context.Context, columns []result.Column, list, keys []string, where string) error {
	table := engine.Identifier("grouped")
	for i := range q.pieces {
		piece := q.clone()
		// Other bits of the hash than those by which the engine divides.
		own := fmt.Sprintf("(hash(%s) >> 32) %% %d = %d", strings.Join(keys, ", "), q.pieces, i)
		if where == "" {
			own = " WHERE " + own
		} else {
			own = where + " AND " + own
		}
		piece.groups(columns, list, keys, own)
		into := "INSERT INTO " + table + " "
		if i == 0 {
			into = "CREATE OR REPLACE TEMP TABLE " + table + " AS "
		}
		text := piece.statement("SELECT " + source.List(columns) + ", " + q.size + " FROM " + piece.last)
		if _, err := q.step.DB.Exec(ctx, into+text, piece.list...); err != nil {
			return err
		}
		q.step.Tracker.Advance(float64(i+1) / float64(q.pieces+1))
	}
	q.parts, q.list, q.last = nil, nil, table
	q.add(columns, "SELECT "+source.List(columns)+", row_number() OVER ("+orderBy(keys)+") AS "+q.place+", "+q.size+" FROM "+table)
	q.ordered, q.sized = true, true
	return nil
}
