package operation_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/operation"
)

// freeTexts are the texts that are neither a choice nor a column.
var freeTexts = []string{
	"aggregates.name", "derive.expression", "derive.name", "join.suffixes", "resample.rule", "resample.aggregates.name", "title", "t_test.groups", "mann_whitney.groups",
}

// nodes calls visit with every parameter of a schema, lists with their items.
func nodes(at string, schema map[string]any, visit func(path string, node map[string]any)) {
	properties, _ := schema["properties"].(map[string]any)
	for name, child := range properties {
		node, path := child.(map[string]any), name
		if at != "" {
			path = at + "." + name
		}
		if items, ok := node["items"].(map[string]any); ok {
			node = items
		}
		visit(path, node)
		nodes(path, node, visit)
	}
}

// asJSON is what clients get of a schema.
func asJSON(t *testing.T, schema map[string]any) (out map[string]any) {
	t.Helper()
	raw, err := json.Marshal(schema)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func TestSchema_TellsAFormWhatEveryParameterTakes(t *testing.T) {
	t.Parallel()
	columns, reads := map[string]any{}, map[string]any{}
	visit := func(path string, node map[string]any) {
		choices, _ := node["enum"].([]any)
		words, _ := node["x-choices"].([]any)
		require.Len(t, words, len(choices), path)
		for i, word := range words {
			w, _ := word.(map[string]any)
			require.Equal(t, choices[i], w["value"], path)
			require.NotEmpty(t, w["title"], path)
			require.NotEmpty(t, w["x-i18n"], path)
		}
		if column, ok := node["x-column"]; ok {
			columns[path] = column
			return
		}
		if node["$ref"] == "#/$defs/source" {
			reads[path] = node["x-reads"]
		}
		require.Falsef(t, node["type"] == "string" && choices == nil && !slices.Contains(freeTexts, path), "%s is a column, or it belongs to freeTexts", path)
	}
	for _, spec := range operation.Specs() {
		schema := asJSON(t, spec.Schema())
		nodes("", schema, visit)
		models, _ := schema["x-models"].([]any)
		for _, entry := range models {
			m, _ := entry.(map[string]any)
			params, _ := m["params"].(map[string]any)
			name, _ := m["model"].(string)
			nodes(name, params, visit)
			require.NotEmpty(t, m["x-questions"], name)
			require.True(t, m["x-target-types"] == nil || m["has_target"] == true, name)
		}
	}
	require.Equal(t, map[string]any{"source": "source"}, columns["group_by"])
	require.Equal(t, map[string]any{"source": "join.right"}, columns["join.right_on"])
	require.Equal(t, map[string]any{"source": "source", "types": []any{"date", "timestamp"}}, columns["resample.on"])
	require.Contains(t, columns, "resample.aggregates.column")
	require.Equal(t, map[string]any{"source": "rows", "join.right": "rows", "model_from": "model", "inputs": "result or rows"}, reads)
}

func TestSchema_GivesChoicesTheirOwnWords(t *testing.T) {
	t.Parallel()
	texts := 0
	for _, spec := range operation.Specs() {
		nodes("", asJSON(t, spec.Schema()), func(path string, node map[string]any) {
			words, _ := node["x-choices"].([]any)
			for _, word := range words {
				w, _ := word.(map[string]any)
				switch w["value"] {
				case "pdf", "json", "csv", "utf-8", "utf-16le", "utf-16be", "windows-1252", "latin-1": // the same in every language
				default:
					texts++
					value, _ := w["value"].(string)
					require.NotEqual(t, upper(value), w["title"], path)
				}
			}
		})
	}
	require.Greater(t, texts, 60)
}

func upper(s string) string {
	out := []byte(s)
	for i, c := range out {
		if 'a' <= c && c <= 'z' {
			out[i] = c - 'a' + 'A'
		}
	}
	return string(out)
}
