package result

import (
	"fmt"
	"math"
	"regexp"

	"ddap/shared/fault"
)

// Check looks whether the document keeps to its own rules: a known version,
// named tables and charts, rows as wide as their columns, cells and points of
// the kinds that are allowed, series as long on x as on y. The error is an
// Invalid fault that names each place, below "result".
func (d *Document) Check() error {
	c := checker{}
	c.when(d.Version != Version, "result.version", "must be %d, not %d", Version, d.Version)
	c.when(d.Kind == "", "result.kind", "is required")
	c.manifest(d.Manifest)
	names := map[string]bool{}
	for i, t := range d.Tables {
		at := fmt.Sprintf("result.tables[%d]", i)
		c.name(at, t.Name, names)
		c.table(at, t)
	}
	names = map[string]bool{}
	for i, ch := range d.Charts {
		at := fmt.Sprintf("result.charts[%d]", i)
		c.name(at, ch.Name, names)
		for j, s := range ch.Series {
			c.series(fmt.Sprintf("%s.series[%d]", at, j), s)
		}
	}
	if len(c.fields) == 0 {
		return nil
	}
	return fault.BadFields("result.Check", "invalid_result", c.fields...)
}

// maxReported keeps the report of a thoroughly broken document short.
const maxReported = 20

type checker struct{ fields []fault.Field }

func (c *checker) when(bad bool, path, format string, args ...any) {
	if bad && len(c.fields) < maxReported {
		c.fields = append(c.fields, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) name(at, name string, seen map[string]bool) {
	c.when(name == "", at+".name", "is required")
	c.when(seen[name], at+".name", "%q stands twice", name)
	seen[name] = true
}

func (c *checker) manifest(m *Manifest) {
	if m == nil {
		return
	}
	c.when((m.SHA256 != "") != (m.SHA256State == HashKnown), "result.manifest.sha256", "must be there where sha256_state is %q, and only there", HashKnown)
	c.when(m.SHA256 != "" && !sha256Digits.MatchString(m.SHA256), "result.manifest.sha256", "must have 64 digits from 0 to 9 and a to f")
	c.when(m.Rows != nil && *m.Rows < 0, "result.manifest.rows", "must not be below 0")
	c.when(m.Bytes != nil && *m.Bytes < 0, "result.manifest.bytes", "must not be below 0")
	c.when(len(m.Columns) > min(m.ColumnCount, MaxManifestColumns), "result.manifest.columns", "has %d of %d columns; at most %d are listed",
		len(m.Columns), m.ColumnCount, MaxManifestColumns)
}

var sha256Digits = regexp.MustCompile("^[0-9a-f]{64}$")

func (c *checker) table(at string, t Table) {
	c.when(t.TotalRows < int64(len(t.Rows)), at+".total_rows", "is %d but there are %d rows", t.TotalRows, len(t.Rows))
	for i, row := range t.Rows {
		c.when(len(row) != len(t.Columns), fmt.Sprintf("%s.rows[%d]", at, i), "has %d cells for %d columns", len(row), len(t.Columns))
		for j, cell := range row {
			c.when(!validCell(cell), fmt.Sprintf("%s.rows[%d][%d]", at, i, j), "is not a cell: "+cellKinds)
		}
	}
}

func (c *checker) series(at string, s Series) {
	c.when(len(s.X) != len(s.Y), at, "has %d values on x and %d on y", len(s.X), len(s.Y))
	c.when(s.Edges != nil && len(s.Edges) != len(s.X)+1, at+".edges", "must be one more than the bins")
	for i := range s.X {
		c.when(!validCell(s.X[i]), fmt.Sprintf("%s.x[%d]", at, i), "is not a value: "+cellKinds)
	}
	for i := range s.Y {
		c.when(!validCell(s.Y[i]), fmt.Sprintf("%s.y[%d]", at, i), "is not a value: "+cellKinds)
	}
}

// cellKinds says what validCell takes.
const cellKinds = "must be text, a number, true, false, null or a suppressed cell"

func validCell(cell any) bool {
	switch v := cell.(type) {
	case nil, bool, string, Number, int, int64, Suppressed:
		return true
	case float64:
		return !math.IsNaN(v) && !math.IsInf(v, 0)
	case map[string]any:
		_, ok := SuppressedReason(v)
		return ok && len(v) == 1
	default:
		return false
	}
}
