package kmeans

import (
	"fmt"
	"math"

	"ddap/desktop-runner/internal/analyze/kmeans/lloyd"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

// trial is the rows divided into one number of groups.
type trial struct {
	k int
	c *lloyd.Clustering
	// score is the silhouette, which rests on so many rows.
	score  float64
	scored int
	// told means that its numbers may be compared with those of others: what the
	// inertia loses by one more group of a few rows would tell of these rows.
	told bool
}

// take keeps a trial where its groups are further apart than those before.
func (r *report) take(t trial) {
	better := t.told && (!r.told || t.score > r.score || math.IsNaN(r.score))
	if r.c == nil || better {
		r.trial = t
	}
	t.c = &lloyd.Clustering{Inertia: t.c.Inertia, Apart: t.c.Apart, Iterations: t.c.Iterations}
	r.tried = append(r.tried, t)
}

// elbow compares the trials in a table and in pictures, and says which is
// suggested and why.
func (r *report) elbow(f *finding.Finding) (err error) {
	t := &finding.Estimates{
		Name: "elbow", Title: "Numbers of groups, compared", Model: r.model,
		Columns: []result.Column{
			{Name: "n_clusters", Type: result.Integer}, {Name: "inertia", Type: result.Float},
			{Name: "silhouette_score", Type: result.Float}, {Name: "n_iter", Type: result.Integer},
		},
	}
	var rows [][]any
	withheld := false
	inertia := result.Series{Name: "inertia", X: []any{}, Y: []any{}}
	silhouette := result.Series{Name: "silhouette_score", X: []any{}, Y: []any{}}
	for _, tried := range r.tried {
		k, within, score := int64(tried.k), tried.c.Inertia, tried.score
		if !tried.told {
			within, score, withheld = math.NaN(), math.NaN(), true
		}
		rows = append(rows, []any{k, within, score, int64(tried.c.Iterations)})
		if tried.told {
			inertia.X, inertia.Y = append(inertia.X, k), append(inertia.Y, within)
		}
		if !math.IsNaN(score) {
			silhouette.X, silhouette.Y = append(silhouette.X, k), append(silhouette.Y, score)
		}
	}
	if t.Frame, err = frame.New(t.Columns, rows); err != nil {
		return err
	}
	f.Tables = append(f.Tables, t)
	for _, s := range []struct {
		name, title string
		series      result.Series
	}{
		{"elbow", "Inertia by number of groups", inertia},
		{"silhouette", "Silhouette by number of groups", silhouette},
	} {
		if len(s.series.X) == 0 {
			continue
		}
		f.Charts = append(f.Charts, &finding.Curves{Model: r.model, Chart: result.Chart{
			Name: s.name, Type: result.Line, Title: s.title,
			X:      result.Axis{Title: "n_clusters", Type: result.Integer},
			Y:      result.Axis{Title: s.series.Name, Type: result.Float},
			Series: []result.Series{s.series},
		}})
	}
	f.Notes = append(f.Notes, r.suggestion())
	if withheld {
		f.Notes = append(f.Notes, "Inertia and silhouette are not told of numbers of groups by which a group would be too small.")
	}
	return nil
}

func (r *report) suggestion() string {
	if math.IsNaN(r.score) || !r.told {
		return fmt.Sprintf("%d groups were made: nothing speaks for another number.", r.k())
	}
	out := fmt.Sprintf("%d groups are suggested: of the numbers tried, their silhouette is the largest, so they are most apart.", r.k())
	if bend := r.bend(); bend != 0 && bend != r.k() {
		out += fmt.Sprintf(" The inertia has its elbow at %d, from where further groups gain less.", bend)
	}
	return out
}

// bend gives the number of groups at which the inertia is farthest below the
// straight line from its first to its last value; 0 where there is none.
//
// Source: Satopää and others, "Finding a kneedle in a haystack" (2011).
func (r *report) bend() (k int) {
	var told []trial
	for _, t := range r.tried {
		if t.told {
			told = append(told, t)
		}
	}
	if len(told) < 3 {
		return 0
	}
	first, last := told[0], told[len(told)-1]
	slope := (last.c.Inertia - first.c.Inertia) / float64(last.k-first.k)
	farthest := 0.0
	for _, t := range told {
		line := first.c.Inertia + slope*float64(t.k-first.k)
		if below := line - t.c.Inertia; below > farthest {
			farthest, k = below, t.k
		}
	}
	return k
}
