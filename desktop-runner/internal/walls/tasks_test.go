//go:build linux

package walls_test

import (
	"strings"

	"ddap/shared/operation"
	"ddap/shared/task"
)

// said is what somebody makes a task say. A part of the parameters that is new gets
// its attempts here: where it names a column, in places; where it calls a new one
// something, in titles; and in words for all else that it says.
type said struct {
	name   string
	code   operation.Code
	params string
	// reason is empty where the words are taken as plain text: the task succeeds,
	// and nothing has come of it.
	reason task.Reason
	// says is a pattern of the sentence that leaves.
	says string
}

// names are columns that nobody has. Every one is tried in every place of places.
var names = map[string]string{
	"a quote":              `name" FROM input0; --`,
	"a doubled quote":      `name""`,
	"a single quote":       `name'; ATTACH '{out}/x.duckdb`,
	"a function":           `read_text('{secret}')`,
	"a subquery":           `(SELECT content FROM read_text('{secret}'))`,
	"a star":               `*`,
	"a star of the file":   `input0.*`,
	"a qualified name":     `input0.name`,
	"the row's number":     `rowid`,
	"an expression":        `id + 1`,
	"a comment":            `name/**/`,
	"an end":               `name; COPY (SELECT 1) TO '{out}/x.csv'`,
	"a path":               `../../beside/secret.csv`,
	"another letter case":  `NAME`,
	"a Cyrillic letter":    `nаme`,
	"full-width letters":   `ｎａｍｅ`,
	"a zero-width space":   "name\u200b",
	"a right-to-left mark": "\u202ename",
	"a combining mark":     "na\u0301me",
	"a NUL":                `name\u0000`,
	"a line end":           `name\n`,
	"a parameter":          `$1`,
	"a question mark":      `?`,
	"a macro":              `COLUMNS('.*')`,
	"a setting":            `getvariable('x')`,
}

// place is where a task can name a column; %s stands for the name.
type place struct {
	code   operation.Code
	params string
}

// places are where a task names a column that must be there.
var places = map[string]place{
	"fetch columns":             {operation.Fetch, fromD + `"columns":["%s"]}`},
	"filter select":             {operation.Filter, fromD + `"select":["%s"]}`},
	"filter where":              {operation.Filter, fromD + `"where":{"any":[{"column":"%s","op":"not_null"}]}}`},
	"filter sort":               {operation.Filter, fromD + `"sort":[{"column":"%s"}]}`},
	"filter group_by":           {operation.Filter, fromD + `"group_by":["%s"]}`},
	"filter aggregate":          {operation.Filter, fromD + `"aggregates":[{"column":"%s","func":"max"}]}`},
	"filter join on":            {operation.Filter, fromD + `"join":{"right":{"dataset":"d"},"on":["%s"]}}`},
	"filter join left_on":       {operation.Filter, fromD + `"join":{"right":{"dataset":"d"},"left_on":["%s"],"right_on":["id"]}}`},
	"filter join right_on":      {operation.Filter, fromD + `"join":{"right":{"dataset":"d"},"left_on":["id"],"right_on":["%s"]}}`},
	"filter pivot columns":      {operation.Filter, fromD + `"pivot":{"index":["id"],"columns":"%s","values":"id"}}`},
	"filter pivot index":        {operation.Filter, fromD + `"pivot":{"index":["%s"],"columns":"name","values":"id"}}`},
	"filter pivot values":       {operation.Filter, fromD + `"pivot":{"index":["id"],"columns":"name","values":"%s"}}`},
	"filter rolling columns":    {operation.Filter, fromD + `"rolling":{"window":2,"columns":["%s"],"func":"sum"}}`},
	"filter rolling on":         {operation.Filter, fromD + `"rolling":{"on":"%s","window":"2D","columns":["id"],"func":"sum"}}`},
	"filter rolling by":         {operation.Filter, fromD + `"rolling":{"by":["%s"],"window":2,"columns":["id"],"func":"sum"}}`},
	"filter resample on":        {operation.Filter, fromD + `"resample":{"on":"%s","rule":"1D"}}`},
	"filter resample by":        {operation.Filter, fromD + day + `"resample":{"on":"day","rule":"1D","by":["%s"]}}`},
	"filter resample aggregate": {operation.Filter, fromD + day + `"resample":{"on":"day","rule":"1D","aggregates":[{"column":"%s","func":"max"}]}}`},
	"filter missing":            {operation.Filter, fromD + `"missing":[{"columns":["%s"],"method":"drop"}]}`},
	"filter derive":             {operation.Filter, fromD + "\"derive\":[{\"name\":\"name\",\"expression\":\"`%s`\"}]}"},
	"analyze features":          {operation.Analyze, fromD + `"model":"describe","features":["%s"]}`},
	"analyze target":            {operation.Analyze, fromD + `"model":"linear_regression","target":"%s","features":["id"]}`},
}

// titles are where a task says how a new column is called, of rows that nobody has.
var titles = map[string]place{
	"filter derive":             {operation.Filter, fromD + `"derive":[{"name":"x%s","expression":"id + 1"}],` + nobody + `}`},
	"filter aggregate":          {operation.Filter, fromD + nobody + `,"group_by":["name"],"aggregates":[{"column":"id","func":"max","name":"x%s"}]}`},
	"filter resample aggregate": {operation.Filter, fromD + day + nobody + `,"resample":{"on":"day","rule":"1D","aggregates":[{"column":"id","func":"max","name":"x%s"}]}}`},
	"filter join left suffix":   {operation.Filter, fromD + `"join":{"right":{"dataset":"d"},"on":["id"],"suffixes":["%s","_r"]},"where":{"column":"id","op":"eq","value":0}}`},
	"filter join right suffix":  {operation.Filter, fromD + `"join":{"right":{"dataset":"d"},"on":["id"],"suffixes":["","%s"]},` + nobody + `}`},
}

const (
	fromD = `{"source":{"dataset":"d"},`
	// day adds a column of dates to rows that have none.
	day    = `"derive":[{"name":"day","expression":"to_date('2020-01-01')"}],`
	nobody = `"where":{"column":"name","op":"eq","value":"nobody"}`
)

// words are everything else that a task can say.
var words = map[string][]said{
	"values": {
		{"a quote", operation.Filter, where("eq", `"x' OR 1=1 --"`), "", ""},
		{"a statement", operation.Filter, where("eq", `"'; COPY (SELECT 1) TO '{out}/x.csv'; --"`), "", ""},
		{"a function", operation.Filter, where("contains", `"read_text('{secret}')"`), "", ""},
		{"a subquery", operation.Filter, where("in", `["(SELECT content FROM read_text('{secret}'))"]`), "", ""},
		{"a parameter", operation.Filter, where("starts_with", `"$1"`), "", ""},
		{"signs of LIKE", operation.Filter, where("ends_with", `"%_%"`), "", ""},
		{"typographic quotes", operation.Filter, where("eq", `"x’ OR ‘1’=‘1"`), "", ""},
		{"a NUL", operation.Filter, where("eq", `"Ann\u0000' OR 1=1"`), "", ""},
		{"a pattern of everything but SQL", operation.Filter, where("matches", `"^'\\); DROP"`), "", ""},
		{"a pattern that looks back", operation.Filter, where("matches", `"(a)\\1"`), task.InvalidParams, "regular expression"},
		{"a pattern that looks around", operation.Filter, where("matches", `"(?<=a)b"`), task.InvalidParams, "regular expression"},
		{"a pattern that grows", operation.Filter, where("matches", `"((a{1000}){1000}){1000}"`), task.InvalidParams, "regular expression"},
		{"a list as a value", operation.Filter, where("eq", `["a"]`), task.InvalidParams, "value"},
		{"an object as a value", operation.Filter, where("eq", `{"sql":"1"}`), task.InvalidParams, "value"},
		{"a number beyond all", operation.Filter, strings.ReplaceAll(where("gt", `1e999999999`), "name", "id"), task.InvalidParams, "number"},
		{"a number of too many digits", operation.Filter, strings.ReplaceAll(where("gt", strings.Repeat("9", 2000)), "name", "id"), task.InvalidParams, "number"},
		{"a statement as a number", operation.Filter, strings.ReplaceAll(where("gt", `"1; DROP TABLE input0"`), "name", "id"), task.InvalidParams, "number"},
		{"too many values", operation.Filter, where("in", "["+strings.Repeat(`"a",`, 10_001)+`"a"]`), task.InvalidParams, "at most"},
	},
	"expressions": {
		{"a statement", operation.Filter, derive("1; COPY (SELECT 1) TO '{out}/x.csv'"), task.InvalidParams, "character"},
		{"a subquery", operation.Filter, derive("(SELECT content FROM read_text('{secret}'))"), task.InvalidParams, "character"},
		{"a function of files", operation.Filter, derive("read_text('{secret}')"), task.InvalidParams, "read_text"},
		{"a function of the environment", operation.Filter, derive("getenv('HOME')"), task.InvalidParams, "getenv"},
		{"a function of settings", operation.Filter, derive("current_setting('secret_directory')"), task.InvalidParams, "current_setting"},
		{"a cast of SQL", operation.Filter, derive("name::JSON"), task.InvalidParams, "character"},
		{"a comment", operation.Filter, derive("name -- x"), task.InvalidParams, "character"},
		{"a lambda", operation.Filter, derive("list_transform(name, x -> x)"), task.InvalidParams, ""},
		{"a parameter", operation.Filter, derive("$1"), task.InvalidParams, "character"},
		{"a qualified column", operation.Filter, derive("input0.name"), task.InvalidParams, ""},
		{"a column in backquotes", operation.Filter, derive("`name\\\" FROM input0; --`"), task.InvalidParams, "not a known column"},
		{"text that closes its quote", operation.Filter, derived("name == 'x'' OR 1=1 --'"), "", ""},
		{"far too deep", operation.Filter, derive(strings.Repeat("(", 1_000) + "1" + strings.Repeat(")", 1_000)), task.InvalidParams, ""},
		{"a name that is SQL", operation.Filter, fromD + `"derive":[{"name":"x\" FROM read_text('{secret}'); --","expression":"name == 'nobody'"}],"where":{"column":"name","op":"eq","value":"nobody"}}`, "", ""},
		{"a name of a group that is SQL", operation.Filter, fromD + `"where":{"column":"name","op":"eq","value":"nobody"},"group_by":["name"],"aggregates":[{"func":"size","name":"n\"; COPY (SELECT 1) TO '{out}/x.csv'; --"}]}`, "", ""},
		{"a rule that is SQL", operation.Filter, fromD + `"resample":{"on":"id","rule":"1D'); --","aggregates":[{"func":"size"}]}}`, task.InvalidParams, "rule"},
		{"a window that is SQL", operation.Filter, fromD + `"rolling":{"window":"2 PRECEDING) --","columns":["id"],"func":"sum"}}`, task.InvalidParams, "window"},
	},
	"operators": {
		{"SQL", operation.Filter, where(`= 1 OR 1 =`, `1`), task.InvalidParams, "op"},
		{"LIKE", operation.Filter, where(`like`, `"%"`), task.InvalidParams, "op"},
		{"too deep", operation.Filter, fromD + `"where":` + strings.Repeat(`{"not":[`, 50) + `{"column":"name","op":"is_null"}` + strings.Repeat(`]}`, 50) + `}`, task.InvalidParams, "nested"},
		{"far too deep", operation.Filter, fromD + `"where":` + strings.Repeat(`{"not":[`, 50_000) + `{"column":"name","op":"is_null"}` + strings.Repeat(`]}`, 50_000) + `}`, task.InvalidParams, ""},
		{"a group with a comparison", operation.Filter, fromD + `"where":{"all":[],"column":"name","op":"eq","value":1}}`, task.InvalidParams, ""},
	},
	"parameters": {
		{"a query", operation.Filter, fromD + `"query":"SELECT * FROM read_text('{secret}')"}`, task.InvalidParams, "query"},
		{"SQL", operation.Fetch, fromD + `"sql":"SELECT 1"}`, task.InvalidParams, "sql"},
		{"a path", operation.Fetch, fromD + `"path":"{secret}"}`, task.InvalidParams, "path"},
		{"a format of fetch", operation.Fetch, fromD + `"format":"parquet"}`, task.InvalidParams, "format"},
		{"a limit that is SQL", operation.Fetch, fromD + `"limit":"1; DROP TABLE input0"}`, task.InvalidParams, "limit"},
		{"a limit below nothing", operation.Fetch, fromD + `"limit":-1}`, task.InvalidParams, "limit"},
		{"a limit beyond all", operation.Fetch, fromD + `"limit":1e30}`, task.InvalidParams, "limit"},
		{"a direction that is SQL", operation.Filter, fromD + `"sort":[{"column":"id","ascending":"; DROP"}]}`, task.InvalidParams, "ascending"},
		{"a model that is a path", operation.Analyze, fromD + `"model":"../../evil"}`, task.InvalidParams, "model"},
		{"a seed that is SQL", operation.Analyze, fromD + `"model":"describe","random_state":"0; x"}`, task.InvalidParams, "random_state"},
		{"settings of the engine", operation.Analyze, fromD + `"model":"kmeans","params":{"enable_external_access":true}}`, task.InvalidParams, "enable_external_access"},
		{"two parameters of one name", operation.Fetch, fromD + `"source":{"path":"{secret}"}}`, task.InvalidParams, ""},
		{"no JSON", operation.Fetch, `SELECT 1`, task.InvalidParams, ""},
		{"two texts", operation.Fetch, fromD + `"limit":1}{"source":{}}`, task.InvalidParams, ""},
		{"an operation that is none", operation.Code(999), fromD + `"limit":1}`, task.InvalidParams, "operation"},
	},
	"sources": {
		{"a path", operation.Fetch, `{"source":{"path":"{secret}"}}`, task.InvalidParams, "path"},
		{"a file", operation.Fetch, `{"source":{"file":"{secret}"}}`, task.InvalidParams, "file"},
		{"a text", operation.Fetch, `{"source":"{secret}"}`, task.InvalidParams, "source"},
		{"two at once", operation.Fetch, `{"source":{"dataset":"d","task":"t"}}`, task.InvalidParams, "exactly one"},
		{"an empty one", operation.Fetch, `{"source":{}}`, task.InvalidParams, "exactly one"},
	},
	"exports": {
		{"a format that is a path", operation.Export, `{"inputs":[{"dataset":"d"}],"format":"../../out/x"}`, task.InvalidParams, "format"},
		{"a format that is SQL", operation.Export, `{"inputs":[{"dataset":"d"}],"format":"csv, FORMAT parquet) --"}`, task.InvalidParams, "format"},
		{"a file name", operation.Export, `{"inputs":[{"dataset":"d"}],"format":"csv","name":"{out}/x.csv"}`, task.InvalidParams, "name"},
		{"a language that is a path", operation.Export, `{"inputs":[{"task":"t"}],"format":"html","language":"../../x"}`, task.InvalidParams, "language"},
		{"a report of data", operation.Export, `{"inputs":[{"dataset":"d"}],"format":"html"}`, task.InvalidParams, "report"},
	},
}

func where(op, value string) string {
	return fromD + `"where":{"column":"name","op":"` + op + `","value":` + value + `}}`
}

// derive asks for a column of an expression, and derived keeps the rows for which
// that is true.
func derive(expression string) string {
	return fromD + `"derive":[{"name":"x","expression":"` + expression + `"}]}`
}

func derived(expression string) string {
	return fromD + `"derive":[{"name":"x","expression":"` + expression + `"}],"where":{"column":"x","op":"eq","value":true}}`
}
