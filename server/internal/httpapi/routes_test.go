package httpapi

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
)

func bare() *Server { return New(Services{}, slog.New(slog.DiscardHandler)) }

// TestRoutes_AreExactlyThoseOfTheTable walks what fiber has registered: a route
// that went around the gate would be found here.
func TestRoutes_AreExactlyThoseOfTheTable(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, r := range bare().app.GetRoutes(true) {
		key := r.Method + " " + withBraces(r.Path)
		if r.Method == http.MethodHead {
			require.Containsf(t, routes, keyInTable("GET "+withBraces(r.Path)), "%s is no route", key)
			continue
		}
		require.Containsf(t, routes, keyInTable(key), "%s is missing from the table of routes", key)
		found[key] = true
	}
	for key := range routes {
		require.Truef(t, found[key], "%s stands in the table and is not registered", key)
	}
	for _, key := range atRoot {
		require.Truef(t, found[atRootKey(key)], "%s does not answer at the root", key)
	}
}

func keyInTable(key string) string {
	for _, root := range atRoot {
		if key == atRootKey(root) {
			return root
		}
	}
	return key
}

func TestAccessTo_RefusesRoutesThatNobodyThoughtAbout(t *testing.T) {
	t.Parallel()
	require.Panics(t, func() { accessTo(http.MethodGet, "/v1/secrets") })
}

// TestExamples_PassTheChecksOfTheirRoutes keeps the reference honest.
func TestExamples_PassTheChecksOfTheirRoutes(t *testing.T) {
	t.Parallel()
	s := bare()
	into := map[string]any{
		"register": &api.RegisterRequest{}, "ping": &api.PingRequest{}, "create-task": &api.TaskRequest{}, "create-tasks": &api.TaskBatch{},
		"report-result": &api.ResultReport{}, "report-results": &api.ResultBatch{}, "create-pipeline": &api.PipelineRequest{},
		"change-task":   &api.TaskPatch{},
		"change-runner": &api.RunnerPatch{}, "put-datasets": &api.DatasetsRequest{}, "create-enrollment": &api.EnrollmentRequest{}, "create-key": &api.KeyRequest{},
		"create-webhook": &api.WebhookRequest{}, "change-webhook": &api.WebhookPatch{}, "rotate-webhook": &api.WebhookRotation{},
		"create-alert": &api.AlertRequest{}, "change-alert": &api.AlertPatch{},
		"create-schedule": &api.ScheduleRequest{}, "change-schedule": &api.SchedulePatch{},
		"patch-key": &api.KeyPatch{}, "create-session": &api.SessionRequest{}, "create-ssh-key": &api.SSHKeyRequest{}, "rotate-runner": &api.RotateRequest{},
	}
	for _, item := range s.api.OpenAPI().Paths {
		for _, op := range operationsOf(item) {
			if bodySchemaRef(op) == nil || strings.HasSuffix(op.OperationID, "-root") {
				continue
			}
			require.Containsf(t, exampleBodies, op.OperationID, "no example for %s", op.OperationID)
			require.NoErrorf(t, s.decode([]byte(exampleBodies[op.OperationID]), into[op.OperationID]), "example of %s", op.OperationID)
		}
	}
}

// exampleReceiver is the only address that an example names.
const exampleReceiver = "https://example.org/hooks/ddap"

func TestReference_IsCompleteInItself(t *testing.T) {
	t.Parallel()
	s := bare()
	page, err := s.renderReference()
	require.NoError(t, err)
	// What an example sends is text, wherever it leads.
	html := strings.ReplaceAll(string(page.html), exampleReceiver, "")
	for _, never := range []string{"<script", "<link", "<img", "@import", "url(", "src=", "http://", "https://"} {
		require.NotContainsf(t, html, never, "the page must load nothing")
	}
	for _, item := range s.api.OpenAPI().Paths {
		for _, op := range operationsOf(item) {
			if !strings.HasSuffix(op.OperationID, "-root") {
				require.Containsf(t, html, `<article id="`+op.OperationID+`"`, "%s is missing", op.OperationID)
			}
		}
	}
	for name := range s.api.OpenAPI().Components.Schemas.Map() {
		require.Containsf(t, html, `id="schema-`+name+`"`, "the schema %s is missing", name)
	}
	require.NotContains(t, html, "ZgotmplZ", "the template refused a value")
}

// TestSchemas_StayClosedForPeopleAndOpenForRunners: a mistyped field of a
// person's request is noticed; a newer runner may say more.
func TestSchemas_StayClosedForPeopleAndOpenForRunners(t *testing.T) {
	t.Parallel()
	closed := []string{
		"AlertNotify", "AlertPatch", "AlertRequest", "EnrollmentRequest", "KeyPatch", "KeyRequest", "PipelineRequest", "PipelineStep", "RotateRequest", "RunnerPatch",
		"SSHKeyRequest", "SchedulePatch", "ScheduleRequest", "SessionRequest", "TaskBatch", "TaskPatch", "TaskRequest",
		"WebhookPatch", "WebhookRequest", "WebhookRotation",
	}
	var found []string
	for name, schema := range bare().api.OpenAPI().Components.Schemas.Map() {
		if allowed, isBool := schema.AdditionalProperties.(bool); isBool && !allowed {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	require.Equal(t, closed, found)
}
