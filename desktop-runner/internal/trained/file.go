// Package trained is the file in which a trained model travels: what it predicts,
// the columns that it has to be given and how they become numbers, what was
// learned, and from which data. docs/models/predict.md documents it.
package trained

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"ddap/shared/operation"
	"ddap/shared/result"
)

// Format and Version tell such a file from others, and its version.
const (
	Format  = "ddap.model"
	Version = 1
)

// MaxClasses is how many classes a model tells apart at most.
const MaxClasses = 100

// MaxBytes is how large a file may be that is read. It stands in memory three times:
// as it is, without what is around the fitted model, and as that.
const MaxBytes = 512 << 20

// File is a trained model.
type File struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	Model   operation.Model `json:"model"`
	// Target is the column that it predicts. Classes are the names of its classes
	// in their order, none where it is a number.
	Target  result.Column `json:"target"`
	Classes []string      `json:"classes,omitempty"`
	// Features are the columns that it has to be given, and Preprocess how they
	// become numbers: a design.Recipe.
	Features   []result.Column `json:"features"`
	Preprocess json.RawMessage `json:"preprocess"`
	// Parameters are the effective ones, Training says what it was trained on.
	Parameters map[string]any `json:"parameters"`
	Training   Training       `json:"training"`
	// Fitted is what was learned; each kind of model has its own form.
	Fitted json.RawMessage `json:"fitted"`
}

// Training says what a model was trained on.
type Training struct {
	// Rows were learned from; nil where the policy withholds their number.
	Rows    *int64          `json:"rows,omitempty"`
	Sources []result.Source `json:"sources"`
	// Program is the version that trained it.
	Program string `json:"program"`
}

// Read reads a file that anybody may have written, of which it takes no more than
// a quarter of the memory; none is a cautious default. The error is for people.
func Read(path string, memoryBytes int64) (*File, error) {
	if memoryBytes <= 0 {
		memoryBytes = 1 << 30
	}
	most := min(MaxBytes, memoryBytes/4)
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the file of the model cannot be read: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fmt.Errorf("the file of the model cannot be read: %w", err)
	}
	if int64(len(raw)) > most {
		return nil, fmt.Errorf("the file of the model has more than %d MB, a quarter of the memory that a task may use on this computer, or more than any model", most>>20)
	}
	var f File
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, errors.New("the file of the model is damaged: it is no JSON of the right form")
	}
	return &f, f.check()
}

func (f *File) check() error {
	switch {
	case f.Format != Format:
		return fmt.Errorf("the file is no model: its format is %q and not %q", f.Format, Format)
	case f.Version != Version:
		return fmt.Errorf("the model's file has version %d, and this runner reads version %d", f.Version, Version)
	case f.Target.Name == "" || len(f.Features) == 0 || len(f.Preprocess) == 0 || len(f.Fitted) == 0:
		return errors.New("the file of the model is damaged: parts of it are missing")
	case f.Classes != nil && (len(f.Classes) < 2 || len(f.Classes) > MaxClasses):
		return errors.New("the file of the model is damaged: it has too few classes, or too many")
	case len(slices.Compact(slices.Sorted(slices.Values(f.Classes)))) != len(f.Classes):
		return errors.New("the file of the model is damaged: a class stands in it twice")
	}
	return nil
}

// Mismatch says how columns differ from those that the model has to be given,
// one sentence a column; none where they do not. Any number does for a number.
func (f *File) Mismatch(columns []result.Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	var out []string
	for _, want := range f.Features {
		at := slices.Index(names, want.Name)
		switch {
		case at < 0:
			sentence := fmt.Sprintf("the model learned from the column %s, which is not there.", want.Name)
			if near := operation.Nearest(want.Name, names); near != "" {
				sentence += " Did you mean " + near + "?"
			}
			out = append(out, sentence)
		case columns[at].Type != want.Type && (!columns[at].Type.Numeric() || !want.Type.Numeric()):
			out = append(out, fmt.Sprintf("the column %s is of type %s here, and the model learned from %s.", want.Name, columns[at].Type, want.Type))
		}
	}
	return out
}
