package filter

import (
	"context"
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/engine"
	"ddap/shared/result"
)

// resampleProtected is resample for rows that their owner shares as summaries
// only: a group-by whose key is the span of time.
//
// Nothing depends on the first or the last time, which is that of single rows:
// spans of fixed length are counted from 1970-01-01 (origin="epoch" in pandas),
// there are none without rows, and times that are not within the years 1 to 9999
// are left out.
func (q *query) resampleProtected(ctx context.Context, r *resampling) error {
	on := "CAST(" + engine.Identifier(r.on.Name) + " AS TIMESTAMP)"
	const within = " BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-30'"
	q.rows(q.columns, plain(q.columns), " WHERE "+present(append(slices.Clone(r.by), r.on))+" AND "+on+within)
	start := "date_trunc('" + r.span.Calendar + "', " + on + ")"
	if r.span.Calendar == "" {
		length := r.span.Fixed.Microseconds()
		into := fmt.Sprintf("((epoch_us(%s) %% %d + %d) %% %d)", on, length, length, length)
		if r.Closed == "right" {
			into = fmt.Sprintf("CASE WHEN %s = 0 THEN %d ELSE %s END", into, length, into)
		}
		start = on + " - to_microseconds(" + into + ")"
	}
	columns := append(slices.Clone(q.columns), result.Column{Name: hiddenName(q.columns, "span"), Type: r.label})
	span := columns[len(columns)-1]
	q.rows(columns, append(plain(q.columns), r.named("("+start+")")), "")
	if err := distinctNames("params.resample.aggregates", []result.Column{r.on}, titles(r.Aggregates)); err != nil {
		return err
	}
	if err := q.groupBy(ctx, "params.resample.by", append(slices.Clone(r.By), span.Name), "params.resample.aggregates", r.Aggregates, ""); err != nil {
		return err
	}
	columns = slices.Clone(q.columns)
	columns[len(r.By)].Name = r.On
	q.rows(columns, plain(q.columns), "")
	return nil
}
