package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ddap/shared/api"
	"ddap/shared/i18n"
)

// Operations lists every operation with its parameters, as the server's JSON
// Schemas describe them; what a schema leaves out is left out here.
func (v View) Operations(list api.OperationList) []Line {
	var out []Line
	for i, o := range list.Operations {
		if i > 0 {
			out = append(out, nil)
		}
		title := v.schemaText(o.Parameters, "title")
		if title == "" {
			title = o.Title
		}
		out = append(out, Line{{strconv.Itoa(o.Code) + " " + o.Name, bold}, {"  " + title, plain}})
		out = append(out, v.folded(v.schemaText(o.Parameters, "description"), "  ", faint)...)
		out = append(out, v.parameters(o.Parameters)...)
		out = append(out, v.models(o.Parameters)...)
	}
	return out
}

func (v View) parameters(schema map[string]any) []Line {
	properties, _ := schema["properties"].(map[string]any)
	if len(properties) == 0 {
		return nil
	}
	required := names(schema["required"])
	width := 0
	for name := range properties {
		width = max(width, textWidth(Clean(name)))
	}
	var out []Line
	for _, name := range order(schema, properties) {
		property, _ := properties[name].(map[string]any)
		what := kind(property)
		if slices.Contains(required, name) {
			what += ", " + v.in(wordRequired)
		}
		out = append(out, v.hanging("    "+pad(Clean(name), width, false)+"  ", what)...)
		help := v.schemaText(property, "description")
		if help == "" {
			help = v.schemaText(property, "title")
		}
		out = append(out, v.folded(help, strings.Repeat(" ", width+6), faint)...)
	}
	return out
}

// models lists what analyze can do, which its schema has in an extension.
func (v View) models(schema map[string]any) []Line {
	list, _ := schema["x-models"].([]any)
	var out []Line
	for _, entry := range list {
		model, _ := entry.(map[string]any)
		name, _ := model["model"].(string)
		out = append(out, Line{{"  model " + name, bold}, {"  " + v.schemaText(model, "description"), faint}}.Fit(v.Width))
		params, _ := model["params"].(map[string]any)
		out = append(out, v.parameters(params)...)
	}
	return out
}

// order gives the names of properties as a form would show them, the rest after
// these by name.
func order(schema, properties map[string]any) []string {
	out := names(schema["x-order"])
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return slices.DeleteFunc(out, func(name string) bool { return properties[name] == nil })
}

func names(list any) []string {
	items, _ := list.([]any)
	var out []string
	for _, item := range items {
		if name, ok := item.(string); ok {
			out = append(out, name)
		}
	}
	return out
}

// kind describes a property's values: its type, choices and default.
func kind(property map[string]any) string {
	out, _ := property["type"].(string)
	if ref, ok := property["$ref"].(string); ok {
		out = ref[strings.LastIndex(ref, "/")+1:]
	}
	if choices := names(property["enum"]); len(choices) > 0 {
		out = strings.Join(choices, " | ")
	}
	if value, ok := property["default"]; ok {
		if raw, err := json.Marshal(value); err == nil {
			out += fmt.Sprintf(" = %s", raw)
		}
	}
	return out
}

// schemaText reads a text of a schema in the view's language.
func (v View) schemaText(schema map[string]any, name string) string {
	english, _ := schema[name].(string)
	languages, _ := schema["x-i18n"].(map[string]any)
	indonesian, _ := languages[string(i18n.Indonesian)].(map[string]any)
	other, _ := indonesian[name].(string)
	return v.in(i18n.Text{EN: english, ID: other})
}
