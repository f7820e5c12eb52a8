package operation_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
	"ddap/shared/operation"
)

func decode(code operation.Code, params string) (operation.Params, []fault.Field) {
	p, err := operation.Decode(code, json.RawMessage(params))
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return nil, f.Fields
	}
	return p, nil
}

func TestDecode_FillsTheTypedParameters(t *testing.T) {
	t.Parallel()
	p, wrong := decode(operation.Filter, `{
		"source": {"dataset": "flights"},
		"where": {"all": [{"column": "delay", "op": "ge", "value": 9007199254740993},
		                  {"not": [{"column": "origin", "op": "is_null"}]}]},
		"sort": [{"column": "delay", "ascending": false}], "limit": 10}`)
	require.Empty(t, wrong)
	filter, ok := p.(*operation.FilterParams)
	require.True(t, ok)
	require.Equal(t, "flights", filter.Source.Dataset)
	kind, members, ok := filter.Where.Group()
	require.True(t, ok)
	require.Equal(t, "all", kind)
	require.Equal(t, json.Number("9007199254740993"), members[0].Value, "a large integer must not lose digits")
	require.Equal(t, operation.IsNull, members[1].Not[0].Op)
	require.False(t, *filter.Sort[0].Ascending)
	require.Equal(t, int64(10), *filter.Limit)
}

func TestDecode_NamesWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	const source = `"source":{"dataset":"d"}`
	cases := map[string]struct {
		code       operation.Code
		params     string
		path       string
		message    string
		suggestion string
	}{
		"unknown operation":      {150, `{}`, "operation_code", "is not an operation", ""},
		"no params":              {operation.Fetch, ``, "params", "is required", ""},
		"not JSON":               {operation.Fetch, `{`, "params", "not valid JSON", ""},
		"two documents":          {operation.Fetch, `{} {}`, "params", "something follows", ""},
		"not an object":          {operation.Fetch, `[1]`, "params", "must be an object, not a list", ""},
		"no source":              {operation.Fetch, `{}`, "params.source", "is required", ""},
		"null source":            {operation.Fetch, `{"source":null}`, "params.source", "is required", ""},
		"source as text":         {operation.Fetch, `{"source":"d"}`, "params.source", "must be a source", ""},
		"source of two kinds":    {operation.Fetch, `{"source":{"dataset":"d","task":"t"}}`, "params.source", "exactly one", ""},
		"empty source":           {operation.Fetch, `{"source":{}}`, "params.source", "exactly one", ""},
		"source misspelt":        {operation.Fetch, `{"source":{"datset":"d"}}`, "params.source.datset", "did you mean", "dataset"},
		"source without name":    {operation.Fetch, `{"source":{"dataset":" "}}`, "params.source.dataset", "must not be empty", ""},
		"unknown field":          {operation.Fetch, `{` + source + `,"colums":[]}`, "params.colums", "did you mean", "columns"},
		"wrong type":             {operation.Fetch, `{` + source + `,"limit":"ten"}`, "params.limit", "must be a whole number, not text", ""},
		"beyond 2^53":            {operation.Fetch, `{` + source + `,"limit":99999999999999999999}`, "params.limit", "must be a whole number within ±9007199254740991", ""},
		"fraction":               {operation.Fetch, `{` + source + `,"limit":1.5}`, "params.limit", "must be a whole number", ""},
		"too small":              {operation.Fetch, `{` + source + `,"limit":0}`, "params.limit", "at least 1", ""},
		"out of range":           {operation.Fetch, `{` + source + `,"preview_rows":5000}`, "params.preview_rows", "from 0 to 1000", ""},
		"number too large":       {operation.Fetch, `{` + source + `,"limit":1e999}`, "params.limit", "too large", ""},
		"list item":              {operation.Fetch, `{` + source + `,"columns":["a",1]}`, "params.columns[1]", "must be text", ""},
		"null item":              {operation.Fetch, `{` + source + `,"columns":[null]}`, "params.columns[0]", "must not be null", ""},
		"column twice":           {operation.Fetch, `{` + source + `,"columns":["a","a"]}`, "params.columns", "twice", ""},
		"unknown op":             {operation.Filter, `{` + source + `,"where":{"column":"a","op":"startswith","value":"x"}}`, "params.where.op", "did you mean", "starts_with"},
		"condition without op":   {operation.Filter, `{` + source + `,"where":{"column":"a","value":1}}`, "params.where.op", "is required", ""},
		"group with company":     {operation.Filter, `{` + source + `,"where":{"all":[],"op":"eq"}}`, "params.where", "stands alone", ""},
		"empty group":            {operation.Filter, `{` + source + `,"where":{"any":[]}}`, "params.where.any", "at least one", ""},
		"group of text":          {operation.Filter, `{` + source + `,"where":{"not":["x"]}}`, "params.where.not[0]", "must be a condition", ""},
		"deep field":             {operation.Filter, `{` + source + `,"where":{"all":[{"any":[{"column":"a","op":"between","value":[1]}]}]}}`, "params.where.all[0].any[0].value", "two values", ""},
		"value where none goes":  {operation.Filter, `{` + source + `,"where":{"column":"a","op":"is_null","value":1}}`, "params.where.value", "must be absent", ""},
		"no value":               {operation.Filter, `{` + source + `,"where":{"column":"a","op":"eq","value":null}}`, "params.where.value", "use is_null", ""},
		"list for eq":            {operation.Filter, `{` + source + `,"where":{"column":"a","op":"eq","value":[1]}}`, "params.where.value", "not a list", ""},
		"number for contains":    {operation.Filter, `{` + source + `,"where":{"column":"a","op":"contains","value":1}}`, "params.where.value", "must be text", ""},
		"sort without column":    {operation.Filter, `{` + source + `,"sort":[{"ascending":true}]}`, "params.sort[0].column", "is required", ""},
		"unknown model":          {operation.Analyze, `{` + source + `,"model":"kmean"}`, "params.model", "did you mean", "kmeans"},
		"no target":              {operation.Analyze, `{` + source + `,"model":"linear_regression"}`, "params.target", "is required", ""},
		"target of kmeans":       {operation.Analyze, `{` + source + `,"model":"kmeans","target":"a"}`, "params.target", "has no target", ""},
		"target among features":  {operation.Analyze, `{` + source + `,"model":"linear_regression","target":"a","features":["a"]}`, "params.features", "contains the target", ""},
		"unknown model option":   {operation.Analyze, `{` + source + `,"model":"kmeans","params":{"k":3}}`, "params.params.k", "is not a known field", ""},
		"model option of wrong":  {operation.Analyze, `{` + source + `,"model":"kmeans","params":{"n_clusters":0}}`, "params.params.n_clusters", "from 1 to 1000", ""},
		"no inputs":              {operation.Export, `{"inputs":[],"format":"html"}`, "params.inputs", "at least 1", ""},
		"unknown format":         {operation.Export, `{"inputs":[{"task":"t"}],"format":"htm"}`, "params.format", "did you mean", "html"},
		"report of a dataset":    {operation.Export, `{"inputs":[{"dataset":"d"}],"format":"html"}`, "params.inputs[0]", "name a task", ""},
		"data file of two":       {operation.Export, `{"inputs":[{"dataset":"d"},{"dataset":"e"}],"format":"csv"}`, "params.inputs", "exactly one input", ""},
		"unknown report langage": {operation.Export, `{"inputs":[{"task":"t"}],"format":"html","language":"xx"}`, "params.language", "known are en, id", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, wrong := decode(tc.code, tc.params)
			require.NotEmpty(t, wrong)
			require.Equal(t, tc.path, wrong[0].Path)
			require.Contains(t, wrong[0].Message, tc.message)
			require.Equal(t, tc.suggestion, wrong[0].Suggestion)
		})
	}
}

func TestDecode_RefusesAConditionNestedTooDeep(t *testing.T) {
	t.Parallel()
	leaf := `{"column":"a","op":"eq","value":1}`
	deep := strings.Repeat(`{"all":[`, 40) + leaf + strings.Repeat(`]}`, 40)
	_, wrong := decode(operation.Filter, `{"source":{"dataset":"d"},"where":`+deep+`}`)
	require.Len(t, wrong, 1)
	require.Contains(t, wrong[0].Message, "nested more than 32")
}

func TestSources_CanBeReplacedThroughTheirPointers(t *testing.T) {
	t.Parallel()
	p, wrong := decode(operation.Export, `{"inputs":[{"task":"a"},{"task":"b"}],"format":"html"}`)
	require.Empty(t, wrong)
	sources := p.Sources()
	require.Equal(t, []string{"params.inputs[0]", "params.inputs[1]"}, []string{sources[0].Path, sources[1].Path})
	sources[1].Source.Task = "id"
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	require.JSONEq(t, `{"inputs":[{"task":"a"},{"task":"id"}],"format":"html","language":"en"}`, string(raw))
}

func TestModelParameters_DefaultsAreThoseOfTheSpecification(t *testing.T) {
	t.Parallel()
	analyze := operation.AnalyzeParams{}
	linear, err := analyze.LinearRegression()
	require.NoError(t, err)
	kmeans, err := analyze.KMeans()
	require.NoError(t, err)
	effective := map[operation.Model]any{operation.LinearRegression: linear, operation.KMeans: kmeans, operation.Describe: map[string]any{}}
	for _, spec := range operation.Models() {
		raw, err := json.Marshal(effective[spec.Model])
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(raw, &got))
		require.Lenf(t, got, len(spec.Params), "%s", spec.Model)
		for _, p := range spec.Params {
			require.EqualValuesf(t, p.Default, got[p.Name], "%s.%s", spec.Model, p.Name)
		}
	}
}

func TestNearest_FindsWhatWasMeant(t *testing.T) {
	t.Parallel()
	columns := []string{"Delay", "distance", "origin", "destination"}
	for name, want := range map[string]string{
		"delay": "Delay", "dealy": "Delay", "distnce": "distance", "orgin": "origin", "speed": "", "": "",
	} {
		require.Equalf(t, want, operation.Nearest(name, columns), "%q", name)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(100, `{"source":{"dataset":"d"},"limit":1}`)
	f.Add(200, `{"source":{"task":"t"},"where":{"any":[{"column":"a","op":"in","value":[1,"x",true]}]}}`)
	f.Add(200, `{"source":{"task":"t"},"join":{"right":{"dataset":"d"},"how":"left","on":["a"]},"missing":[{"columns":["a"],"method":"constant","value":9007199254740993}],"derive":[{"name":"b","expression":"a + 1"}],"group_by":["a"],"aggregates":[{"func":"quantile","column":"b","q":0.25}],"dropna":false}`)
	f.Add(200, `{"source":{"task":"t"},"rolling":{"on":"t","window":"7D","columns":["a"],"func":"mean"}}`)
	f.Add(200, `{"source":{"task":"t"},"resample":{"on":"t","rule":"15min","closed":"right"}}`)
	f.Add(200, `{"source":{"task":"t"},"pivot":{"index":["a"],"columns":"b","values":"c","fill_value":0}}`)
	f.Add(300, `{"source":{"dataset_id":"i"},"model":"kmeans","params":{"n_clusters":3}}`)
	f.Add(400, `{"inputs":[{"task":"t"}],"format":"csv"}`)
	f.Fuzz(func(t *testing.T, code int, params string) {
		p, err := operation.Decode(operation.Code(code), json.RawMessage(params))
		if err != nil {
			require.True(t, fault.Is(err, fault.Invalid), "%v", err)
			return
		}
		raw, err := json.Marshal(p)
		require.NoError(t, err)
		again, err := operation.Decode(p.Code(), raw)
		require.NoErrorf(t, err, "what was accepted must stay acceptable: %s", raw)
		require.Equal(t, p, again)
	})
}
