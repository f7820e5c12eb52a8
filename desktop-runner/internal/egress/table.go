package egress

import (
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

func (s *sealing) table(t finding.Table) error {
	switch t := t.(type) {
	case *finding.Schema:
		s.schema(t)
	case *finding.Sample:
		s.sample(t)
	case *finding.Profile:
		s.profile(t)
	case *finding.Estimates:
		if err := s.policy.Judge(t.Model); err != nil {
			return err
		}
		s.add(t.Name, t.Title, t.Columns, frame.Rows(t.Frame))
	case *finding.Correlations:
		return s.correlations(t)
	case *finding.Groups:
		if t.Model != nil {
			if err := s.policy.Judge(*t.Model); err != nil {
				return err
			}
		}
		s.groups(t)
	case *finding.Crosstab:
		s.crosstab(t)
	default:
		return fmt.Errorf("sealing: no rule for a table of type %T", t)
	}
	return nil
}

// Judge refuses a model from which a single row could be read: too few rows for
// its parameters, or a parameter that rests on a few rows alone. Operations ask
// before they compute, so that no error of theirs tells more than this refusal;
// Seal asks again.
func (p Policy) Judge(m finding.Fit) error {
	n := p.MinGroupSize()
	switch {
	case p.rows:
		return nil
	case m.Rows < n+m.Parameters:
		return p.refuse("a model with %d parameters of this data needs at least %d rows without missing values, and there are fewer: "+
			"the owner shares summaries of at least %d rows only. Use fewer columns, or more rows.", m.Parameters, n+m.Parameters, n)
	case m.Support < n:
		return p.refuse("fewer than %d rows differ in %s from all the others, so the model would show single rows, "+
			"and the owner shares summaries of at least %d rows only. Leave that column out.", n, m.SupportOf, n)
	case decisive(m.Leverages, n-1) >= 1:
		return p.refuse("fewer than %d rows may decide a coefficient by themselves, so the model would show single rows, "+
			"and the owner shares summaries of at least %d rows only. Use fewer columns, leave out those with a few extreme values, or use more rows.", n, n)
	}
	return nil
}

// decisive sums the largest leverages. Without some rows a coefficient is not
// determined exactly where their block of the hat matrix has the eigenvalue 1,
// which takes a trace of at least 1: below that, no such rows exist.
//
// Source: Belsley, Kuh and Welsch, "Regression Diagnostics" (1980), chapter 2.
func decisive(leverages []float64, rows int64) float64 {
	largest := slices.Clone(leverages)
	slices.Sort(largest)
	const rounding = 1e-9
	sum := rounding
	for _, h := range largest[max(0, int64(len(largest))-rows):] {
		sum += h
	}
	return sum
}

func (s *sealing) add(name, title string, columns []result.Column, rows [][]any) {
	if rows == nil {
		rows = [][]any{}
	}
	s.doc.Tables = append(s.doc.Tables, result.Table{
		Name: name, Title: title, Columns: columns, Rows: rows, TotalRows: int64(len(rows)),
	})
}

func (s *sealing) schema(t *finding.Schema) {
	rows := make([][]any, len(t.Columns))
	for i, c := range t.Columns {
		rows[i] = []any{c.Name, string(c.Type)}
	}
	s.add("schema", "Columns", []result.Column{{Name: "column", Type: result.Text}, {Name: "type", Type: result.Text}}, rows)
}

func (s *sealing) sample(t *finding.Sample) {
	if !s.policy.rows {
		s.note("The rows themselves are not shown: the owner shares this data as summaries only.")
		return
	}
	s.add(t.Name, t.Title, t.Columns, frame.Rows(t.Frame))
	s.doc.Tables[len(s.doc.Tables)-1].TotalRows = t.TotalRows
}

func (s *sealing) groups(t *finding.Groups) {
	rows := frame.Rows(t.Frame)
	sizes := groupSizes(t)
	withheld := s.withheldGroups(t)
	var kept [][]any
	for i, row := range rows {
		switch {
		case !withheld[i]:
			s.uneven(t, i, sizes[i], row)
		case t.Keyed:
			s.note("Groups of fewer than %d rows are left out, and as many others as it takes so that they cannot be calculated.", s.policy.MinGroupSize())
			continue
		default:
			cell := suppressed(sizes[i], s.policy.MinGroupSize())
			for j, c := range t.Columns {
				if !slices.Contains(t.Told, c.Name) {
					row[j] = cell
				}
			}
			s.withheldCells++
		}
		kept = append(kept, row)
	}
	s.add(t.Name, t.Title, t.Columns, kept)
}

// groupSizes gives the number of rows of each group.
func groupSizes(t *finding.Groups) []int64 {
	if t.Sizes != nil {
		return t.Sizes
	}
	column := frame.Column(t.Frame, t.Size)
	out := make([]int64, t.Frame.Nrow())
	for i := range out {
		out[i] = integer(frame.Cell(t.Frame, i, column))
	}
	return out
}

// uneven withholds the numbers of a group that may be those of a single row: the
// means of one that all but a few of its rows agree on, or that a few rows alone
// were the group of when the means were calculated; and counts of all but a few.
func (s *sealing) uneven(t *finding.Groups, group int, size int64, row []any) {
	few := t.Formed != nil && s.policy.hidesFew(t.Formed[group])
	hide := func(j int, with result.Suppressed) {
		row[j] = with
		s.withheldCells++
	}
	for j, c := range t.Columns {
		own := c.Name == t.Size || slices.Contains(t.Told, c.Name)
		varied, known := t.Varied[c.Name]
		switch part := integer(row[j]); {
		case !s.policy.rows && slices.Contains(t.Single, c.Name):
			hide(j, singleRow)
		case few && !own, known && s.policy.hidesFew(varied[group]):
			hide(j, smallGroup)
		case slices.Contains(t.Parts, c.Name) && s.policy.hidesFew(part):
			hide(j, smallGroup)
		case slices.Contains(t.Parts, c.Name) && s.policy.hidesFew(size-part):
			hide(j, complementary)
		}
	}
}

func (s *sealing) withheldGroups(t *finding.Groups) []bool {
	sizes := groupSizes(t)
	if s.policy.rows {
		return make([]bool, len(sizes))
	}
	n := s.policy.MinGroupSize()
	withheld := protect(append(slices.Clone(sizes), t.Outside), n)
	if t.Keyed {
		// How many rows are in no group may be told as a metric, and then what is
		// left of the groups must suffice by itself.
		for i, hidden := range protect(sizes, n) {
			withheld[i] = withheld[i] || hidden
		}
	}
	return withheld
}
