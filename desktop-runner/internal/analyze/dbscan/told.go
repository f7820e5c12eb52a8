package dbscan

import (
	"cmp"
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

// shown gives the groups that the table has, in the order of their numbers.
func (r *report) shown() []int {
	out := make([]int, r.g.K)
	for i := range out {
		out[i] = i
	}
	if len(out) > maxShown {
		slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(r.sizes[b], r.sizes[a]) })
		out = out[:maxShown]
		slices.Sort(out)
	}
	return out
}

// clusters is the table of the groups: their sizes, and the means of their rows.
func (r *report) clusters() (*finding.Groups, error) {
	t := &finding.Groups{
		Name: "clusters", Title: "Groups and their means", Size: "size", Told: []string{"cluster"}, Model: &r.model,
		Columns: []result.Column{{Name: "cluster", Type: result.Integer}, {Name: "size", Type: result.Integer}},
		Outside: int64(r.d.Rows), Varied: map[string][]int64{},
	}
	shown := r.shown()
	rows := make([][]any, len(shown))
	for i, group := range shown {
		rows[i] = []any{int64(group), r.sizes[group]}
		t.Outside -= r.sizes[group]
	}
	names := map[string]bool{"cluster": true, "size": true}
	for j, c := range r.d.Columns {
		name := c.Name
		for names[name] {
			name += " (mean)"
		}
		names[name] = true
		t.Columns = append(t.Columns, result.Column{Name: name, Type: result.Float, Unit: c.Unit})
		means := r.means(j)
		for i, group := range shown {
			rows[i] = append(rows[i], means[group])
		}
		if !r.points {
			differ := varied.ByGroup(r.d.Numbers[j], r.g.Labels, r.g.K)
			for _, group := range shown {
				t.Varied[name] = append(t.Varied[name], differ[group])
			}
		}
	}
	if !r.points {
		for _, group := range shown {
			t.Formed = append(t.Formed, r.sizes[group])
		}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

func (r *report) means(feature int) []float64 {
	out := make([]float64, r.g.K)
	for i, label := range r.g.Labels {
		if label >= 0 {
			out[label] += r.d.Numbers[feature][i] / float64(r.sizes[label])
		}
	}
	return out
}

// distances draws the sorted distances of rows to the neighbor that makes them
// one of the core. Each of them is that of one row.
func (r *report) distances() *finding.Points {
	s := result.Series{Name: "Distance"}
	for i, d := range r.far {
		s.X, s.Y = append(s.X, 100*float64(i+1)/float64(len(r.far))), append(s.Y, d)
	}
	return &finding.Points{Chart: result.Chart{
		Name: "k_distance", Type: result.Line, Title: fmt.Sprintf("Distance to the neighbor number %d", r.asked.MinSamples),
		X:      result.Axis{Title: "Rows, the nearest first (%)", Type: result.Float},
		Y:      result.Axis{Title: "Distance", Type: result.Float},
		Series: []result.Series{s},
	}}
}

// bend gives the distance at which the sorted ones are farthest below the
// straight line from the first to the last.
//
// Source: Satopää and others, "Finding a kneedle in a haystack" (2011).
func (r *report) bend() (at float64, ok bool) {
	if len(r.far) < 3 {
		return 0, false
	}
	first, last := r.far[0], r.far[len(r.far)-1]
	most := 0.0
	for i, d := range r.far {
		line := first + (last-first)*float64(i)/float64(len(r.far)-1)
		if line-d > most {
			most, at = line-d, d
		}
	}
	return at, most > 0 && at > 0
}
