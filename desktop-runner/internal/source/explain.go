package source

import (
	"regexp"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
)

var (
	csvLine    = regexp.MustCompile(`CSV Error on Line: (\d+)`)
	jsonPlace  = regexp.MustCompile(`in (line|record/value) (\d+)`)
	csvFields  = regexp.MustCompile(`Expected Number of Columns: (\d+) Found: (\d+)`)
	jsonLarge  = regexp.MustCompile(`"maximum_object_size" of \d+ bytes exceeded`)
	csvLongest = regexp.MustCompile(`[Mm]aximum line size of \d+ bytes exceeded`)
)

// explain says in our own words why the engine could not read the file. DuckDB's
// message quotes cells and the path, so nothing of it but numbers is kept.
func (r *reader) explain(err error) error {
	if engine.KindOf(err) != engine.Unreadable {
		return err
	}
	switch r.format {
	case plan.CSV:
		return r.unreadable(r.explainCSV(err.Error()))
	case plan.JSON:
		return r.unreadable(explainJSON(err.Error()))
	default:
		return r.unreadable("it is not a complete Parquet file; it may have been cut off while it was copied. Copy or export it again")
	}
}

func (r *reader) explainCSV(message string) string {
	if wrong := checkStructure(r.path, r.dialect); wrong != nil {
		return wrong.Error()
	}
	where := ""
	if m := csvLine.FindStringSubmatch(message); m != nil {
		where = " at line " + m[1]
	}
	switch fields := csvFields.FindStringSubmatch(message); {
	case fields != nil:
		return "line" + strings.TrimPrefix(where, " at line") + " has " + fields[2] + " fields where " + fields[1] + " are expected; every line needs as many"
	case strings.Contains(message, "Invalid unicode"):
		return "it is not UTF-8 text" + where + "; save the file as UTF-8"
	case csvLongest.MatchString(message):
		return "it has a line of more than 2 MB" + where + "; check for a quote that is never closed"
	case where == "" && checkLineEnds(r.path) != nil:
		return checkLineEnds(r.path).Error()
	default:
		return "it could not be read as CSV" + where + "; check the quotes and separators there"
	}
}

func explainJSON(message string) string {
	where := ""
	if m := jsonPlace.FindStringSubmatch(message); m != nil {
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
