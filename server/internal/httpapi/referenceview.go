package httpapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ddap/shared/fault"
	"ddap/shared/operation"
)

// The views are what the reference shows: texts and links, nothing to decide.
type (
	referenceView struct {
		Title, Version string
		Style          template.CSS
		Introduction   []string
		Groups         []groupView
		Operations     []operationView
		Problems       []problemView
		Schemas        []schemaView
	}
	groupView struct {
		Name, Anchor, Description string
		Routes                    []routeView
	}
	routeView struct {
		ID, Method, Path, Alias                string
		Summary, Description, Access, Security string
		Params                                 []fieldView
		Body                                   *typeView
		BodyFields                             []fieldView
		Responses                              []responseView
		Curl                                   string
	}
	responseView struct {
		Status, Description string
		Types               []typeView
	}
	// typeView is a type in words, the last of which may link to a schema.
	typeView  struct{ Words, Schema string }
	fieldView struct {
		Name, In    string
		Type        typeView
		Required    bool
		Description string
		Limits      string
	}
	schemaView struct {
		Name, Description string
		Fields            []fieldView
	}
	operationView struct {
		Code              operation.Code
		Name, Title, Help string
		Fields            []fieldView
	}
	problemView struct {
		Status int
		Code   fault.Kind
		Title  string
	}
)

func newReferenceView(doc *huma.OpenAPI) *referenceView {
	view := &referenceView{Title: doc.Info.Title, Version: doc.Info.Version, Introduction: strings.Split(doc.Info.Description, "\n\n")}
	for _, tag := range doc.Tags {
		view.Groups = append(view.Groups, groupView{
			Name: tag.Name, Anchor: anchor(tag.Name), Description: tag.Description, Routes: routesOf(doc, tag.Name),
		})
	}
	for _, spec := range operation.Specs() {
		view.Operations = append(view.Operations, operationView{
			Code: spec.Code, Name: spec.Name, Title: spec.Title.EN, Help: spec.Help.EN, Fields: propertyFields(spec.Properties),
		})
	}
	for _, kind := range fault.Kinds() {
		view.Problems = append(view.Problems, problemView{kind.HTTPStatus(), kind, http.StatusText(kind.HTTPStatus())})
	}
	schemas := doc.Components.Schemas.Map()
	for name, schema := range schemas {
		view.Schemas = append(view.Schemas, schemaView{Name: name, Description: schema.Description, Fields: schemaFields(schema)})
	}
	slices.SortFunc(view.Schemas, func(a, b schemaView) int { return strings.Compare(a.Name, b.Name) })
	return view
}

func anchor(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

// routesOf lists a part's routes in the order in which they were registered.
// Those that answer at the root as well stand once.
func routesOf(doc *huma.OpenAPI, tag string) []routeView {
	var found []*huma.Operation
	for at, item := range doc.Paths {
		for _, op := range operationsOf(item) {
			_, twice := op.Extensions[extAlias]
			if op.Tags[0] == tag && (!twice || strings.HasPrefix(at, version)) {
				found = append(found, op)
			}
		}
	}
	slices.SortFunc(found, func(a, b *huma.Operation) int {
		x, _ := a.Metadata[metaOrder].(int)
		y, _ := b.Metadata[metaOrder].(int)
		return cmp.Compare(x, y)
	})
	views := make([]routeView, 0, len(found))
	for _, op := range found {
		views = append(views, newRouteView(doc, op))
	}
	return views
}

func newRouteView(doc *huma.OpenAPI, op *huma.Operation) routeView {
	alias, _ := op.Extensions[extAlias].(string)
	access, _ := op.Extensions[extAccess].(string)
	view := routeView{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Alias: alias,
		Summary: op.Summary, Description: op.Description, Access: access, Curl: curl(op),
	}
	for _, p := range op.Parameters {
		view.Params = append(view.Params, fieldView{
			Name: p.Name, In: p.In, Required: p.Required, Type: typeOf(p.Schema), Limits: limits(p.Schema),
			Description: cmp.Or(p.Description, p.Schema.Description),
		})
	}
	if schema := bodySchemaRef(op); schema != nil {
		body := typeOf(schema)
		view.Body = &body
		view.BodyFields = schemaFields(doc.Components.Schemas.SchemaFromRef(schema.Ref))
	} else if op.RequestBody != nil {
		view.Body = &typeView{Words: "the file's content"}
	}
	for status, response := range op.Responses {
		view.Responses = append(view.Responses, newResponseView(status, response))
	}
	slices.SortFunc(view.Responses, func(a, b responseView) int { return strings.Compare(a.Status, b.Status) })
	return view
}

func newResponseView(status string, r *huma.Response) responseView {
	view := responseView{Status: status, Description: r.Description}
	if status == "default" {
		view.Status = "else"
	}
	for _, media := range r.Content {
		if media.Schema == nil {
			continue
		}
		for _, one := range slices.Concat(media.Schema.AnyOf, []*huma.Schema{media.Schema}) {
			if t := typeOf(one); t.Schema != "" {
				view.Types = append(view.Types, t)
			}
		}
	}
	return view
}

func schemaFields(schema *huma.Schema) []fieldView {
	if schema == nil {
		return nil
	}
	var fields []fieldView
	for name, property := range schema.Properties {
		fields = append(fields, fieldView{
			Name: name, Type: typeOf(property), Required: slices.Contains(schema.Required, name),
			Description: property.Description, Limits: limits(property),
		})
	}
	slices.SortFunc(fields, func(a, b fieldView) int {
		if a.Required != b.Required {
			return map[bool]int{true: -1, false: 1}[a.Required]
		}
		return strings.Compare(a.Name, b.Name)
	})
	return fields
}

func typeOf(schema *huma.Schema) typeView {
	if schema == nil {
		return typeView{Words: "anything"}
	}
	values, isMap := schema.AdditionalProperties.(*huma.Schema)
	switch {
	case schema.Ref != "":
		return typeView{Schema: path.Base(schema.Ref)}
	case schema.Type == huma.TypeArray:
		t := typeOf(schema.Items)
		return typeView{Words: strings.TrimSpace("list of " + t.Words), Schema: t.Schema}
	case schema.Type == huma.TypeObject && isMap:
		t := typeOf(values)
		return typeView{Words: strings.TrimSpace("map of " + t.Words), Schema: t.Schema}
	case schema.Type == "":
		return typeView{Words: "anything"}
	case schema.Format != "" && schema.Type == huma.TypeString:
		return typeView{Words: schema.Format}
	default:
		return typeView{Words: schema.Type}
	}
}

// limits says what a value may be, beyond its type.
func limits(schema *huma.Schema) string {
	parts := []string{
		between("", schema.Minimum, schema.Maximum),
		between(" characters", float(schema.MinLength), float(schema.MaxLength)),
		between(" of them", float(schema.MinItems), float(schema.MaxItems)),
	}
	if schema.Pattern != "" {
		parts = append(parts, "matches "+schema.Pattern)
	}
	if len(schema.Enum) > 0 {
		choices := make([]string, len(schema.Enum))
		for i, choice := range schema.Enum {
			choices[i] = fmt.Sprint(choice)
		}
		parts = append(parts, "one of "+strings.Join(choices, ", "))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

func float(n *int) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

func between(what string, low, high *float64) string {
	switch {
	case low != nil && high != nil:
		return fmt.Sprintf("%.0f to %.0f%s", *low, *high, what)
	case low != nil:
		return fmt.Sprintf("at least %.0f%s", *low, what)
	case high != nil:
		return fmt.Sprintf("at most %.0f%s", *high, what)
	default:
		return ""
	}
}

func propertyFields(properties []operation.Property) []fieldView {
	fields := make([]fieldView, 0, len(properties))
	for _, p := range properties {
		field := fieldView{Name: p.Name, Type: typeView{Words: string(p.Kind)}, Required: p.Required, Description: p.Help.EN}
		if p.Kind == operation.Array && p.Items != nil {
			field.Type.Words = "list of " + string(p.Items.Kind)
		}
		field.Description = cmp.Or(field.Description, p.Title.EN)
		var parts []string
		if len(p.Choices) > 0 {
			parts = append(parts, "one of "+strings.Join(p.Choices, ", "))
		}
		if p.Default != nil {
			text, _ := json.Marshal(p.Default)
			parts = append(parts, "default "+string(text))
		}
		field.Limits = strings.Join(parts, "; ")
		fields = append(fields, field)
	}
	return fields
}

// curl writes a call of the operation for a shell.
func curl(op *huma.Operation) string {
	var b strings.Builder
	b.WriteString("curl")
	if op.Method != http.MethodGet {
		b.WriteString(" -X " + op.Method)
	}
	b.WriteString(` "$DDAP_SERVER` + op.Path + exampleQuery[op.OperationID] + `"`)
	if len(op.Security) > 0 {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $" + credentialVariable(op) + `"`)
	}
	for _, p := range op.Parameters {
		if p.In == "header" {
			b.WriteString(" \\\n  -H \"" + p.Name + ": …\"")
		}
	}
	switch body, known := exampleBodies[op.OperationID]; {
	case known:
		b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d '" + body + "'")
	case op.RequestBody != nil && bodySchemaRef(op) == nil:
		b.WriteString(" \\\n  --data-binary @FILE")
	}
	return b.String()
}

func credentialVariable(op *huma.Operation) string {
	for _, kind := range op.Security {
		if _, ok := kind[schemeKey]; ok {
			return "DDAP_KEY"
		}
		if _, ok := kind[schemeEnrolment]; ok {
			return "DDAP_ENROLMENT_TOKEN"
		}
	}
	return "DDAP_RUNNER_TOKEN"
}
