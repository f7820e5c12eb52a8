package operation

import (
	"slices"

	"ddap/shared/fault"
)

// Source names where data comes from. Exactly one of its names is set.
type Source struct {
	// Dataset is the name of a shared dataset. It stands for any runner's
	// dataset of that name as long as their columns and policies are equal.
	Dataset string `json:"dataset,omitempty"`
	// DatasetID is one dataset of one runner.
	DatasetID string `json:"dataset_id,omitempty"`
	// Task is the id of the task whose output is read; inside a new pipeline,
	// the ref of one of its steps.
	Task string `json:"task,omitempty"`
	// Upload is the id of a file that somebody sent to the server.
	Upload string `json:"upload,omitempty"`
	// Reading says how the upload is written, where that is not to be found out; nil
	// for all other sources, of which their owners say it.
	Reading *Reading `json:"reading,omitempty"`
}

// SourceAt is a source and its place in the parameters.
type SourceAt struct {
	// Path is where the source stands, as in "params.inputs[0]".
	Path   string
	Source *Source
	// Reads says what of it is read. The zero value is its rows.
	Reads Reads
}

// Reads is what an operation reads of a source.
type Reads int

// What may be read.
const (
	// ReadsRows are the rows, which stay where they are: the task goes there.
	ReadsRows Reads = iota
	// ReadsResult is the result document of a task, which any runner can fetch.
	ReadsResult
	// ReadsModel is the model that a task trained, which any runner can fetch.
	ReadsModel
)

var sourceKinds = []string{"dataset", "dataset_id", "task", "upload"}

func checkSource(path string, object map[string]any) []fault.Field {
	var out []fault.Field
	set := 0
	for _, name := range sortedKeys(object) {
		if name == "reading" && object["upload"] != nil {
			out = append(out, checkReading(path+".reading", object[name])...)
			continue
		}
		if name == "reading" {
			out = append(out, fault.Field{Path: path + ".reading", Message: "is for uploads only: how other data is written, its owner says"})
			continue
		}
		if !slices.Contains(sourceKinds, name) {
			out = append(out, unknownName(path+"."+name, "kind of source", name, sourceKinds))
			continue
		}
		set++
		out = append(out, checkString(path+"."+name, object[name], Property{Kind: String})...)
	}
	if len(out) == 0 && set != 1 {
		out = append(out, fault.Field{Path: path, Message: "must name exactly one of dataset, dataset_id, task or upload"})
	}
	return out
}
