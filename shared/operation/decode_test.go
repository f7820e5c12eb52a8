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
		"join without keys":      {operation.Filter, `{` + source + `,"join":{"right":{"dataset":"e"}}}`, "params.join.on", "is required", ""},
		"join by unequal keys":   {operation.Filter, `{` + source + `,"join":{"right":{"dataset":"e"},"left_on":["a"],"right_on":["b","c"]}}`, "params.join.right_on", "each needs its partner", ""},
		"join of a kind":         {operation.Filter, `{` + source + `,"join":{"right":{"dataset":"e"},"how":"iner","on":["a"]}}`, "params.join.how", "did you mean", "inner"},
		"join without source":    {operation.Filter, `{` + source + `,"join":{"right":{"dateset":"e"},"on":["a"]}}`, "params.join.right.dateset", "did you mean", "dataset"},
		"cross join by keys":     {operation.Filter, `{` + source + `,"join":{"right":{"dataset":"e"},"how":"cross","on":["a"]}}`, "params.join.how", "takes no keys", ""},
		"equal suffixes":         {operation.Filter, `{` + source + `,"join":{"right":{"dataset":"e"},"on":["a"],"suffixes":["",""]}}`, "params.join.suffixes", "must differ", ""},
		"a suffix of two lines":  {operation.Filter, `{` + source + `,"join":{"right":{"dataset":"e"},"on":["a"],"suffixes":["","_\n"]}}`, "params.join.suffixes[1]", "must be plain text", ""},
		"a suffix that ends":     {operation.Filter, `{` + source + `,"join":{"right":{"dataset":"e"},"on":["a"],"suffixes":["_\u0000",""]}}`, "params.join.suffixes[0]", "must be plain text", ""},
		"expression":             {operation.Filter, `{` + source + `,"derive":[{"name":"b","expression":"a +"}]}`, "params.derive[0].expression", "at character 4", ""},
		"unknown function":       {operation.Filter, `{` + source + `,"derive":[{"name":"b","expression":"1 + rond(a)"}]}`, "params.derive[0].expression", "at character 5", "round"},
		"derived twice":          {operation.Filter, `{` + source + `,"derive":[{"name":"b","expression":"1"},{"name":"B","expression":"2"}]}`, "params.derive[1].name", "given twice", ""},
		"derived name":           {operation.Filter, `{` + source + `,"derive":[{"name":"a\nb","expression":"1"}]}`, "params.derive[0].name", "plain text on one line", ""},
		"two shapes":             {operation.Filter, `{` + source + `,"group_by":["a"],"resample":{"on":"t","rule":"1D"}}`, "params.resample", "together with group_by", ""},
		"unknown aggregate":      {operation.Filter, `{` + source + `,"aggregates":[{"column":"a","func":"average"}]}`, "params.aggregates[0].func", "known are count, size", ""},
		"aggregate of nothing":   {operation.Filter, `{` + source + `,"aggregates":[{"func":"mean"}]}`, "params.aggregates[0].column", "is required for mean", ""},
		"size of a column":       {operation.Filter, `{` + source + `,"aggregates":[{"func":"size","column":"a"}]}`, "params.aggregates[0].column", "use count", ""},
		"quantile of another":    {operation.Filter, `{` + source + `,"aggregates":[{"func":"mean","column":"a","q":0.5}]}`, "params.aggregates[0].q", "for the function quantile only", ""},
		"quantile beyond":        {operation.Filter, `{` + source + `,"aggregates":[{"func":"quantile","column":"a","q":50}]}`, "params.aggregates[0].q", "from 0 to 1", ""},
		"aggregate named as key": {operation.Filter, `{` + source + `,"group_by":["a"],"aggregates":[{"func":"size","name":"A"}]}`, "params.aggregates[0].name", "given twice", ""},
		"dropna of no groups":    {operation.Filter, `{` + source + `,"dropna":true}`, "params.dropna", "there is no group_by", ""},
		"pivot of its index":     {operation.Filter, `{` + source + `,"pivot":{"index":["a"],"columns":"a","values":"b"}}`, "params.pivot.columns", "among the columns of index", ""},
		"window of no length":    {operation.Filter, `{` + source + `,"rolling":{"window":"1W","columns":["a"],"func":"sum"}}`, "params.rolling.window", "a length of time such as", ""},
		"window of a fraction":   {operation.Filter, `{` + source + `,"rolling":{"window":1.5,"columns":["a"],"func":"sum"}}`, "params.rolling.window", "a whole number of rows", ""},
		"window of time":         {operation.Filter, `{` + source + `,"rolling":{"window":"1D","columns":["a"],"func":"sum"}}`, "params.rolling.on", "is required for a window of time", ""},
		"more than the window":   {operation.Filter, `{` + source + `,"rolling":{"window":2,"min_periods":3,"columns":["a"],"func":"sum"}}`, "params.rolling.min_periods", "at most 2", ""},
		"rule":                   {operation.Filter, `{` + source + `,"resample":{"on":"t","rule":"1 day"}}`, "params.resample.rule", "write a number and a unit", ""},
		"rule of two months":     {operation.Filter, `{` + source + `,"resample":{"on":"t","rule":"2MS"}}`, "params.resample.rule", "come one at a time", ""},
		"rule beyond":            {operation.Filter, `{` + source + `,"resample":{"on":"t","rule":"999999999D"}}`, "params.resample.rule", "100 years", ""},
		"closed months":          {operation.Filter, `{` + source + `,"resample":{"on":"t","rule":"M","closed":"left"}}`, "params.resample.rule", "take neither closed nor label", ""},
		"fill of no columns":     {operation.Filter, `{` + source + `,"missing":[{"method":"mean"}]}`, "params.missing[0].columns", "is required for mean", ""},
		"constant of nothing":    {operation.Filter, `{` + source + `,"missing":[{"method":"constant","columns":["a"]}]}`, "params.missing[0].value", "is required for constant", ""},
		"value of another":       {operation.Filter, `{` + source + `,"missing":[{"method":"drop","value":1}]}`, "params.missing[0].value", "for the method constant only", ""},
		"value of a list":        {operation.Filter, `{` + source + `,"missing":[{"method":"constant","columns":["a"],"value":[1]}]}`, "params.missing[0].value", "must be text, a number, true or false", ""},
		"unknown model":          {operation.Analyze, `{` + source + `,"model":"kmean"}`, "params.model", "did you mean", "kmeans"},
		"no target":              {operation.Analyze, `{` + source + `,"model":"linear_regression"}`, "params.target", "is required", ""},
		"target of kmeans":       {operation.Analyze, `{` + source + `,"model":"kmeans","target":"a"}`, "params.target", "has no target", ""},
		"target among features":  {operation.Analyze, `{` + source + `,"model":"linear_regression","target":"a","features":["a"]}`, "params.features", "contains the target", ""},
		"unknown model option":   {operation.Analyze, `{` + source + `,"model":"kmeans","params":{"k":3}}`, "params.params.k", "is not a known field", ""},
		"groups to try":          {operation.Analyze, `{` + source + `,"model":"kmeans","params":{"n_clusters_range":[5,2]}}`, "params.params.n_clusters_range", "the first must be the smaller", ""},
		"half a component":       {operation.Analyze, `{` + source + `,"model":"pca","params":{"n_components":2.5}}`, "params.params.n_components", "a part of the variance", ""},
		"eps of nothing":         {operation.Analyze, `{` + source + `,"model":"dbscan","params":{"eps":0}}`, "params.params.eps", "more than 0", ""},
		"model option of wrong":  {operation.Analyze, `{` + source + `,"model":"kmeans","params":{"n_clusters":0}}`, "params.params.n_clusters", "from 1 to 1000", ""},
		"no inputs":              {operation.Export, `{"inputs":[],"format":"html"}`, "params.inputs", "at least 1", ""},
		"unknown format":         {operation.Export, `{"inputs":[{"task":"t"}],"format":"htm"}`, "params.format", "did you mean", "html"},
		"report of a dataset":    {operation.Export, `{"inputs":[{"dataset":"d"}],"format":"html"}`, "params.inputs[0]", "name a task", ""},
		"data file of two":       {operation.Export, `{"inputs":[{"dataset":"d"},{"dataset":"e"}],"format":"csv"}`, "params.inputs", "exactly one input", ""},
		"parquet of two":         {operation.Export, `{"inputs":[{"task":"d"},{"task":"e"}],"format":"parquet"}`, "params.inputs", "exactly one input", ""},
		"workbook of two":        {operation.Export, `{"inputs":[{"task":"d"},{"dataset":"e"}],"format":"xlsx"}`, "params.inputs", "exactly one input", ""},
		"workbook about data":    {operation.Export, `{"inputs":[{"dataset":"d"}],"format":"xlsx","content":"report"}`, "params.inputs[0]", "name a task", ""},
		"results of a dataset":   {operation.Export, `{"inputs":[{"upload":"u"}],"format":"json"}`, "params.inputs[0]", "name a task", ""},
		"report as parquet":      {operation.Export, `{"inputs":[{"task":"t"}],"format":"parquet","content":"report"}`, "params.content", "html, pdf, xlsx, json", ""},
		"rows as html":           {operation.Export, `{"inputs":[{"task":"t"}],"format":"html","content":"rows"}`, "params.content", "xlsx, csv, parquet", ""},
		"unknown content":        {operation.Export, `{"inputs":[{"task":"t"}],"format":"xlsx","content":"row"}`, "params.content", "did you mean", "rows"},
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

func TestExport_ReadsRowsOnlyWhereTheFileHoldsThem(t *testing.T) {
	t.Parallel()
	for params, want := range map[string]operation.Reads{
		`{"inputs":[{"task":"a"}],"format":"html"}`:                     operation.ReadsResult,
		`{"inputs":[{"task":"a"}],"format":"json"}`:                     operation.ReadsResult,
		`{"inputs":[{"task":"a"}],"format":"csv"}`:                      operation.ReadsRows,
		`{"inputs":[{"task":"a"}],"format":"parquet"}`:                  operation.ReadsRows,
		`{"inputs":[{"upload":"a"}],"format":"parquet"}`:                operation.ReadsRows,
		`{"inputs":[{"task":"a"}],"format":"xlsx"}`:                     operation.ReadsResult,
		`{"inputs":[{"task":"a"}],"format":"xlsx","content":"rows"}`:    operation.ReadsRows,
		`{"inputs":[{"task":"a"}],"format":"xlsx","content":"report"}`:  operation.ReadsResult,
		`{"inputs":[{"dataset":"a"}],"format":"xlsx"}`:                  operation.ReadsRows,
		`{"inputs":[{"dataset_id":"a"}],"format":"xlsx"}`:               operation.ReadsRows,
		`{"inputs":[{"dataset":"a"}],"format":"xlsx","content":"rows"}`: operation.ReadsRows,
	} {
		p, wrong := decode(operation.Export, params)
		require.Empty(t, wrong, params)
		require.Equal(t, want, p.Sources()[0].Reads, params)
	}
}

func TestSources_AreBothSidesOfAJoin(t *testing.T) {
	t.Parallel()
	p, wrong := decode(operation.Filter, `{"source":{"task":"a"},"join":{"right":{"task":"b"},"on":["k"]}}`)
	require.Empty(t, wrong)
	sources := p.Sources()
	require.Equal(t, "params.join.right", sources[1].Path)
	sources[1].Source.Task = "id"
	require.Equal(t, "id", p.(*operation.FilterParams).Join.Right.Task)
}

func TestModelParameters_DefaultsAreThoseOfTheSpecification(t *testing.T) {
	t.Parallel()
	analyze := operation.AnalyzeParams{}
	effective := map[operation.Model]func() (any, error){
		operation.Describe:           func() (any, error) { return map[string]any{}, nil },
		operation.Auto:               func() (any, error) { return map[string]any{}, nil },
		operation.Predict:            func() (any, error) { return map[string]any{}, nil },
		operation.Correlation:        func() (any, error) { return analyze.Correlation() },
		operation.LinearRegression:   func() (any, error) { return analyze.LinearRegression() },
		operation.Ridge:              func() (any, error) { return analyze.Ridge() },
		operation.Lasso:              func() (any, error) { return analyze.Lasso() },
		operation.ElasticNet:         func() (any, error) { return analyze.ElasticNet() },
		operation.LogisticRegression: func() (any, error) { return analyze.LogisticRegression() },
		operation.DecisionTree:       func() (any, error) { return analyze.DecisionTree() },
		operation.RandomForest:       func() (any, error) { return analyze.RandomForest() },
		operation.GradientBoosting:   func() (any, error) { return analyze.GradientBoosting() },
		operation.KMeans:             func() (any, error) { return analyze.KMeans() },
		operation.TTest:              func() (any, error) { return analyze.TTest() },
		operation.MannWhitney:        func() (any, error) { return analyze.MannWhitney() },
		operation.ChiSquare:          func() (any, error) { return analyze.ChiSquare() },
		operation.ANOVA:              func() (any, error) { return analyze.ANOVA() },
		operation.HoltWinters:        func() (any, error) { return analyze.HoltWinters() },
		operation.IsolationForest:    func() (any, error) { return analyze.IsolationForest() },
		operation.DBSCAN:             func() (any, error) { return analyze.DBSCAN() },
		operation.PCA:                func() (any, error) { return analyze.PCA() },
	}
	for _, spec := range operation.Models() {
		require.Containsf(t, effective, spec.Model, "a model without a line here")
		analyze.Model = spec.Model
		params, err := effective[spec.Model]()
		require.NoError(t, err)
		raw, err := json.Marshal(params)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(raw, &got))
		require.Lenf(t, got, len(spec.Params), "%s", spec.Model)
		for _, p := range spec.Params {
			require.Containsf(t, got, p.Name, "%s.%s", spec.Model, p.Name)
			if p.Default == nil {
				require.Emptyf(t, got[p.Name], "%s.%s has no default", spec.Model, p.Name)
				continue
			}
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
		// Written, an empty list is the same as none.
		rewritten, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(raw), string(rewritten))
	})
}

func TestSource_SaysHowAnUploadIsWritten_AndNothingElse(t *testing.T) {
	t.Parallel()
	for source, path := range map[string]string{
		`{"upload":"a","reading":{"delimiter":";","decimal":",","dayfirst":true,"types":{"a":"integer"}}}`: "",
		`{"dataset":"a","reading":{"delimiter":";"}}`:                                                      "params.source.reading",
		`{"task":"a","reading":{}}`:                                                                        "params.source.reading",
		`{"upload":"a","reading":"csv"}`:                                                                   "params.source.reading",
		`{"upload":"a","reading":{"delimiter":"ab"}}`:                                                      "params.source.reading.delimiter",
		`{"upload":"a","reading":{"delimiter":"\""}}`:                                                      "params.source.reading.delimiter",
		`{"upload":"a","reading":{"encoding":"ebcdic"}}`:                                                   "params.source.reading.encoding",
		`{"upload":"a","reading":{"decimal":",","thousands":","}}`:                                         "params.source.reading.thousands",
		`{"upload":"a","reading":{"types":{"a":"whole"}}}`:                                                 "params.source.reading.types.a",
		`{"upload":"a","reading":{"sheet":"x","sheet_number":2}}`:                                          "params.source.reading.sheet_number",
		`{"upload":"a","reading":{"colour":"red"}}`:                                                        "params.source.reading.colour",
		`{"reading":{"delimiter":";"}}`:                                                                    "params.source.reading",
	} {
		_, wrong := decode(operation.Fetch, `{"source":`+source+`}`)
		if path == "" {
			require.Empty(t, wrong, source)
			continue
		}
		require.NotEmpty(t, wrong, source)
		require.Equal(t, path, wrong[0].Path, source)
	}
}

func TestDecode_TakesPartsOfReportsOnly(t *testing.T) {
	t.Parallel()
	p, err := operation.Decode(operation.Export, json.RawMessage(`{"inputs":[{"task":"a"}],"format":"pdf","sections":["summary","tables"]}`))
	require.NoError(t, err)
	export, ok := p.(*operation.ExportParams)
	require.True(t, ok)
	require.False(t, export.NeedsData())
	require.True(t, export.Shows(operation.TablesSection))
	require.False(t, export.Shows(operation.ChartsSection))
	require.True(t, (&operation.ExportParams{}).Shows(operation.ChartsSection))
	for params, want := range map[string]string{
		`{"inputs":[{"task":"a"}],"format":"html","sections":["chart"]}`:    "params.sections[0]",
		`{"inputs":[{"task":"a"}],"format":"html","sections":[]}`:           "params.sections",
		`{"inputs":[{"dataset":"a"}],"format":"csv","sections":["tables"]}`: "leave them out",
		`{"inputs":[{"dataset":"a"}],"format":"pdf"}`:                       "a report is made from results",
	} {
		_, err := operation.Decode(operation.Export, json.RawMessage(params))
		require.ErrorContains(t, err, want, params)
	}
}
