package source_test

import (
	"encoding/csv"
	"html"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/workbook/workbooktest"
)

// A table is the same whether a text file has it or a sheet of texts.
func TestOpen_JudgesTextsInASheetAsInATextFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"all_missing.csv", "booleans.csv", "day_first.csv", "doubtful_dates.csv", "duplicates.csv", "empty_names.csv", "float_forms.csv",
		"header_only.csv", "hex.csv", "huge.csv", "integers.csv", "late_float.csv", "late_text.csv", "long_missing.csv", "missing.csv",
		"mixed_types.csv", "month_first.csv", "names_by_case.csv", "no_header.csv", "not_missing.csv", "numbers_first.csv", "own_day_first.csv",
		"plain.csv", "plain_dates.csv", "quoted_missing.csv", "spaced_numbers.csv", "spaces.csv", "thousands.csv", "times.csv",
		"unicode_names.csv", "years.csv", "yes_no.csv",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata/corpus", name)
			f, err := os.Open(path)
			require.NoError(t, err)
			defer f.Close()
			records, err := csv.NewReader(f).ReadAll()
			require.NoError(t, err)
			rows := make([][]any, len(records))
			for i, record := range records {
				for _, cell := range record {
					rows[i] = append(rows[i], html.EscapeString(cell))
				}
			}
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			want, values, err := openAll(t, plan.Limits{}, plan.Reading{}, ".csv", string(raw))
			require.NoError(t, err)
			got, read, err := openAll(t, plan.Limits{}, plan.Reading{}, ".xlsx", string(workbooktest.File(rows...)))
			require.NoError(t, err)
			require.Equal(t, want.Columns, got.Columns)
			require.Equal(t, want.Notes, got.Notes)
			require.Equal(t, values, read)
		})
	}
}
