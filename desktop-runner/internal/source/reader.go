package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// reader knows how one dataset is read: a file, or several of one form.
type reader struct {
	db      *engine.DB
	dataset string
	file    plan.File
	room    int64
	// texts are the files, where they are values as text.
	texts []*text
	// sheets are the files, where they are workbooks.
	sheets []*sheet
	// index tells this dataset's tables from those of others.
	index int
	// looking is the number of the file whose columns are looked for; zero where
	// that is over.
	looking int
	// detect lets the engine find the types of JSON again in each statement.
	detect bool
	// known is what the files are read by, nil where they are looked at; fields and
	// gaps are what was found of them, for learn.
	known  *plan.Known
	fields [][]plan.KnownColumn
	gaps   bool
	// stamp is that of the files at the beginning, see sharepath.Stamp.
	stamp string
	// stamps tell by size and time of change whether a file is as it was.
	stamps []string
}

// column is a column of a file: how it is called, its type, and the expression
// that reads it.
type column struct {
	result.Column
	expression string
}

// newReader looks at the files without the engine: whether they are what their
// format says, and for text how it is written.
func newReader(ctx context.Context, db *engine.DB, index int, dataset string, file plan.File, limits plan.Limits) (*reader, error) {
	r := &reader{db: db, dataset: dataset, file: file, room: limits.DiskBytes, index: index}
	if r.room <= 0 {
		r.room = defaultRoom
	}
	r.stamps, r.stamp = stampsOf(file.Paths()), sharepath.Stamp(file.Paths()).Stamp
	r.known = recall(file, r.stamp)
	for i, path := range file.Paths() {
		path = db.PathOf(path)
		t := &text{reading: file.Reading, path: path, text: path, number: i + 1, of: len(file.Paths()), prefix: fmt.Sprintf("input%d", index)}
		if err := checkContent(path, file.Format); err != nil {
			return nil, r.unchanged(r.unreadable(t.where() + err.Error()))
		}
		if file.Format != plan.CSV {
			continue
		}
		find := t.prepare
		if r.known != nil {
			find = func(ctx context.Context, folder string, room int64) error {
				return t.recall(ctx, r.known.Texts[i], folder, room)
			}
		}
		if err := find(ctx, db.WorkDir(), r.room); err != nil {
			return nil, r.unchanged(r.trouble(ctx, t, err))
		}
		r.texts = append(r.texts, t)
	}
	if file.Format == plan.XLSX {
		if err := r.openSheets(ctx, limits); err != nil {
			r.close()
			return nil, r.unchanged(err)
		}
	}
	return r, nil
}

// defaultRoom is how much a file may have as it is written anew, where the owner
// set no limit; it is the engine's for what it spills.
const defaultRoom = 10 << 30

// trouble makes a fault of an error of a file.
func (r *reader) trouble(ctx context.Context, t *text, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, errRoom):
		return unreadableRoom(r.dataset)
	default:
		return r.unreadable(t.where() + err.Error())
	}
}

// maxRefits is how often use is tried again: for the encoding, for the line ends,
// for the types, of a few files.
const maxRefits = 12

// read hands the columns and the FROM clause to use, which reads the dataset.
// Types come from the first rows; when a later row does not fit them, all rows
// are looked at and use is called again.
func (r *reader) read(ctx context.Context, use func(columns []column, from string) error) error {
	var err error
	for range maxRefits {
		var columns []column
		var from string
		if columns, from, err = r.columns(ctx); err != nil {
			break
		}
		err = use(columns, from)
		switch {
		case r.stale(err):
			return errMisknown
		case err == nil || !mayBeDamage(r.file.Format, err):
			return err
		}
		// The engine may have found a form of dates that its types do not tell.
		again := r.file.Format == plan.JSON && !r.detect
		r.detect = true
		for _, t := range r.texts {
			changed, wrong := t.refit(ctx, err.Error(), r.db.WorkDir(), r.room)
			if wrong != nil {
				return r.trouble(ctx, t, wrong)
			}
			again = again || changed
		}
		if !again {
			break
		}
	}
	return r.explain(ctx, err)
}

// unchanged gives an error where a file was written to while it was read, or another
// has taken its place: what was read is then neither what it was nor what it
// becomes. It goes before what else went wrong, which that may have caused.
func (r *reader) unchanged(err error) error {
	if engine.KindOf(err) == engine.Interrupted || slices.Equal(r.stamps, stampsOf(r.file.Paths())) && r.db.InPlace(r.file.Paths()) {
		return err
	}
	return r.unreadable("it changed while it was read; try again when nothing writes to it, and let programs that do write a new file and then rename it")
}

func stampsOf(paths []string) []string {
	out := make([]string, len(paths))
	for i, path := range paths {
		if info, err := os.Stat(path); err == nil {
			out[i] = fmt.Sprint(info.Size(), info.ModTime().UnixNano())
		}
	}
	return out
}

func (r *reader) columns(ctx context.Context) ([]column, string, error) {
	var columns []column
	var from string
	var err error
	switch r.file.Format {
	case plan.CSV:
		columns, from, err = r.textColumns()
	case plan.XLSX:
		columns, from, err = r.sheetColumns(ctx)
	default:
		columns, from, err = r.typedColumns(ctx)
	}
	if err != nil {
		return nil, "", err
	}
	if len(columns) > maxColumns {
		return nil, "", r.unreadable(tooWide(len(columns)).Error())
	}
	for i, c := range columns {
		if err := checkName(i, c.Name); err != nil {
			return nil, "", r.unreadable(err.Error())
		}
	}
	return columns, from, nil
}

// textColumns brings the files to the same columns, found by name, each of a
// kind that has the values of all.
func (r *reader) textColumns() ([]column, string, error) {
	names, kinds := r.texts[0].names, map[string]kind{}
	for _, t := range r.texts {
		if err := sameNames(names, t.names); err != nil {
			return nil, "", r.unreadable(t.where() + err.Error())
		}
		for i, name := range t.names {
			k, known := kinds[name]
			if !known {
				k = kindEmpty
			}
			kinds[name] = k.join(t.kinds[i])
		}
	}
	columns, sources := make([]column, len(names)), make([]string, len(r.texts))
	for i, name := range names {
		columns[i] = kinds[name].column(name, r.known != nil)
	}
	for i, t := range r.texts {
		for j, name := range t.names {
			t.kinds[j] = kinds[name]
		}
		sources[i] = t.from()
	}
	return columns, union(names, sources), nil
}

// typedColumns takes the columns as the engine finds them in files that say
// their types.
func (r *reader) typedColumns(ctx context.Context) ([]column, string, error) {
	var columns []column
	var names, sources []string
	r.fields = nil
	for i, path := range r.file.Paths() {
		path, r.looking = r.db.PathOf(path), i+1
		from := "read_parquet(" + engine.Path(path) + ", hive_partitioning = false)"
		if r.file.Format == plan.JSON {
			// Fields that first appear after the sample would be an error, so the
			// whole file is looked at.
			from = "read_json(" + engine.Path(path) + ", sample_size = -1, hive_partitioning = false)"
		}
		own, types, err := r.knownFields(ctx, i, from)
		if err != nil {
			return nil, "", err
		}
		typed := false
		if r.file.Format == plan.JSON && !r.detect {
			from, typed = typedJSON(path, own, types, from)
		}
		where := (&text{number: i + 1, of: len(r.file.Paths())}).where()
		if i == 0 {
			names = own
		} else if err := sameNames(names, own); err != nil {
			return nil, "", r.unreadable(where + err.Error())
		}
		found := make([]column, len(own))
		for j, name := range own {
			if found[j], err = r.normalize(ctx, name, types[j], from); err != nil {
				return nil, "", err
			}
		}
		if i == 0 {
			columns = found
		}
		if typed {
			r.note(types, found)
		}
		for _, c := range found {
			first := columns[slices.Index(names, c.Name)]
			if first.Type != c.Type {
				return nil, "", r.unreadable(fmt.Sprintf("%sthe column %q has the type %s, and %s in the first file; write all files with the same types", where, c.Name, c.Type, first.Type))
			}
		}
		sources = append(sources, from)
	}
	r.looking = 0
	return columns, union(names, sources), r.overrideTypes(columns)
}

// typedJSON reads a file with the types that the engine has found in all of it:
// finding them takes several times as long as reading, and each statement would
// do so again. It gives back from where a name may not be that of a field.
func typedJSON(path string, names, types []string, from string) (string, bool) {
	list := make([]string, len(names))
	for i, name := range names {
		if renamed(name, names) || name == "json" {
			return from, false
		}
		list[i] = engine.Literal(name) + ": " + engine.Literal(types[i])
	}
	return "read_json(" + engine.Path(path) + ", columns = {" + strings.Join(list, ", ") + "}, format = 'auto', hive_partitioning = false)", true
}

// renamed reports whether the engine may have put a number behind a name because
// another field has the same one in other letter case.
func renamed(name string, names []string) bool {
	cut := strings.LastIndexByte(name, '_')
	return cut > 0 && slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(other, name[:cut]) })
}

// overrideTypes puts the owner's types in place of those of the files.
func (r *reader) overrideTypes(columns []column) error {
	for name, as := range r.file.Reading.Types {
		i := slices.IndexFunc(columns, func(c column) bool { return c.Name == name })
		if i < 0 {
			return r.unreadable(operation.UnknownName("types", "column", name, NamesOf(plain(columns))).Message)
		}
		columns[i].Type, columns[i].expression = as, "CAST("+columns[i].expression+" AS "+databaseTypes[as]+")"
	}
	return nil
}

// union reads several sources one after the other, columns by name.
func union(names, sources []string) string {
	if len(sources) == 1 {
		return sources[0]
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = engine.Identifier(name)
	}
	for i, from := range sources {
		sources[i] = "SELECT " + strings.Join(list, ", ") + " FROM " + from
	}
	return "(" + strings.Join(sources, " UNION ALL ") + ")"
}

// sameNames says which column one file has and the other has not.
func sameNames(first, own []string) error {
	for _, name := range first {
		if !slices.Contains(own, name) {
			return fmt.Errorf("the column %q is missing, which the first file has; all files need the same columns", name)
		}
	}
	for _, name := range own {
		if !slices.Contains(first, name) {
			return fmt.Errorf("it has a column %q, which the first file has not; all files need the same columns", name)
		}
	}
	return nil
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

// notes say, for the reader of a result, which columns are text because their
// values can be read in two ways. They name columns, which everybody may know. How
// text was taken is told to whoever sent it only: of a shared file the owner sees
// it, and it depends on values.
func (r *reader) notes() []string {
	var out, unsure []string
	if r.file.Uploaded && len(r.texts) > 0 {
		out = append(out, fmt.Sprintf("%s was read as %s.", r.dataset, r.guess()))
	}
	for _, t := range r.texts {
		unsure = append(unsure, t.unsure...)
	}
	for _, s := range r.sheets {
		unsure = append(unsure, s.unsure...)
	}
	for _, u := range unsure {
		if n := "Column " + u + "."; !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// guess says in words how the first file was taken; empty where nothing is guessed.
func (r *reader) guess() string {
	switch {
	case len(r.texts) > 0:
		return r.texts[0].guess()
	case len(r.sheets) > 0:
		return r.sheets[0].guess()
	default:
		return ""
	}
}

// layout is the part of the guess that every line shows.
func (r *reader) layout() string {
	if len(r.texts) == 0 {
		return ""
	}
	return r.texts[0].layout()
}
