package source

import (
	"context"
	"errors"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/result"
)

// errMisknown means that the files are not what is known of them.
var errMisknown = errors.New("the files are not as they are known")

// recall gives what is known of files that have this stamp now; nil where they
// had another one.
func recall(file plan.File, stamp string) *plan.Known {
	k, n := file.Known, len(file.Paths())
	switch {
	case k == nil, k.Stamp == "", k.Stamp != stamp,
		file.Format == plan.CSV && len(k.Texts) != n, file.Format == plan.JSON && len(k.Records) != n:
		return nil
	}
	return k
}

// survey reads every value of a use's columns, so that their types hold for all
// rows, finds a broken line, and counts the rows.
func (r *reader) survey(ctx context.Context, use Use) (columns []column, rows int64, err error) {
	err = r.read(ctx, func(found []column, from string) error {
		read, _ := use.divide(found)
		counted, err := r.db.Rows(ctx, "SELECT count(*)"+counts(r.file.Format, read)+" FROM "+from)
		if err != nil {
			return err
		}
		columns, r.gaps = found, false
		rows, _ = counted[0][0].(int64)
		for _, n := range counted[0][1:] {
			r.gaps = r.gaps || n != rows
		}
		return nil
	})
	return columns, rows, err
}

// learn writes down what a survey found; nil where it is not enough to read the
// files by: Parquet says all of this itself, and the engine may have found dates
// in JSON whose form it does not tell. It is thorough for files that will be read
// often: it looks which texts for a missing value there are, which takes as long
// as reading them.
func (r *reader) learn(ctx context.Context, rows int64, thorough bool) *plan.Known {
	k := &plan.Known{Stamp: r.stamp, Rows: rows}
	switch r.file.Format {
	case plan.CSV:
		for _, t := range r.texts {
			k.Texts = append(k.Texts, t.known(ctx, r.gaps, thorough))
		}
	case plan.JSON:
		if r.detect || len(r.fields) != len(r.file.Paths()) {
			return nil
		}
		k.Records = r.fields
	default:
		return nil
	}
	return k
}

// adopt reads the files from now on by what was learned.
func (r *reader) adopt(k *plan.Known) {
	r.known = k
	for i, t := range r.texts {
		t.sure, t.occurring = true, k.Texts[i].NAValues
	}
}

// known is what was found of a file, all of whose rows were read; gaps tells
// whether any value is missing in its dataset.
func (t *text) known(ctx context.Context, gaps, thorough bool) plan.KnownText {
	out := plan.KnownText{
		Encoding: t.encoding, Rewritten: t.text != t.path, Delimiter: string(t.dialect.delimiter), Header: t.header,
		Names: t.names, Unsure: t.unsure, Serial: t.serial,
	}
	for _, k := range t.kinds {
		out.Kinds = append(out.Kinds, string(k))
	}
	switch {
	case gaps && !thorough:
		out.NAValues = naValues(t.reading)
	case gaps:
		// What is quoted may be written in another way.
		out.NAValues = occurring(ctx, t.text, naValues(t.reading), func(na string) bool { return strings.ContainsAny(na, "\"\r\n") })
	}
	return out
}

// recall takes a file as it is known.
func (t *text) recall(ctx context.Context, k plan.KnownText, folder string, room int64) error {
	t.encoding, t.header, t.names, t.unsure, t.serial = k.Encoding, k.Header, k.Names, k.Unsure, k.Serial
	t.dialect = dialect{delimiter: k.Delimiter[0], fields: len(k.Names)}
	t.kinds = make([]kind, len(k.Kinds))
	for i, name := range k.Kinds {
		t.kinds[i] = kind(name)
	}
	t.sure, t.occurring = true, k.NAValues
	if k.Rewritten {
		return t.writeAnew(ctx, folder, room)
	}
	return nil
}

// sureForms are how kinds are read of which every value was found to fit. The
// engine's own reading of moments is left for the rows that are kept: it casts
// values after it has filtered.
var sureForms = map[kind]form{
	kindInteger:   {"BIGINT", result.Integer, "$"},
	kindLong:      {"BIGINT", result.Integer, "$"},
	kindDate:      {"VARCHAR", result.Date, "CAST($ AS DATE)"},
	kindTimestamp: {"VARCHAR", result.Timestamp, "CAST($ AS TIMESTAMP)"},
	kindZoned:     {"VARCHAR", result.Timestamp, "CAST(CAST($ AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)"},
	kindTime:      {"VARCHAR", result.Time, "CAST($ AS TIME)"},
}

// form is how the values of a kind are read.
func (k kind) form(sure bool) form {
	if f, ok := sureForms[k]; sure && ok {
		return f
	}
	return forms[k]
}

// knownFields gives the columns of one file of records with their types, as the
// engine finds them in all of it, unless they are known.
func (r *reader) knownFields(ctx context.Context, i int, from string) (names, types []string, err error) {
	if r.known == nil || r.file.Format != plan.JSON {
		return r.db.Columns(ctx, "SELECT * FROM "+from)
	}
	for _, c := range r.known.Records[i] {
		names, types = append(names, c.Name), append(types, c.Database)
	}
	return names, types, nil
}

// note keeps the types of one file's fields for learn.
func (r *reader) note(types []string, found []column) {
	out := make([]plan.KnownColumn, len(found))
	for i, c := range found {
		out[i] = plan.KnownColumn{Name: c.Name, Database: types[i], Type: c.Type}
		if c.Type == result.Integer {
			out[i].Database = "BIGINT" // the engine may have found a wider one
		}
	}
	r.fields = append(r.fields, out)
}

// stale reports whether an error may come of what is known of the files.
func (r *reader) stale(err error) bool {
	return r.known != nil && MayBeStale(err)
}

// MayBeStale reports whether an error is one that comes of files which are not
// what is known of them.
func MayBeStale(err error) bool {
	kind := engine.KindOf(err)
	return kind == engine.Unreadable || kind == engine.Refused || kind == engine.OutOfRange
}
