package egress

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"ddap/desktop-runner/internal/export/csvcell"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// keptRows is how many rows of a table stay in a document that is too large.
const keptRows = 20

// fit makes the document small enough to be sent inline: the largest tables move
// into CSV files and leave their first rows behind, then the largest pictures
// are left out.
func (s *sealing) fit() ([]plan.Artifact, error) {
	var out []plan.Artifact
	for {
		size, err := jsonSize(s.doc)
		if err != nil || size <= result.MaxInlineBytes {
			return out, err
		}
		artifact, err := s.spill()
		switch {
		case err != nil:
			return nil, err
		case artifact != nil:
			out = append(out, *artifact)
		case !s.dropChart():
			return nil, fault.New("egress.Seal", fault.TooLarge, string(task.ResultTooLarge),
				"the result has %d bytes where %d are allowed; ask for fewer columns", size, result.MaxInlineBytes)
		}
	}
}

// spill moves the largest table with more rows than are kept into a file; nil
// when there is none.
func (s *sealing) spill() (*plan.Artifact, error) {
	largest, at := 0, -1
	for i, t := range s.doc.Tables {
		if len(t.Rows) <= keptRows {
			continue
		}
		size, err := jsonSize(t)
		if err != nil {
			return nil, err
		}
		if size > largest {
			largest, at = size, i
		}
	}
	if at < 0 {
		return nil, nil
	}
	t := &s.doc.Tables[at]
	name := t.Name + ".csv"
	file, err := os.OpenFile(filepath.Join(s.plan.WorkDir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("writing a table: %w", err)
	}
	err = csvcell.Write(file, t.Columns, t.Rows)
	if closing := file.Close(); err == nil && closing != nil {
		err = fmt.Errorf("writing a table: %w", closing)
	}
	if err != nil {
		return nil, err
	}
	s.note("The table %q is too large to be shown whole; the file %s has all of it.", t.Title, name)
	t.Rows, t.Artifact = t.Rows[:keptRows], name
	return &plan.Artifact{Name: name, ContentType: "text/csv; charset=utf-8"}, nil
}

func (s *sealing) dropChart() bool {
	largest, at := 0, -1
	for i, c := range s.doc.Charts {
		if size, err := jsonSize(c); err == nil && size > largest {
			largest, at = size, i
		}
	}
	if at < 0 {
		return false
	}
	s.note("The picture %q is too large to be shown.", s.doc.Charts[at].Title)
	s.doc.Charts = append(s.doc.Charts[:at], s.doc.Charts[at+1:]...)
	return true
}

func jsonSize(v any) (int, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return 0, fmt.Errorf("measuring the document: %w", err)
	}
	return len(raw), nil
}
