package source

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// defaultNA is pandas' own list of what stands for a missing value (1.5.3,
// read_csv, na_values), beside an empty field.
var defaultNA = []string{
	"#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
	"<NA>", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null",
}

// text is one file of values as text: what it is, and how it is read.
type text struct {
	reading plan.Reading
	// path is the file, text what is read of it: path itself, or how it was
	// written anew in the task's folder. number tells files of a dataset apart.
	path, text string
	number, of int
	// prefix tells files of several inputs apart in the task's folder.
	prefix   string
	encoding string
	dialect  dialect
	header   bool
	names    []string
	kinds    []kind
	// unsure says of columns what could not be decided, by name.
	unsure []string
	// whole: all records were looked at, not just the first.
	whole bool
	// serial: one thread reads the file.
	serial bool
	// sure: every value is known to fit the kind of its column, and of the texts for
	// a missing value only the occurring ones matter.
	sure      bool
	occurring []string
}

// where begins a sentence about one of several files.
func (t *text) where() string {
	if t.of < 2 {
		return ""
	}
	return fmt.Sprintf("file %d of %d in the order of their names: ", t.number, t.of)
}

// prepare finds out how the file is written. What the engine cannot read as it
// is, is written anew into folder.
func (t *text) prepare(ctx context.Context, folder string, room int64) error {
	head, err := peek(t.path, sampleBytes)
	if err != nil {
		return errors.New("the file could not be opened")
	}
	if t.encoding == "" {
		if t.encoding = t.reading.Encoding; t.encoding == "" {
			t.encoding = detectEncoding(head)
		}
	}
	if t.text == t.path && (t.encoding != utf8Name || oddLineEnds(head)) {
		return t.rewrite(ctx, folder, room)
	}
	return t.look(ctx, folder, room)
}

func (t *text) rewrite(ctx context.Context, folder string, room int64) error {
	if err := t.writeAnew(ctx, folder, room); err != nil {
		return err
	}
	return t.look(ctx, folder, room)
}

func (t *text) writeAnew(ctx context.Context, folder string, room int64) error {
	if folder == "" {
		return errRoom
	}
	t.text = filepath.Join(folder, t.prefix+"-"+strconv.Itoa(t.number)+".csv")
	return rewrite(ctx, t.path, t.text, t.encoding, room)
}

func (t *text) look(ctx context.Context, folder string, room int64) error {
	head, err := peek(t.text, sampleBytes)
	if err != nil {
		return errors.New("the file could not be opened")
	}
	if t.dialect, err = detectDialect(t.text, head, t.reading.Delimiter); err != nil {
		return err
	}
	if t.dialect.fields == 1 && t.text == t.path && hasBlankLines(ctx, t.path) {
		// For the engine, a blank line would be a row.
		return t.rewrite(ctx, folder, room)
	}
	if err := t.sniff(ctx, sniffRecords); err != nil {
		return err
	}
	if len(t.unsure) > 0 && !t.whole {
		return t.sniff(ctx, 0)
	}
	return nil
}

// oddLineEnds tells whether lines end in a way that the engine does not read:
// with a carriage return alone, or in several ways.
func oddLineEnds(head []byte) bool {
	feeds, returns, both := bytes.Count(head, []byte("\n")), bytes.Count(head, []byte("\r")), bytes.Count(head, []byte("\r\n"))
	if len(head) == sampleBytes && head[len(head)-1] == '\r' {
		returns-- // its line feed may follow
	}
	return returns != both || both != 0 && feeds != both
}

func hasBlankLines(ctx context.Context, path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	// Each piece is looked at with the end of the one before.
	const overlap = 2
	in, buffer, kept := heeding{ctx, f}, make([]byte, overlap+rewriteBytes), 1
	buffer[0] = '\n'
	for {
		n, err := in.Read(buffer[kept:])
		piece := buffer[:kept+n]
		if bytes.Contains(piece, []byte("\n\n")) || bytes.Contains(piece, []byte("\n\r\n")) {
			return true
		}
		if err != nil {
			return false
		}
		kept = copy(buffer, piece[max(0, len(piece)-overlap):])
	}
}

// sniffRecords is how many records decide on the types of columns. Where a later
// one does not fit, all are looked at.
const sniffRecords = 10_000

// sniff reads the first records, or all of them where limit is zero, and tells
// header and kinds by them.
func (t *text) sniff(ctx context.Context, limit int) error {
	f, err := os.Open(t.text)
	if err != nil {
		return errors.New("the file could not be opened")
	}
	defer f.Close()
	in := csv.NewReader(heeding{ctx, skipBOM(f)})
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = rune(t.dialect.delimiter), -1, true
	first, err := in.Read()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return errors.New("its first line could not be read; check the quotes and separators there")
	}
	first = slices.Clone(first)
	missing, tallies := missingTexts(t.reading), make([]tally, t.dialect.fields)
	for n := 0; ; n++ {
		record, err := in.Read()
		// What is wrong with a record, the engine and checkStructure say.
		if t.whole = errors.Is(err, io.EOF); err != nil || limit > 0 && n == limit {
			break
		}
		for i, cell := range record {
			if i < len(tallies) && !missing[cell] {
				tallies[i].add(cell)
			}
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return t.conclude(first, tallies, missing)
}

func skipBOM(f *os.File) io.Reader {
	head := make([]byte, len(utf8BOM))
	if n, _ := io.ReadFull(f, head); n < len(head) || !bytes.Equal(head, utf8BOM) {
		_, _ = f.Seek(0, io.SeekStart) // it was just opened
	}
	return f
}

// missingTexts are the texts that stand for a missing value.
func missingTexts(reading plan.Reading) map[string]bool {
	out := map[string]bool{"": true}
	for _, na := range naValues(reading) {
		out[na] = true
	}
	return out
}

func naValues(reading plan.Reading) []string {
	if reading.NAValues != nil {
		return reading.NAValues
	}
	return defaultNA
}

func (t *text) marks() marks {
	return marks{decimal: t.reading.Decimal, thousands: t.reading.Thousands, dayFirst: t.reading.DayFirst, delimiter: t.dialect.delimiter}
}

func (t *text) conclude(first []string, tallies []tally, missing map[string]bool) error {
	m := t.marks()
	for i := range tallies {
		if k, _ := tallies[i].kind(m); k == kindComma && m.decimal == "" {
			m.decimal = ","
		}
	}
	kinds := make([]kind, len(tallies))
	for i := range tallies {
		kinds[i], _ = tallies[i].kind(m)
	}
	if t.reading.Header != nil {
		t.header = *t.reading.Header
	} else {
		t.header = looksLikeHeader(first, kinds, missing, m)
	}
	t.names = uniqueNames(first)
	if !t.header {
		t.names = numberedNames(len(first))
		for i, cell := range first {
			if i < len(tallies) && !missing[cell] {
				tallies[i].add(cell)
			}
		}
	}
	if len(t.names) != t.dialect.fields {
		return fmt.Errorf("its header has %d fields but %d columns were found; check the quotes and separators", len(t.names), t.dialect.fields)
	}
	t.kinds, t.unsure = kinds, nil
	for i, name := range t.names {
		var unsure string
		if kinds[i], unsure = tallies[i].kind(m); unsure != "" {
			t.unsure = append(t.unsure, strconv.Quote(name)+" "+unsure)
		}
	}
	return t.override(m)
}

// override puts the owner's types in place of those that were found.
func (t *text) override(m marks) error {
	for name, as := range t.reading.Types {
		i := slices.Index(t.names, name)
		if i < 0 {
			return errors.New(operation.UnknownName("types", "column", name, t.names).Message)
		}
		t.kinds[i] = kindOf(as, m)
	}
	return nil
}

// looksLikeHeader tells whether a first line is one of names: it is, unless it
// has a value of the kind of its column, in each column that has a kind of its
// own. Years beside names are names, as in a table of countries by year.
func looksLikeHeader(first []string, kinds []kind, missing map[string]bool, m marks) bool {
	values, years, words := 0, 0, 0
	for i, cell := range first {
		if missing[cell] || i >= len(kinds) {
			continue
		}
		var one tally
		one.add(cell)
		own, _ := one.kind(m)
		switch {
		case own != kindText && (kinds[i] == kindEmpty || kinds[i].join(own) != kindText):
			values++
			count(&years, isYear(cell))
		case kinds[i] != kindText && kinds[i] != kindEmpty:
			return true
		default:
			words++
		}
	}
	return values == 0 || words > 0 && years == values
}

func isYear(cell string) bool {
	year, err := strconv.Atoi(cell)
	return err == nil && year >= 1800 && year <= 2200
}

// bufferBytes is how much of a file the engine reads at once. Its own 32 MB for
// each thread fall out of the processor's caches: 4 MB read a tenth faster, in
// less than half the memory, and the engine wants more than its longest line of 2 MB.
const bufferBytes = 4 << 20

// from is the FROM clause that reads the file.
func (t *text) from() string {
	columns := make([]string, len(t.names))
	for i, name := range t.names {
		columns[i] = engine.Literal(name) + ": " + engine.Literal(t.kinds[i].form(t.sure).read)
	}
	nulls, missing := []string{"''"}, naValues(t.reading)
	if t.sure {
		missing = t.occurring
	}
	for _, na := range missing {
		nulls = append(nulls, engine.Literal(na))
	}
	return "read_csv(" + engine.Path(t.text) + ", auto_detect = false, delim = " + engine.Literal(string(t.dialect.delimiter)) +
		`, quote = '"', escape = '"', comment = '', skip = 0, strict_mode = true, null_padding = false, ignore_errors = false` +
		", hive_partitioning = false, compression = 'none', parallel = " + strconv.FormatBool(!t.serial) +
		", buffer_size = " + strconv.Itoa(bufferBytes) + ", header = " + strconv.FormatBool(t.header) +
		", nullstr = [" + strings.Join(nulls, ", ") + "], columns = {" + strings.Join(columns, ", ") + "})"
}

// guess says in words how the file was taken.
func (t *text) guess() string {
	out := t.encoding + ", " + t.layout()
	switch {
	case slices.Contains(t.kinds, kindComma):
		out += ", decimal comma"
	case slices.Contains(t.kinds, kindGroups):
		out += ", thousands separators"
	}
	switch {
	case slices.Contains(t.kinds, kindDayFirst):
		out += ", dates with the day first"
	case slices.Contains(t.kinds, kindMonth):
		out += ", dates with the month first"
	}
	return out
}

// layout is the part of the guess that every line shows, so that no row decides it.
func (t *text) layout() string {
	delimiter := map[byte]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "bar"}[t.dialect.delimiter]
	if delimiter == "" {
		delimiter = strconv.Quote(string(t.dialect.delimiter))
	}
	if !t.header {
		return "separator " + delimiter + ", no header"
	}
	return "separator " + delimiter
}

// refit looks at all the file once the engine has met what the sample did not
// show. False means that there is nothing else to try.
func (t *text) refit(ctx context.Context, message, folder string, room int64) (bool, error) {
	switch {
	case strings.Contains(message, "nvalid unicode"), strings.Contains(message, "not utf-8"):
		return t.refitEncoding(ctx, folder, room)
	case strings.Contains(message, misfitMark), strings.Contains(message, "Could not convert"), strings.Contains(message, "Conversion Error"):
		if t.whole {
			return t.refitThreads(ctx)
		}
		return true, t.sniff(ctx, 0)
	case t.text == t.path && checkStructure(ctx, t.text, t.dialect) == nil && hasOddLineEnds(ctx, t.path):
		return true, t.rewrite(ctx, folder, room)
	default:
		return t.refitThreads(ctx)
	}
}

// refitThreads lets one thread read a file that has all that it should, and quotes:
// several threads begin at what looks like the end of a record, and that may be
// inside of a value. The engine notices, and gives up.
func (t *text) refitThreads(ctx context.Context) (bool, error) {
	if t.serial || len(occurring(ctx, t.text, []string{"\""}, nil)) == 0 || checkStructure(ctx, t.text, t.dialect) != nil {
		return false, context.Cause(ctx)
	}
	t.serial = true
	return true, nil
}

func (t *text) refitEncoding(ctx context.Context, folder string, room int64) (bool, error) {
	line, foreign := foreignText(ctx, t.text)
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case line == 0:
		return false, nil
	case foreign && t.reading.Encoding == "" && t.encoding == utf8Name:
		t.encoding = ansiName
		return true, t.rewrite(ctx, folder, room)
	default:
		return false, fmt.Errorf("line %d has a character that is not UTF-8, as the rest of the file is; save the file again, or set its encoding", line)
	}
}

// unreadableRoom is the failure of a file that is too large to be written anew.
func unreadableRoom(dataset string) error {
	return fault.New("source.Open", fault.Invalid, string(task.DiskFull),
		"%s: it has to be written anew to be read, and needs more disk space for that than the owner of this computer allows, or than is left; save it as UTF-8", dataset)
}
