package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"

	"ddap/desktop-runner/internal/plan"
)

var (
	csvLine    = regexp.MustCompile(`CSV Error on Line: (\d+)`)
	jsonPlace  = regexp.MustCompile(`in (line|record/value) (\d+)`)
	csvFields  = regexp.MustCompile(`Expected Number of Columns: (\d+) Found: (\d+)`)
	jsonLarge  = regexp.MustCompile(`"maximum_object_size" of \d+ bytes exceeded`)
	csvLongest = regexp.MustCompile(`[Mm]aximum line size of \d+ bytes exceeded`)
)

// explain says in our own words why the engine could not read the dataset.
// DuckDB's message quotes cells and the path, so nothing of it but numbers is kept.
func (r *reader) explain(ctx context.Context, err error) error {
	if !mayBeDamage(r.file.Format, err) {
		return err
	}
	explained := r.explanation(ctx, err)
	if ctx.Err() != nil {
		return context.Cause(ctx) // nothing was looked through to its end
	}
	return explained
}

func (r *reader) explanation(ctx context.Context, err error) error {
	switch r.file.Format {
	case plan.CSV:
		return r.unreadable(r.explainText(ctx, err.Error()))
	case plan.JSON:
		return r.unreadable(r.explainJSON(ctx, err.Error()))
	case plan.XLSX:
		return r.unreadable("it has a value that could not be taken over; set the type of its column to string")
	default:
		return r.unreadable(r.lookedAt() + footerDamage(err))
	}
}

// explainText looks through the files for what is wrong, since the engine's line
// numbers are those of its own pieces.
func (r *reader) explainText(ctx context.Context, message string) string {
	for _, p := range r.texts {
		if wrong := checkStructure(ctx, p.text, p.dialect); wrong != nil {
			return p.where() + wrong.Error()
		}
	}
	where := ""
	if m := csvLine.FindStringSubmatch(message); m != nil {
		where = " at line " + m[1]
	}
	switch fields := csvFields.FindStringSubmatch(message); {
	case fields != nil:
		return "line" + strings.TrimPrefix(where, " at line") + " has " + fields[2] + " fields where " + fields[1] + " are expected; every line needs as many"
	case strings.Contains(message, misfitMark), strings.Contains(message, "Could not convert"), strings.Contains(message, "Conversion Error"):
		return "a value" + where + " does not fit the type that was set for its column; correct it or set another type"
	case csvLongest.MatchString(message):
		return "it has a line of more than 2 MB" + where + "; check for a quote that is never closed"
	default:
		return "it could not be read as CSV" + where + "; check the quotes and separators there"
	}
}

func (r *reader) explainJSON(ctx context.Context, message string) string {
	where := ""
	if line := brokenLine(ctx, r.db.PathOf(r.file.Path)); line > 0 && len(r.file.More) == 0 {
		where = fmt.Sprintf(" at line %d", line)
	} else if m := jsonPlace.FindStringSubmatch(message); m != nil {
		where = " at " + strings.TrimSuffix(m[1], "/value") + " " + m[2]
	}
	switch {
	case jsonLarge.MatchString(message):
		return "it has a record of more than 16 MB" + where + "; it should be a list of records, one object for each row"
	case strings.Contains(message, "duplicate key"):
		return "a record has one field twice" + where
	case strings.Contains(message, "unexpected end"):
		return "the JSON ends in the middle" + where + "; the file may have been cut off"
	default:
		return "it is not valid JSON" + where + "; it should be a list of records, or one record on each line"
	}
}

// brokenLine gives the first line that is not JSON in a file with one record on
// each; zero where the records are not written so, or all are well.
func brokenLine(ctx context.Context, path string) int {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	in := bufio.NewReaderSize(heeding{ctx, f}, 1<<16)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		text := bytes.TrimSpace(bytes.TrimPrefix(line, utf8BOM))
		switch {
		case n == 1 && (len(text) == 0 || text[0] != '{' || !json.Valid(text)):
			return 0
		case len(text) > 0 && !json.Valid(text):
			return n
		case err != nil:
			return 0
		}
	}
}
