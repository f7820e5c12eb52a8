package main

import (
	"encoding/json"
	"fmt"

	"ddap/shared/api"
	"ddap/shared/operation"
)

// datasets are what the demo shares from the data folder: a name and a file each.
var datasets = []struct{ name, file string }{
	{"penguins", "penguins.json"},
	{"birdstrikes", "birdstrikes.csv"},
	{"flights", "flights.parquet"},
}

// The refs of the steps whose results the demo shows.
const (
	refWhy    = "why_late"
	refGroups = "penguin_groups"
	refCosts  = "strike_costs"
	refReport = "report"
)

// question is the demo's pipeline: three questions, each of another kind of file,
// and one report of the answers.
func question() api.PipelineRequest {
	measures := []string{"Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"}
	return api.PipelineRequest{Name: "Late flights, penguins, and birds in the way", Tasks: []api.PipelineStep{
		step("flights", operation.Fetch, "Look at the flights", &operation.FetchParams{
			Source: operation.Source{Dataset: "flights"},
		}),
		step("late", operation.Filter, "Keep those that were late", &operation.FilterParams{
			Source: operation.Source{Task: "flights"},
			Where:  &operation.Where{Column: "delay", Op: operation.Ge, Value: 15},
			Select: []string{"delay", "distance", "origin"},
		}),
		step(refWhy, operation.Analyze, "Does distance matter?", &operation.AnalyzeParams{
			Source: operation.Source{Task: "late"}, Model: operation.LinearRegression,
			Target: "delay", Features: []string{"distance"},
		}),
		step("measured", operation.Filter, "Keep measured penguins", &operation.FilterParams{
			Source: operation.Source{Dataset: "penguins"},
			Where:  present(measures), Select: append([]string{"Species"}, measures...),
		}),
		step(refGroups, operation.Analyze, "Find kinds of penguins", &operation.AnalyzeParams{
			Source: operation.Source{Task: "measured"}, Model: operation.KMeans, Features: measures,
			ModelParams: json.RawMessage(`{"n_clusters": 3}`),
		}),
		step("strikes", operation.Filter, "Keep costly bird strikes", &operation.FilterParams{
			Source: operation.Source{Dataset: "birdstrikes"},
			Where:  &operation.Where{Column: "Cost Total $", Op: operation.Gt, Value: 0},
			Select: []string{"Wildlife Size", "Phase of flight", "Speed IAS in knots", "Cost Total $"},
		}),
		step(refCosts, operation.Analyze, "What does a strike cost?", &operation.AnalyzeParams{
			Source: operation.Source{Task: "strikes"}, Model: operation.Describe,
		}),
		step(refReport, operation.Export, "Make a report of it all", &operation.ExportParams{
			Inputs: []operation.Source{{Task: "flights"}, {Task: refWhy}, {Task: refGroups}, {Task: refCosts}},
			Format: operation.HTML, Title: "Late flights, penguins, and birds in the way",
		}),
	}}
}

// present keeps rows that have a value in every one of the columns.
func present(columns []string) *operation.Where {
	where := &operation.Where{}
	for _, c := range columns {
		where.All = append(where.All, operation.Where{Column: c, Op: operation.NotNull})
	}
	return where
}

func step(ref string, code operation.Code, name string, params operation.Params) api.PipelineStep {
	raw, err := json.Marshal(params)
	if err != nil {
		panic(fmt.Sprintf("encode the parameters of %s: %v", ref, err)) // plain structs always encode
	}
	return api.PipelineStep{Ref: ref, Name: name, OperationCode: int(code), Params: raw}
}
