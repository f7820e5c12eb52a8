package plan

import "ddap/shared/result"

// Known is what an earlier look at all rows of a dataset's files found, so that
// a task need not find it again. It says nothing of values but what the values
// have in common.
type Known struct {
	// Stamp is that of the files at that time, see sharepath.Stamp. Where it is
	// another one now, nothing here holds any more.
	Stamp string `json:"stamp"`
	Rows  int64  `json:"rows"`
	// Texts are the files of CSV, Records those of JSON, one entry for each.
	Texts   []KnownText     `json:"texts,omitempty"`
	Records [][]KnownColumn `json:"records,omitempty"`
}

// KnownText is how a file of values as text is written.
type KnownText struct {
	Encoding string `json:"encoding"`
	// Rewritten means that the engine cannot read it as it is.
	Rewritten bool   `json:"rewritten,omitempty"`
	Delimiter string `json:"delimiter"`
	Header    bool   `json:"header"`
	// Names and Kinds are those of the columns; Kinds are package source's.
	Names []string `json:"names"`
	Kinds []string `json:"kinds"`
	// Unsure says of columns what could not be decided.
	Unsure []string `json:"unsure,omitempty"`
	// Serial means that several threads would take it apart in the wrong places.
	Serial bool `json:"serial,omitempty"`
	// NAValues are those texts for a missing value that occur, or may.
	NAValues []string `json:"na_values,omitempty"`
}

// KnownColumn is a field of records: the engine's type for it, and ours.
type KnownColumn struct {
	Name     string      `json:"name"`
	Database string      `json:"database"`
	Type     result.Type `json:"type"`
}
