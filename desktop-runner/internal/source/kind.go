package source

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"ddap/desktop-runner/internal/engine"
	"ddap/shared/result"
)

// kind is what the values of a column of text are, as they are written. The
// engine's own guess is not used: it takes "yes", "t" and "0x1F" for values,
// drops digits of large integers, and chooses between 1 February and 2 January.
type kind string

const (
	// kindEmpty has no value, so nothing is known.
	kindEmpty kind = "empty"
	// kindInteger fits a float64 without loss; kindLong needs 64 bits.
	kindInteger kind = "integer"
	kindLong    kind = "long"
	kindFloat   kind = "number"
	// kindComma is 1.234,5 and kindGroups is 1,234.5.
	kindComma     kind = "number with a decimal comma"
	kindGroups    kind = "number with thousands separators"
	kindBoolean   kind = "boolean"
	kindDate      kind = "date"
	kindDayFirst  kind = "date, day first"
	kindMonth     kind = "date, month first"
	kindTimestamp kind = "timestamp"
	kindZoned     kind = "timestamp with time zone"
	kindTime      kind = "time"
	kindText      kind = "string"
)

// exact is the largest integer below which every one is a float64.
const exact = 1 << 53

var (
	integerShape = regexp.MustCompile(`^[+-]?[0-9]+$`)
	commaShape   = regexp.MustCompile(`^[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?$`)
	commaPlain   = regexp.MustCompile(`^[+-]?([0-9]+,([0-9]{1,2}|[0-9]{4,})|0,[0-9]+|[0-9]{4,},[0-9]+|[0-9]{1,3}(\.[0-9]{3})+,[0-9]+)$`)
	groupsShape  = regexp.MustCompile(`^[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$`)
	groupsPlain  = regexp.MustCompile(`^[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$`)
	infinity     = regexp.MustCompile(`(?i)^[+-]?inf(inity)?$`)
	dateShape    = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	stampShape   = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$`)
	otherDate    = regexp.MustCompile(`^([0-9]{1,2})([./-])([0-9]{1,2})[./-]([0-9]{4})$`)
	timeShape    = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?$`)
)

// tally is a column's cells, counted by what they could be.
type tally struct {
	cells, integers, longs, huge, floats, booleans, dates, stamps, zoned, times int
	comma, commaSure, groups, groupsSure                                        int
	dayFirst, monthFirst, dotted                                                int
}

func (t *tally) add(cell string) {
	t.cells++
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return
	}
	switch c := cell[0]; {
	case c >= '0' && c <= '9', c == '+', c == '-', c == '.':
		t.number(cell)
		t.moment(cell)
	}
	switch {
	case strings.EqualFold(cell, "true"), strings.EqualFold(cell, "false"):
		t.booleans++
	case infinity.MatchString(cell):
		t.floats++
	}
}

func (t *tally) number(cell string) {
	if n, err := strconv.ParseInt(cell, 10, 64); err == nil {
		t.integers++
		t.floats++
		t.comma++
		t.groups++
		if n > exact || n < -exact {
			t.longs++
		}
		return
	}
	switch {
	case integerShape.MatchString(cell):
		t.huge++
		t.floats++
	case !strings.ContainsAny(cell, "xXpP_nN"): // what Go alone takes for a number
		_, err := strconv.ParseFloat(cell, 64)
		count(&t.floats, err == nil)
	}
	// Once one cell does not fit, the others need not be looked at.
	if t.comma == t.cells-1 {
		count(&t.comma, commaShape.MatchString(cell))
		count(&t.commaSure, commaPlain.MatchString(cell))
	}
	if t.groups == t.cells-1 {
		count(&t.groups, groupsShape.MatchString(cell))
		count(&t.groupsSure, groupsPlain.MatchString(cell))
	}
}

func (t *tally) moment(cell string) {
	if m := otherDate.FindStringSubmatch(cell); m != nil {
		count(&t.dayFirst, valid(m[4], m[3], m[1]))
		count(&t.monthFirst, m[2] != "." && valid(m[4], m[1], m[3]))
		count(&t.dotted, m[2] == ".")
		return
	}
	switch {
	case dateShape.MatchString(cell):
		count(&t.dates, valid(cell[:4], cell[5:7], cell[8:]))
	case stampShape.MatchString(cell):
		if !valid(cell[:4], cell[5:7], cell[8:10]) || cell[11:13] > "23" || cell[14:16] > "59" {
			return
		}
		zoned := strings.HasSuffix(cell, "Z") || len(cell) > 6 && (cell[len(cell)-6] == '+' || cell[len(cell)-6] == '-')
		count(&t.zoned, zoned)
		count(&t.stamps, !zoned)
	case timeShape.MatchString(cell):
		t.times++
	}
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

func valid(year, month, day string) bool {
	_, err := time.Parse("2006-1-2", year+"-"+strings.TrimPrefix(month, "0")+"-"+strings.TrimPrefix(day, "0"))
	return err == nil
}

// marks are how numbers and dates of a file are written, where its owner says
// so or other columns show it.
type marks struct {
	decimal, thousands string
	dayFirst           *bool
	delimiter          byte
}

// kind decides what all cells are. The second result says, in words that follow
// a column's name, what could not be decided.
func (t *tally) kind(m marks) (kind, string) {
	all := func(n int) bool { return n == t.cells }
	switch {
	case t.cells == 0:
		return kindEmpty, ""
	case t.huge > 0 && t.huge+t.integers == t.cells:
		return kindText, "has integers of more than 64 bits and is kept as text"
	case all(t.integers) && t.longs > 0:
		return kindLong, ""
	case all(t.integers):
		return kindInteger, ""
	case all(t.booleans):
		return kindBoolean, ""
	case all(t.dates):
		return kindDate, ""
	case all(t.dates + t.stamps):
		return kindTimestamp, ""
	case all(t.zoned):
		return kindZoned, ""
	case all(t.times):
		return kindTime, ""
	case t.dayFirst > 0 || t.monthFirst > 0:
		return t.date(m)
	default:
		return t.decimal(m)
	}
}

func (t *tally) date(m marks) (kind, string) {
	day, month := t.dayFirst == t.cells, t.monthFirst == t.cells
	switch {
	case day && month && m.dayFirst != nil && !*m.dayFirst:
		return kindMonth, ""
	case day && month && m.dayFirst == nil:
		return kindText, "could have the day or the month first and is kept as text; set dayfirst"
	case day:
		return kindDayFirst, ""
	case month:
		return kindMonth, ""
	default:
		return kindText, ""
	}
}

func (t *tally) decimal(m marks) (kind, string) {
	comma, groups := t.comma == t.cells, t.groups == t.cells
	points := t.floats == t.cells
	switch {
	case m.decimal == "," && comma && points && m.thousands != ".":
		return kindText, "could have points as decimal mark or between thousands and is kept as text; set thousands"
	case m.decimal == "," && comma:
		return kindComma, ""
	case m.thousands == "," && groups:
		return kindGroups, ""
	case points:
		return kindFloat, ""
	default:
		return t.commas(comma && m.delimiter != ',', groups, m)
	}
}

// commas decides of numbers that have commas, where nobody says what they mean.
func (t *tally) commas(comma, groups bool, m marks) (kind, string) {
	switch {
	case comma && t.commaSure > 0 && m.decimal == "":
		return kindComma, ""
	case groups && t.groupsSure > 0:
		return kindGroups, ""
	case comma || groups:
		return kindText, "could have a comma as decimal mark or between thousands and is kept as text; set decimal or thousands"
	default:
		return kindText, ""
	}
}

// joined is the kind that has the values of two, for files of one dataset.
var joined = map[[2]kind]kind{
	{kindInteger, kindLong}: kindLong, {kindInteger, kindFloat}: kindFloat, {kindLong, kindFloat}: kindFloat,
	{kindInteger, kindComma}: kindComma, {kindInteger, kindGroups}: kindGroups, {kindFloat, kindGroups}: kindGroups,
	{kindDate, kindTimestamp}: kindTimestamp,
}

// join gives the kind that has the values of both; text has those of all.
func (k kind) join(other kind) kind {
	switch {
	case k == other || other == kindEmpty:
		return k
	case k == kindEmpty:
		return other
	}
	if both, ok := joined[[2]kind{k, other}]; ok {
		return both
	}
	if both, ok := joined[[2]kind{other, k}]; ok {
		return both
	}
	return kindText
}

// form is how a kind is read: the type that the engine's reader gives, our own,
// and the expression between them, with $ for the column. Where a value does not
// fit, it fails, and all values are looked at.
type form struct {
	read       string
	as         result.Type
	expression string
}

var misfit = "error('" + misfitMark + "')"

const misfitMark = "a value does not fit its column"

var forms = map[kind]form{
	// Whatever comes after all says what the column is of.
	kindEmpty: {"VARCHAR", result.Text, "CASE WHEN $ IS NOT NULL THEN " + misfit + " END"},
	kindText:  {"VARCHAR", result.Text, "$"},
	// As an integer, the engine would round 1.5 and take 0x1F.
	kindInteger: {"DOUBLE", result.Integer, "CASE WHEN $ IS NULL OR ($ = trunc($) AND abs($) < " +
		strconv.Itoa(exact) + ") THEN CAST($ AS BIGINT) ELSE " + misfit + " END"},
	kindLong:  {"VARCHAR", result.Integer, "CASE WHEN $ IS NULL OR regexp_full_match(trim($), '[+-]?[0-9]+') THEN CAST($ AS BIGINT) ELSE " + misfit + " END"},
	kindFloat: {"DOUBLE", result.Float, "CASE WHEN isnan($) THEN NULL ELSE $ END"},
	kindComma: {"VARCHAR", result.Float, `CASE WHEN $ IS NULL OR regexp_full_match(trim($), '[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?')` +
		" THEN CAST(replace(replace($, '.', ''), ',', '.') AS DOUBLE) ELSE " + misfit + " END"},
	kindGroups: {"VARCHAR", result.Float, `CASE WHEN $ IS NULL OR regexp_full_match(trim($), '[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?')` +
		" THEN CAST(replace($, ',', '') AS DOUBLE) ELSE " + misfit + " END"},
	kindBoolean:   {"VARCHAR", result.Boolean, "CASE WHEN $ IS NULL THEN NULL WHEN lower(trim($)) = 'true' THEN true WHEN lower(trim($)) = 'false' THEN false ELSE " + misfit + " END"},
	kindDate:      {"DATE", result.Date, "$"},
	kindTimestamp: {"TIMESTAMP", result.Timestamp, "$"},
	kindZoned:     {"TIMESTAMPTZ", result.Timestamp, "CAST($ AT TIME ZONE 'UTC' AS TIMESTAMP)"},
	kindTime:      {"TIME", result.Time, "$"},
	kindDayFirst:  {"VARCHAR", result.Date, "CAST(strptime(translate(trim($), '/-', '..'), '%d.%m.%Y') AS DATE)"},
	kindMonth:     {"VARCHAR", result.Date, "CAST(strptime(translate(trim($), '/-', '..'), '%m.%d.%Y') AS DATE)"},
}

// column gives the column of a kind as it is read; sure means that every value fits.
func (k kind) column(name string, sure bool) column {
	f := k.form(sure)
	return column{result.Column{Name: name, Type: f.as}, strings.ReplaceAll(f.expression, "$", engine.Identifier(name))}
}

// kindOf is what a type that the owner chose means for text.
func kindOf(t result.Type, m marks) kind {
	switch t {
	case result.Integer:
		return kindLong
	case result.Float:
		switch {
		case m.decimal == ",":
			return kindComma
		case m.thousands == ",":
			return kindGroups
		}
		return kindFloat
	case result.Boolean:
		return kindBoolean
	case result.Date:
		switch {
		case m.dayFirst == nil:
			return kindDate
		case *m.dayFirst:
			return kindDayFirst
		}
		return kindMonth
	case result.Timestamp:
		return kindTimestamp
	case result.Time:
		return kindTime
	default:
		return kindText
	}
}
