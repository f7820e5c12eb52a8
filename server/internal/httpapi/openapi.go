package httpapi

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
)

// apiVersion is the version of the API, not of the build that serves it.
const apiVersion = "1"

// The parts into which the reference is divided.
const (
	tagTasks     = "Tasks"
	tagPipelines = "Pipelines"
	tagSchedules = "Schedules"
	tagDatasets  = "Data and operations"
	tagRunners   = "Runners"
	tagAccess    = "Access"
	tagWork      = "For runners"
	tagFleet     = "Events and figures"
	tagWebhooks  = "Webhooks"
	tagAlerts    = "Alerts"
	tagHealth    = "Health"
)

// The kinds of credentials, as the OpenAPI document names them.
const (
	schemeKey       = "api_key"
	schemeRunner    = "runner"
	schemeEnrolment = "enrolment"
)

func humaConfig() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	// A metric that is not finite is null, which the type float64 cannot say.
	registry.RegisterTypeAlias(reflect.TypeFor[result.Number](), reflect.TypeFor[nullableNumber]())
	registry.RegisterTypeAlias(reflect.TypeFor[problem](), reflect.TypeFor[api.Problem]())
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "DDAP API",
				Version:     apiVersion,
				Description: introduction,
				License:     &huma.License{Name: "MIT", Identifier: "MIT"},
			},
			Tags: []*huma.Tag{
				{Name: tagTasks, Description: "Ask for an analysis, follow it, and get its result."},
				{Name: tagPipelines, Description: "Tasks that belong together and take each other's output."},
				{Name: tagSchedules, Description: "Tasks and pipelines that are created again and again."},
				{Name: tagDatasets, Description: "What can be asked, and of which data."},
				{Name: tagRunners, Description: "The computers that hold the data."},
				{Name: tagAccess, Description: "Keys, enrolment tokens, and who you are."},
				{Name: tagWork, Description: "What runners ask of the server. Unknown fields are ignored on these routes."},
				{Name: tagFleet, Description: "What happens, what happened, and how much of it."},
				{Name: tagWebhooks, Description: "What happens, sent to where an admin wants it."},
				{Name: tagAlerts, Description: "Rules that watch the workspace, and tell when something is wrong and when it is over."},
				{Name: tagHealth, Description: "For whoever watches the server."},
			},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
				schemeKey:       {Type: "http", Scheme: "bearer", Description: "An API key of a person or a site: Authorization: Bearer ddap_key_…, or " + api.KeyHeader + "."},
				schemeRunner:    {Type: "http", Scheme: "bearer", Description: "A runner's own credential: ddap_run_…"},
				schemeEnrolment: {Type: "http", Scheme: "bearer", Description: "An enrolment token: ddap_enr_…"},
			}},
		},
		Formats:       map[string]huma.Format{jsonType: jsonFormat, "json": jsonFormat},
		DefaultFormat: jsonType,
	}
}

const introduction = `The question travels to the data: a task goes to the server, a runner on the computer that holds the data
takes it, and the result comes back as tables, numbers and charts.

JSON in and out, snake_case, times in RFC 3339 UTC, ids as UUIDs. Every answer that is not a success is a problem document
(RFC 9457, application/problem+json) with a stable code, and with the path of each wrong field. Lists are read a page at a
time: pass next_cursor as cursor. Clients ignore fields, states, commands and reasons that they do not know.`

type nullableNumber float64

// Schema implements huma.SchemaProvider.
func (nullableNumber) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Format: "double", Nullable: true, Description: "null where the number is not finite"}
}

// schemaName tells the types of a result document from those of the API,
// several of which have the same names.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if path.Base(t.PkgPath()) == "result" {
		return "Result" + strings.TrimPrefix(name, "Result")
	}
	return name
}

// schemaOf registers a type and refers to it.
func (s *Server) schemaOf(v any) *huma.Schema {
	t := reflect.TypeOf(v)
	return s.api.OpenAPI().Components.Schemas.Schema(t, true, t.Name())
}

// decode reads a value that stands inside a body, with the checks that a body
// of its own would get.
func (s *Server) decode(raw json.RawMessage, into any) error {
	const op = "httpapi.decode"
	var tree any
	if err := unmarshal(raw, &tree); err != nil {
		return fault.BadFields(op, codeInvalidRequest, splitDecodeError(err.Error()))
	}
	var found huma.ValidateResult
	buffer := huma.NewPathBuffer(nil, 0)
	schema := s.schemaOf(reflect.ValueOf(into).Elem().Interface())
	huma.Validate(s.api.OpenAPI().Components.Schemas, schema, buffer, huma.ModeWriteToServer, tree, &found)
	if len(found.Errors) > 0 {
		fields := make([]fault.Field, 0, len(found.Errors))
		for _, err := range firstFound(found.Errors) {
			fields = append(fields, fieldOf(nil, err))
		}
		return fault.BadFields(op, codeInvalidRequest, fields...)
	}
	if err := unmarshal(raw, into); err != nil {
		return fault.BadFields(op, codeInvalidRequest, splitDecodeError(err.Error()))
	}
	return nil
}

// describe finishes the OpenAPI document once all routes are there.
func (s *Server) describe() {
	doc := s.api.OpenAPI()
	s.openSchemas()
	problem := &huma.Response{
		Description: "A problem: its code is stable, its detail is for people",
		Content:     map[string]*huma.MediaType{api.ProblemContentType: {Schema: s.schemaOf(api.Problem{})}},
	}
	for _, item := range doc.Paths {
		for _, op := range operationsOf(item) {
			if _, documented := op.Responses["default"]; !documented {
				op.Responses["default"] = problem
			}
		}
	}
}

func operationsOf(item *huma.PathItem) []*huma.Operation {
	var found []*huma.Operation
	for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
		if op != nil {
			found = append(found, op)
		}
	}
	return found
}

// openSchemas allows fields that are not known wherever they are to be
// ignored: in what runners send and in every answer. Only what people's
// clients send stays closed.
func (s *Server) openSchemas() {
	registry := s.api.OpenAPI().Components.Schemas
	closed := map[string]bool{}
	for _, item := range s.api.OpenAPI().Paths {
		for _, op := range operationsOf(item) {
			if schema := bodySchemaRef(op); schema != nil && !slices.Contains(op.Tags, tagWork) {
				collect(registry, schema, closed)
			}
		}
	}
	for name, schema := range registry.Map() {
		if allowed, isBool := schema.AdditionalProperties.(bool); isBool && !allowed && !closed[name] {
			schema.AdditionalProperties = nil
		}
	}
}

func bodySchemaRef(op *huma.Operation) *huma.Schema {
	if op.RequestBody == nil || op.RequestBody.Content[jsonType] == nil {
		return nil
	}
	return op.RequestBody.Content[jsonType].Schema
}

// collect adds the names of all schemas that schema refers to.
func collect(registry huma.Registry, schema *huma.Schema, names map[string]bool) {
	if schema == nil {
		return
	}
	if schema.Ref != "" {
		name := path.Base(schema.Ref)
		if names[name] {
			return
		}
		names[name] = true
		schema = registry.SchemaFromRef(schema.Ref)
	}
	collect(registry, schema.Items, names)
	for _, property := range schema.Properties {
		collect(registry, property, names)
	}
	if values, ok := schema.AdditionalProperties.(*huma.Schema); ok {
		collect(registry, values, names)
	}
}

// Document gives the OpenAPI document as indented JSON.
func (s *Server) Document() ([]byte, error) {
	text, err := json.MarshalIndent(s.api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return append(text, '\n'), nil
}

// document adds an operation that huma does not register, because its bodies
// are no JSON.
func (s *Server) document(r route, op huma.Operation) {
	base := s.operation(r, r.path)
	base.Parameters, base.RequestBody, base.Responses = op.Parameters, op.RequestBody, op.Responses
	s.api.OpenAPI().AddOperation(&base)
}

// plainResponse describes an answer without JSON.
func plainResponse(status int, description, mediaType string) map[string]*huma.Response {
	r := &huma.Response{Description: description}
	if mediaType != "" {
		r.Content = map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	return map[string]*huma.Response{fmt.Sprint(status): r}
}
