package httpapi

import (
	"context"
	"maps"
	"net/http"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/operation"
)

func (s *Server) addOperations() {
	add(s, route{
		method: http.MethodGet, path: "/v1/operations", id: "list-operations", tag: tagDatasets,
		summary:     "Describe every operation",
		description: "Each with its parameters as JSON Schema, with titles and help, from which forms are built. Without lang, titles are in English and x-i18n carries the other languages.",
	}, s.listOperations)
}

type operationsInput struct {
	Language string `query:"lang" enum:"en,id,both" doc:"The language of titles and help; both when absent"`
}

func (s *Server) listOperations(_ context.Context, in *operationsInput) (*out[api.OperationList], error) {
	var list api.OperationList
	for _, spec := range operation.Specs() {
		entry := api.Operation{Code: int(spec.Code), Name: spec.Name, Title: spec.Title.EN, Parameters: spec.Schema()}
		if language := i18n.Language(in.Language); language == i18n.English || language == i18n.Indonesian {
			entry.Title = spec.Title.In(language)
			translate(entry.Parameters, in.Language)
		}
		list.Operations = append(list.Operations, entry)
	}
	return &out[api.OperationList]{Body: list}, nil
}

// translate puts one language's titles and help in place of all.
func translate(node any, language string) {
	switch v := node.(type) {
	case []any:
		for _, item := range v {
			translate(item, language)
		}
	case map[string]any:
		if all, ok := v["x-i18n"].(map[string]any); ok {
			delete(v, "x-i18n")
			texts, _ := all[language].(map[string]any)
			maps.Copy(v, texts)
		}
		for _, item := range v {
			translate(item, language)
		}
	}
}
