package result

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// UnmarshalJSON reads a table. Numbers become int64 in columns of integers, with
// all their digits, and float64 in all others, as they were when it was made.
func (t *Table) UnmarshalJSON(raw []byte) error {
	type plain Table // without this method
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode((*plain)(t)); err != nil {
		return err //nolint:wrapcheck // the decoder's own words are those of every other field
	}
	for _, row := range t.Rows {
		for j, cell := range row {
			literal, ok := cell.(json.Number)
			if !ok {
				continue
			}
			whole := j < len(t.Columns) && t.Columns[j].Type == Integer
			number, err := numberOf(literal, whole)
			if err != nil {
				return fmt.Errorf("read a cell: %w", err)
			}
			row[j] = number
		}
	}
	return nil
}

func numberOf(literal json.Number, whole bool) (any, error) {
	if whole {
		if n, err := literal.Int64(); err == nil {
			return n, nil
		}
	}
	return literal.Float64()
}
