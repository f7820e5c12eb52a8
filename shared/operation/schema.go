package operation

import (
	"ddap/shared/i18n"
)

// Schema gives the operation's parameters as JSON Schema (draft 2020-12).
// Titles and help are in English; "x-i18n" carries the other languages. The
// models of analyze stand under "x-models", each with the schema of its own
// parameters. What forms need besides is in form.go.
func (s Spec) Schema() map[string]any {
	out := objectSchema(s.Properties)
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	annotate(out, s.Title, s.Help)
	out["$defs"] = map[string]any{"source": sourceSchema(), "condition": conditionSchema()}
	form(s.Name, out)
	if s.Code == Analyze {
		out["x-models"] = modelSchemas()
	} else {
		out["x-leaves-rows"] = LeavesRows(s.Code, "")
	}
	return out
}

func modelSchemas() []any {
	out := make([]any, 0, len(modelSpecs))
	for _, m := range modelSpecs {
		params := objectSchema(m.Params)
		form(string(m.Model), params)
		entry := map[string]any{
			"model": string(m.Model), "has_target": m.HasTarget, "params": params,
			"x-questions": uses[m.Model].questions, "x-leaves-rows": LeavesRows(Analyze, m.Model), "x-trains": Trains(Analyze, m.Model),
		}
		if types := uses[m.Model].target; types != nil {
			entry["x-target-types"] = types
		}
		annotate(entry, m.Title, m.Help)
		out = append(out, entry)
	}
	return out
}

func objectSchema(properties []Property) map[string]any {
	fields, order, required := map[string]any{}, []string{}, []string{}
	for _, p := range properties {
		fields[p.Name] = p.schema()
		order = append(order, p.Name)
		if p.Required {
			required = append(required, p.Name)
		}
	}
	out := map[string]any{
		"type": "object", "properties": fields, "additionalProperties": false, "x-order": order,
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (p Property) schema() map[string]any {
	out := p.typeSchema()
	annotate(out, p.Title, p.Help)
	for name, value := range map[string]*float64{"minimum": p.Minimum, "maximum": p.Maximum} {
		if value != nil {
			out[name] = *value
		}
	}
	if p.Default != nil {
		out["default"] = p.Default
	}
	if len(p.Choices) > 0 {
		out["enum"], out["x-choices"] = p.Choices, choiceSchemas(p.Name, p.Choices)
	}
	return out
}

func (p Property) typeSchema() map[string]any {
	switch p.Kind {
	case SourceOf, Condition:
		return map[string]any{"$ref": "#/$defs/" + string(p.Kind)}
	case Scalar:
		return map[string]any{"type": []string{"string", "number", "boolean"}}
	case WindowOf:
		return windowSchema()
	case Object:
		if len(p.Properties) == 0 {
			return map[string]any{"type": "object"}
		}
		return objectSchema(p.Properties)
	case Array:
		out := map[string]any{"type": "array", "items": p.Items.schema()}
		if p.MinItems > 0 {
			out["minItems"] = p.MinItems
		}
		if p.MaxItems > 0 {
			out["maxItems"] = p.MaxItems
		}
		return out
	default:
		return map[string]any{"type": string(p.Kind)}
	}
}

func annotate(schema map[string]any, title, help i18n.Text) {
	indonesian := map[string]any{}
	if title.EN != "" {
		schema["title"], indonesian["title"] = title.EN, title.ID
	}
	if help.EN != "" {
		schema["description"], indonesian["description"] = help.EN, help.ID
	}
	if len(indonesian) > 0 {
		schema["x-i18n"] = map[string]any{string(i18n.Indonesian): indonesian}
	}
}

func sourceSchema() map[string]any {
	alternatives := make([]any, 0, len(sourceKinds))
	for _, kind := range sourceKinds {
		fields := map[string]any{kind: map[string]any{"type": "string", "minLength": 1}}
		if kind == "upload" {
			fields["reading"] = objectSchema(readingProperties)
		}
		alternatives = append(alternatives, map[string]any{
			"type": "object", "additionalProperties": false, "required": []string{kind}, "properties": fields,
		})
	}
	return map[string]any{"oneOf": alternatives}
}

func conditionSchema() map[string]any {
	alternatives := make([]any, 0, len(groupNames)+1)
	for _, name := range groupNames {
		members := map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"$ref": "#/$defs/condition"}}
		alternatives = append(alternatives, map[string]any{
			"type": "object", "additionalProperties": false, "required": []string{name},
			"properties": map[string]any{name: members},
		})
	}
	comparison := map[string]any{
		"column": map[string]any{"type": "string", "x-column": columnOf{}.schema()},
		"op":     map[string]any{"enum": Ops(), "x-choices": choiceSchemas("op", Ops())},
		"value":  map[string]any{},
	}
	return map[string]any{"oneOf": append(alternatives, map[string]any{
		"type": "object", "additionalProperties": false, "required": []string{"column", "op"},
		"properties": comparison,
	})}
}
