package operation_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/operation"
)

var paramTypes = map[operation.Code]any{
	operation.Fetch:   operation.FetchParams{},
	operation.Filter:  operation.FilterParams{},
	operation.Analyze: operation.AnalyzeParams{},
	operation.Export:  operation.ExportParams{},
}

func TestSpecs_NameExactlyTheFieldsOfTheParameters(t *testing.T) {
	t.Parallel()
	require.Len(t, operation.Specs(), len(operation.Codes()))
	for _, spec := range operation.Specs() {
		require.Equal(t, jsonFields(paramTypes[spec.Code]), propertyNames(spec.Properties), spec.Code.String())
	}
}

func TestSpecs_ExplainEveryParameterInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, spec := range operation.Specs() {
		require.NotEmpty(t, spec.Title.ID)
		for _, p := range spec.Properties {
			require.NotEmptyf(t, p.Title.EN, "%s.%s", spec.Name, p.Name)
			require.NotEmptyf(t, p.Title.ID, "%s.%s", spec.Name, p.Name)
			require.Equalf(t, p.Help.EN == "", p.Help.ID == "", "%s.%s", spec.Name, p.Name)
		}
	}
}

func TestSchema_IsCompleteJSON(t *testing.T) {
	t.Parallel()
	for _, spec := range operation.Specs() {
		raw, err := json.Marshal(spec.Schema())
		require.NoError(t, err)
		var schema struct {
			Schema     string                    `json:"$schema"`
			Additional *bool                     `json:"additionalProperties"`
			Properties map[string]map[string]any `json:"properties"`
			Order      []string                  `json:"x-order"`
			Defs       map[string]any            `json:"$defs"`
		}
		require.NoError(t, json.Unmarshal(raw, &schema))
		require.Contains(t, schema.Schema, "2020-12")
		require.False(t, *schema.Additional)
		require.Equal(t, propertyNames(spec.Properties), schema.Order)
		for name, property := range schema.Properties {
			if ref, ok := property["$ref"].(string); ok {
				require.Containsf(t, schema.Defs, strings.TrimPrefix(ref, "#/$defs/"), "%s.%s", spec.Name, name)
			}
		}
	}
}

func jsonFields(v any) []string {
	t := reflect.TypeOf(v)
	names := make([]string, 0, t.NumField())
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

func propertyNames(properties []operation.Property) []string {
	names := make([]string, 0, len(properties))
	for _, p := range properties {
		names = append(names, p.Name)
	}
	return names
}
