package source

import (
	"context"
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// reader knows how one file is read.
type reader struct {
	db            *engine.DB
	dataset, path string
	format        plan.Format
	dialect       dialect
}

// column is a column of a file: how it is called, its type, and the expression
// that reads it.
type column struct {
	result.Column
	expression string
}

// FormatOf guesses a file's format from its name; false where the ending says nothing.
func FormatOf(path string) (plan.Format, bool) { return plan.FormatOf(path) }

// prepare looks at the file without the engine: whether it is what its format
// says, and for CSV how it is written.
func (r *reader) prepare() error {
	if err := checkContent(r.path, r.format); err != nil {
		return r.unreadable(err.Error())
	}
	if r.format != plan.CSV {
		return nil
	}
	d, err := detectDialect(r.path)
	if err != nil {
		return r.unreadable(err.Error())
	}
	r.dialect = d
	return nil
}

// read hands the columns and the FROM clause to use, which reads the file. Types
// come from the first rows; when a later row does not fit them, all rows are
// looked at and use is called again.
func (r *reader) read(ctx context.Context, use func(columns []column, from string) error) error {
	var err error
	for _, from := range r.attempts() {
		var columns []column
		if columns, err = r.columns(ctx, from); err == nil {
			err = use(columns, from)
		}
		if err == nil || engine.KindOf(err) != engine.Unreadable {
			return err
		}
	}
	return r.explain(err)
}

func (r *reader) attempts() []string {
	path := engine.Path(r.path)
	switch r.format {
	case plan.Parquet:
		return []string{"read_parquet(" + path + ", hive_partitioning = false)"}
	case plan.JSON:
		// Fields that first appear after the sample would be an error, so the
		// whole file is looked at.
		return []string{"read_json(" + path + ", sample_size = -1, hive_partitioning = false)"}
	default:
		csv := "read_csv(" + path + ", delim = " + engine.Literal(string(r.dialect.delimiter)) +
			`, quote = '"', escape = '"', comment = '', skip = 0, strict_mode = true, null_padding = false` +
			", ignore_errors = false, hive_partitioning = false, compression = 'none'"
		return []string{csv + ")", csv + ", sample_size = -1)"}
	}
}

func (r *reader) columns(ctx context.Context, from string) ([]column, error) {
	names, types, err := r.db.Columns(ctx, "SELECT * FROM "+from)
	if err != nil {
		return nil, err
	}
	if r.format == plan.CSV && len(names) != r.dialect.fields {
		return nil, r.unreadable(fmt.Sprintf("its header has %d fields but %d columns were found; check the quotes and separators", r.dialect.fields, len(names)))
	}
	if len(names) > maxColumns {
		return nil, r.unreadable(tooWide(len(names)).Error())
	}
	out := make([]column, len(names))
	for i, name := range names {
		if err := checkName(i, name); err != nil {
			return nil, r.unreadable(err.Error())
		}
		if out[i], err = r.normalize(ctx, name, types[i], from); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// What a server takes of one dataset. A file beyond it would make the server
// refuse the list of all datasets, and the engine takes minutes for it.
const (
	maxColumns    = 10_000
	maxNameLength = 1000
)

func tooWide(columns int) error {
	return fmt.Errorf("it has %d columns where %d are allowed; put what repeats into rows", columns, maxColumns)
}

func checkName(i int, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fmt.Errorf("column %d has no name; give every column a name", i+1)
	case len(name) > maxNameLength:
		return fmt.Errorf("the name of column %d has more than %d characters; check the line ends and quotes", i+1, maxNameLength)
	case strings.ContainsRune(name, 0):
		return fmt.Errorf("the name of column %d has a character that is no text (NUL); rename it", i+1)
	default:
		return nil
	}
}

// normalize maps a type of DuckDB's to one of ours, and reads the values
// accordingly.
func (r *reader) normalize(ctx context.Context, name, databaseType, from string) (column, error) {
	quoted := engine.Identifier(name)
	as := func(t result.Type, expression string) (column, error) {
		return column{result.Column{Name: name, Type: t}, expression}, nil
	}
	base, _, _ := strings.Cut(databaseType, "(")
	switch base {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
		return as(result.Integer, quoted)
	case "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM":
		fits, err := r.fitsInteger(ctx, quoted, from)
		if err != nil {
			return column{}, err
		}
		if fits {
			return as(result.Integer, "CAST("+quoted+" AS BIGINT)")
		}
		return as(result.Text, "CAST("+quoted+" AS VARCHAR)")
	case "FLOAT", "DOUBLE":
		return as(result.Float, "CASE WHEN isnan("+quoted+") THEN NULL ELSE "+quoted+" END")
	case "DECIMAL":
		if strings.HasSuffix(databaseType, "]") {
			return as(result.Other, quoted)
		}
		return as(result.Float, quoted)
	case "BOOLEAN":
		return as(result.Boolean, quoted)
	case "DATE":
		return as(result.Date, quoted)
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return as(result.Timestamp, "CAST("+quoted+" AS TIMESTAMP)")
	case "TIMESTAMP WITH TIME ZONE":
		return as(result.Timestamp, "CAST("+quoted+" AT TIME ZONE 'UTC' AS TIMESTAMP)")
	case "TIME":
		return as(result.Time, quoted)
	case "VARCHAR", "UUID", "ENUM":
		return as(result.Text, "CAST("+quoted+" AS VARCHAR)")
	case "JSON":
		return as(result.Text, quoted+" ->> '$'")
	default:
		return as(result.Other, quoted)
	}
}

func (r *reader) fitsInteger(ctx context.Context, quoted, from string) (bool, error) {
	rows, err := r.db.Rows(ctx, "SELECT count(*) FROM "+from+" WHERE "+quoted+" IS NOT NULL AND TRY_CAST("+quoted+" AS BIGINT) IS NULL")
	if err != nil {
		return false, err
	}
	return rows[0][0] == int64(0), nil
}

func (r *reader) unreadable(what string) error {
	return fault.New("source.Open", fault.Invalid, string(task.SourceUnreadable), "%s: %s", r.dataset, what)
}

func plain(columns []column) []result.Column {
	out := make([]result.Column, len(columns))
	for i, c := range columns {
		out[i] = c.Column
	}
	return out
}

func expressions(columns []column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.expression + " AS " + engine.Identifier(c.Name)
	}
	return strings.Join(out, ", ")
}
