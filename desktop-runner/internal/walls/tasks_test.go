//go:build linux

package walls_test

import (
	"strings"

	"ddap/shared/operation"
	"ddap/shared/task"
)

// said is what somebody makes a task say, or what stands in a file that is
// shared. What it can say more of (expressions, joins, groups; sheets and
// patterns of file names) gets its attempts here, as more kinds of the maps below.
type said struct {
	name   string
	code   operation.Code
	params string
	// reason is empty where the words are taken as plain text: the task succeeds,
	// and nothing has come of it.
	reason task.Reason
	// says is part of the sentence that leaves.
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

// places are where a task can name a column; %s stands for the name.
var places = map[string]struct {
	code   operation.Code
	params string
}{
	"fetch columns":    {operation.Fetch, `{"source":{"dataset":"d"},"columns":["%s"]}`},
	"filter select":    {operation.Filter, `{"source":{"dataset":"d"},"select":["%s"]}`},
	"filter where":     {operation.Filter, `{"source":{"dataset":"d"},"where":{"any":[{"column":"%s","op":"not_null"}]}}`},
	"filter sort":      {operation.Filter, `{"source":{"dataset":"d"},"sort":[{"column":"%s"}]}`},
	"analyze features": {operation.Analyze, `{"source":{"dataset":"d"},"model":"describe","features":["%s"]}`},
	"analyze target":   {operation.Analyze, `{"source":{"dataset":"d"},"model":"linear_regression","target":"%s","features":["id"]}`},
}

const fromD = `{"source":{"dataset":"d"},`

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
