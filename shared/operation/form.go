package operation

import (
	"strings"

	"ddap/shared/i18n"
	"ddap/shared/result"
)

// What a form needs beyond names and types: words for choices ("x-choices"),
// which parameters take a column ("x-column"), what is read of a source
// ("x-reads"), and what a model is for.

// Question is what people ask of data; each model answers some.
type Question string

// The questions, in the order in which a form offers them.
const (
	AskDescribe Question = "describe"
	AskNumber   Question = "number"
	AskClass    Question = "class"
	AskGroups   Question = "groups"
	AskForecast Question = "forecast"
	AskOutliers Question = "outliers"
	AskTest     Question = "test"
	AskPredict  Question = "predict"
)

var numbers = []result.Type{result.Integer, result.Float}
var moments = []result.Type{result.Date, result.Timestamp}

// use is what a model is for.
type use struct {
	questions []Question
	// target are the types that its target may have; nil for all.
	target []result.Type
}

var uses = map[Model]use{
	Describe:           {questions: []Question{AskDescribe}},
	Correlation:        {questions: []Question{AskDescribe}},
	PCA:                {questions: []Question{AskDescribe}},
	LinearRegression:   {[]Question{AskNumber}, numbers},
	Ridge:              {[]Question{AskNumber}, numbers},
	Lasso:              {[]Question{AskNumber}, numbers},
	ElasticNet:         {[]Question{AskNumber}, numbers},
	LogisticRegression: {questions: []Question{AskClass}},
	DecisionTree:       {questions: []Question{AskNumber, AskClass}},
	RandomForest:       {questions: []Question{AskNumber, AskClass}},
	GradientBoosting:   {questions: []Question{AskNumber, AskClass}},
	Auto:               {questions: []Question{AskNumber, AskClass}},
	KMeans:             {questions: []Question{AskGroups}},
	DBSCAN:             {questions: []Question{AskGroups, AskOutliers}},
	IsolationForest:    {questions: []Question{AskOutliers}},
	HoltWinters:        {[]Question{AskForecast}, numbers},
	TTest:              {[]Question{AskTest}, numbers},
	MannWhitney:        {[]Question{AskTest}, numbers},
	ANOVA:              {[]Question{AskTest}, numbers},
	ChiSquare:          {questions: []Question{AskTest}},
	Predict:            {questions: []Question{AskPredict}},
}

// columnOf says that a parameter takes a column.
type columnOf struct {
	// types are those that it may have; nil for all.
	types []result.Type
	// of is the parameter with the source that has the column; "source" when empty.
	of string
}

// columnParams are the parameters that take a column, or a list of them, below
// their operation or model.
var columnParams = map[string]columnOf{
	"fetch.columns":                     {},
	"filter.select":                     {},
	"filter.group_by":                   {},
	"filter.aggregates.column":          {},
	"filter.sort.column":                {},
	"filter.missing.columns":            {},
	"filter.drop_duplicates":            {},
	"filter.join.on":                    {},
	"filter.join.left_on":               {},
	"filter.join.right_on":              {of: "join.right"},
	"filter.pivot.columns":              {},
	"filter.pivot.index":                {},
	"filter.pivot.values":               {},
	"filter.resample.on":                {types: moments},
	"filter.resample.by":                {},
	"filter.resample.aggregates.column": {},
	"filter.rolling.on":                 {types: moments},
	"filter.rolling.by":                 {},
	"filter.rolling.columns":            {types: numbers},
	"analyze.features":                  {},
	"analyze.target":                    {},
	"analyze.validation.column":         {},
	"analyze.validation.order_by":       {},
	"t_test.group":                      {},
	"t_test.paired_with":                {types: numbers},
	"mann_whitney.group":                {},
	"chi_square.group":                  {},
	"anova.group":                       {},
	"holt_winters.time":                 {types: append(append([]result.Type{}, moments...), numbers...)},
}

// readsOf says what is read of a parameter that takes a source; rows where it
// stands in no line. Which of the two a report reads is for its format to say.
var readsOf = map[string]string{"analyze.model_from": "model", "export.inputs": "result or rows"}

// form adds to the schema of an object what forms need of its parameters.
func form(at string, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for name, node := range properties {
		property, ok := node.(map[string]any)
		if !ok {
			continue
		}
		path := at + "." + name
		// A list says of its elements what they are.
		element := property
		if items, ok := property["items"].(map[string]any); ok {
			element = items
		}
		if column, takes := columnParams[path]; takes {
			element["x-column"] = column.schema()
		}
		if element["$ref"] == "#/$defs/"+string(SourceOf) {
			element["x-reads"] = "rows"
			if reads, other := readsOf[path]; other {
				element["x-reads"] = reads
			}
		}
		form(path, element)
	}
}

func (c columnOf) schema() map[string]any {
	out := map[string]any{"source": "source"}
	if c.of != "" {
		out["source"] = c.of
	}
	if c.types != nil {
		out["types"] = c.types
	}
	return out
}

// choiceSchemas gives the words for the choices of a parameter, in their order.
func choiceSchemas[T ~string](parameter string, choices []T) []any {
	out := make([]any, len(choices))
	for i, choice := range choices {
		entry := map[string]any{"value": string(choice)}
		annotate(entry, choiceTitle(parameter, string(choice)), i18n.Text{})
		out[i] = entry
	}
	return out
}

// choiceTitle finds the words for one choice: those of the parameter, else those
// that the choice has everywhere. A choice without any is a model or a name.
func choiceTitle(parameter, choice string) i18n.Text {
	if parameter == "model" || parameter == "candidates" {
		for _, m := range modelSpecs {
			if string(m.Model) == choice {
				return m.Title
			}
		}
	}
	if title, ok := choiceTitles[parameter+"="+choice]; ok {
		return title
	}
	if title, ok := choiceTitles[choice]; ok {
		return title
	}
	return i18n.Text{EN: strings.ToUpper(choice), ID: strings.ToUpper(choice)}
}
