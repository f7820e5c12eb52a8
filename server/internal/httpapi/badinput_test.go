package httpapi_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
)

// TestBadInput_IsRefusedWithItsPlace sends what people get wrong, and looks that
// each answer says what and where, and that nothing came of it.
func TestBadInput_IsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	before := w.inventory()
	t.Cleanup(func() { require.Equal(t, before, w.inventory(), "a refused request left something behind") })
	const json = "application/json"
	long := strings.Repeat("x", 201)
	type try struct {
		method, path, body string
		contentType        string
		status             int
		code               string
		paths              []string
		says               string
	}
	for name, c := range map[string]try{
		// Bodies that are no JSON, or not the JSON that is wanted.
		"no body":              {"POST", "/v1/task", "", json, 400, "invalid_request", nil, "body"},
		"broken JSON":          {"POST", "/v1/task", "{\"name\": \"x\",\n  oops}", json, 400, "malformed_json", nil, "line 2, column 3"},
		"cut JSON":             {"POST", "/v1/task", `{"name": "x"`, json, 400, "malformed_json", nil, "unexpected end"},
		"two values":           {"POST", "/v1/task", `{} {}`, json, 400, "malformed_json", nil, "after top-level value"},
		"huge nesting":         {"POST", "/v1/task", strings.Repeat(`{"a":`, 100_000), json, 400, "malformed_json", nil, "max depth"},
		"nesting in params":    {"POST", "/v1/task", `{"name": "x", "operation_code": 200, "params": {"source": {"dataset": "birds"}, "where": ` + strings.Repeat(`{"not": [`, 2000) + strings.Repeat(`]}`, 2000) + `}}`, json, 422, "invalid_params", nil, "deep"},
		"a list":               {"POST", "/v1/task", `[]`, json, 422, "invalid_request", []string{"body"}, "must be an object"},
		"null":                 {"POST", "/v1/task", `null`, json, 422, "invalid_request", []string{"body"}, "must be an object"},
		"another content type": {"POST", "/v1/task", `name=x`, "application/x-www-form-urlencoded", 415, "unsupported_media_type", nil, "application/json"},
		"a form":               {"POST", "/v1/task", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n", "multipart/form-data; boundary=b", 415, "unsupported_media_type", nil, "application/json"},
		"U+0000":               {"POST", "/v1/task", `{"name": "x\u0000", "operation_code": 100, "params": {}}`, json, 422, "invalid_request", []string{"name"}, "U+0000"},
		"U+0000 in a query":    {"GET", "/v1/tasks?text=%00", "", "", 400, "invalid_request", nil, "U+0000"},

		// Fields of a task.
		"nothing":             {"POST", "/v1/task", `{}`, json, 422, "invalid_request", []string{"name", "operation_code", "params"}, "is required"},
		"unknown field":       {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {}, "prioritty": 1}`, json, 422, "invalid_request", []string{"prioritty"}, `did you mean "priority"?`},
		"other letter case":   {"POST", "/v1/task", `{"Name": "x", "operation_code": 100, "params": {}}`, json, 422, "invalid_request", []string{"Name", "name"}, `did you mean "name"?`},
		"wrong type":          {"POST", "/v1/task", `{"name": 7, "operation_code": "100", "params": {}}`, json, 422, "invalid_request", []string{"name", "operation_code"}, "must be text"},
		"fraction":            {"POST", "/v1/task", `{"name": "x", "operation_code": 100.5, "params": {}}`, json, 422, "invalid_request", []string{"operation_code"}, "whole number"},
		"beyond 64 bits":      {"POST", "/v1/task", `{"name": "x", "operation_code": 1e30, "params": {}}`, json, 422, "invalid_request", []string{"operation_code"}, "64 bits"},
		"empty name":          {"POST", "/v1/task", `{"name": "", "operation_code": 100, "params": {}}`, json, 422, "invalid_request", []string{"name"}, "at least 1"},
		"long name":           {"POST", "/v1/task", `{"name": "` + long + `", "operation_code": 100, "params": {}}`, json, 422, "invalid_request", []string{"name"}, "at most 200"},
		"priority":            {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {}, "priority": 101}`, json, 422, "invalid_request", []string{"priority"}, "at most 100"},
		"time":                {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {}, "run_at": "tomorrow"}`, json, 422, "invalid_request", []string{"run_at"}, "must be a time"},
		"id":                  {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {}, "runner_id": "7"}`, json, 422, "invalid_request", []string{"runner_id"}, "must be a UUID"},
		"label":               {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {}, "labels": {"a": 1}}`, json, 422, "invalid_request", []string{"labels.a"}, "must be text"},
		"year zero":           {"POST", "/v1/task", strings.Replace(fetchBirds, "{", `{"run_at": "0000-01-01T00:00:00Z", `, 1), json, 422, "invalid_task", []string{"run_at"}, "9998"},
		"year ten thousand":   {"POST", "/v1/task", strings.Replace(fetchBirds, "{", `{"run_at": "9999-12-31T23:00:00-12:00", `, 1), json, 422, "invalid_task", []string{"run_at"}, "9998"},
		"deadline too far":    {"POST", "/v1/task", strings.Replace(fetchBirds, "{", `{"deadline": "9999-12-31T23:00:00-12:00", `, 1), json, 422, "invalid_task", []string{"deadline"}, "9998"},
		"at the root as well": {"POST", "/task", `{}`, json, 422, "invalid_request", []string{"name", "operation_code", "params"}, "is required"},

		// Parameters of an operation.
		"unknown operation": {"POST", "/v1/task", `{"name": "x", "operation_code": 150, "params": {}}`, json, 422, "unknown_operation", []string{"operation_code"}, "100 (fetch)"},
		"unknown parameter": {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {"source": {"dataset": "birds"}, "colunms": []}}`, json, 422, "invalid_params", []string{"params.colunms"}, `did you mean "columns"?`},
		"unknown operator":  {"POST", "/v1/task", `{"name": "x", "operation_code": 200, "params": {"source": {"dataset": "birds"}, "where": {"column": "a", "op": "gtt", "value": 1}}}`, json, 422, "invalid_params", []string{"params.where.op"}, `"gt"`},
		"number too large":  {"POST", "/v1/task", comparison("1e400000"), json, 400, "malformed_json", nil, "1e400000, which is too large"},
		"number too small":  {"POST", "/v1/task", comparison("1e-400000"), json, 422, "invalid_params", []string{"params.where.value"}, "number"},
		"too many digits":   {"POST", "/v1/task", comparison("0." + strings.Repeat("1", 20_000)), json, 422, "invalid_params", []string{"params.where.value"}, "number"},
		"unknown dataset":   {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {"source": {"dataset": "brids"}}}`, json, 422, "unknown_dataset", []string{"params.source.dataset"}, `birds`},
		"unknown task":      {"POST", "/v1/task", `{"name": "x", "operation_code": 200, "params": {"source": {"task": "` + uuid.NewString() + `"}}}`, json, 422, "unknown_task", []string{"params.source.task"}, ""},
		"unknown runner":    {"POST", "/v1/task", `{"name": "x", "operation_code": 100, "params": {"source": {"dataset": "birds"}}, "runner_id": "` + uuid.NewString() + `"}`, json, 422, "unknown_runner", []string{"runner_id"}, ""},

		// Batches and pipelines: all or none, with the place of the wrong one.
		"no tasks":            {"POST", "/v1/tasks", `{"tasks": []}`, json, 422, "invalid_request", []string{"tasks"}, "at least 1"},
		"too many tasks":      {"POST", "/v1/tasks", `{"tasks": [` + strings.Repeat(fetchBirds+",", 1000) + fetchBirds + `]}`, json, 422, "invalid_request", []string{"tasks"}, "at most 1000"},
		"one wrong of two":    {"POST", "/v1/tasks", `{"tasks": [` + fetchBirds + `, {"name": "x", "operation_code": 100, "params": {"source": {"dataset": "brids"}}}]}`, json, 422, "unknown_dataset", []string{"tasks[1].params.source.dataset"}, "birds"},
		"the only one wrong":  {"POST", "/v1/tasks", `{"tasks": [{"name": "x", "operation_code": 100, "params": {"source": {"dataset": "brids"}}}]}`, json, 422, "unknown_dataset", []string{"tasks[0].params.source.dataset"}, "birds"},
		"field of one of two": {"POST", "/v1/tasks", `{"tasks": [` + fetchBirds + `, {"naem": "x", "operation_code": 100, "params": {}}]}`, json, 422, "invalid_request", []string{"tasks[1].naem", "tasks[1].name"}, `did you mean "name"?`},
		"unknown ref":         {"POST", "/v1/pipelines", `{"name": "p", "tasks": [{"ref": "a", "operation_code": 200, "params": {"source": {"task": "b"}}}]}`, json, 422, "unknown_ref", []string{"tasks[0].params.source.task"}, ""},
		"bad ref":             {"POST", "/v1/pipelines", `{"name": "p", "tasks": [{"ref": "a b", "operation_code": 100, "params": {}}]}`, json, 422, "invalid_request", []string{"tasks[0].ref"}, "must match"},

		// Access.
		"unknown role":     {"POST", "/v1/keys", `{"name": "x", "role": "boss"}`, json, 422, "invalid_request", []string{"role"}, "viewer, analyst, operator, admin"},
		"blank name":       {"POST", "/v1/keys", `{"name": "  ", "role": "viewer"}`, json, 422, "invalid_request", []string{"name"}, "at least one character"},
		"beyond all time":  {"POST", "/v1/keys", `{"name": "x", "role": "viewer", "expires_in_seconds": 10000000000}`, json, 422, "invalid_request", []string{"expires_in_seconds"}, "at most"},
		"no uses":          {"POST", "/v1/enrollments", `{"max_uses": 0}`, json, 422, "invalid_request", []string{"max_uses"}, "at least 1"},
		"label with comma": {"POST", "/v1/enrollments", `{"labels": {"a,b": "x"}}`, json, 422, "invalid_request", []string{"labels.a,b"}, "without = and ,"},

		// Addresses and queries.
		"id in a path":        {"GET", "/v1/tasks/7", "", "", 422, "invalid_request", []string{"path.id"}, "must be a UUID, as in"},
		"unknown query":       {"GET", "/v1/tasks?sate=failed", "", "", 422, "invalid_request", []string{"query.sate"}, `did you mean "state"?`},
		"unknown state":       {"GET", "/v1/tasks?state=failed,runnign", "", "", 422, "invalid_request", []string{"query.state"}, `did you mean "running"?`},
		"unknown code":        {"GET", "/v1/tasks?operation_code=99999999999", "", "", 422, "invalid_request", []string{"query.operation_code"}, "200"},
		"unknown reason":      {"GET", "/v1/tasks?reason=runners_ofline", "", "", 422, "invalid_request", []string{"query.reason"}, `did you mean "runners_offline"?`},
		"unknown sort":        {"GET", "/v1/tasks?sort=colour", "", "", 422, "invalid_request", []string{"query.sort"}, "-finished"},
		"text of no letters":  {"GET", "/v1/tasks?text=%ff", "", "", 422, "invalid_request", []string{"query.text"}, "control characters"},
		"creator of none":     {"GET", "/v1/tasks?creator=bob", "", "", 422, "invalid_request", []string{"query.creator"}, "KEY_ID"},
		"label of no name":    {"GET", "/v1/tasks?label==x", "", "", 422, "invalid_request", []string{"query.label"}, "NAME=VALUE"},
		"label of no letters": {"GET", "/v1/tasks?label=a=%fe", "", "", 422, "invalid_request", []string{"query.label"}, "NAME=VALUE"},
		"time that is none":   {"GET", "/v1/tasks?created_from=yesterday", "", "", 422, "invalid_request", []string{"query.created_from"}, ""},
		"time before all":     {"GET", "/v1/tasks?finished_to=0000-05-01T00:00:00Z", "", "", 422, "invalid_request", []string{"query.finished_to"}, "9998"},
		"page zero":           {"GET", "/v1/tasks?page=0", "", "", 422, "invalid_request", []string{"query.page"}, "at least 1"},
		"page too far":        {"GET", "/v1/tasks?page=10000", "", "", 422, "invalid_request", []string{"query.page"}, "next_cursor"},
		"cursor of keys":      {"GET", "/v1/keys?cursor=abc", "", "", 422, "invalid_request", []string{"query.cursor"}, "next_cursor"},
		"cursor of tokens":    {"GET", "/v1/enrollments?cursor=abc", "", "", 422, "invalid_request", []string{"query.cursor"}, "next_cursor"},
		"new priority":        {"PATCH", "/v1/tasks/" + uuid.NewString(), `{"priority": 101}`, json, 422, "invalid_request", []string{"priority"}, "at most 100"},
		"patch of a state":    {"PATCH", "/v1/tasks/" + uuid.NewString(), `{"state": "queued"}`, json, 422, "invalid_request", []string{"state"}, "priority"},
		"clone of nothing":    {"POST", "/v1/tasks/" + uuid.NewString() + "/clone", "", "", 404, "task_not_found", nil, ""},
		"retry of nothing":    {"POST", "/v1/pipelines/" + uuid.NewString() + "/retry", "", "", 404, "pipeline_not_found", nil, ""},
		"rerun of what":       {"POST", "/v1/pipelines/" + uuid.NewString() + "/retry?rerun_lost_inputs=perhaps", "", "", 422, "invalid_request", []string{"query.rerun_lost_inputs"}, ""},
		"limit":               {"GET", "/v1/tasks?limit=5000", "", "", 422, "invalid_request", []string{"query.limit"}, "at most 200"},
		"wait":                {"GET", "/v1/result/" + uuid.NewString() + "?wait=61", "", "", 422, "invalid_request", []string{"query.wait"}, "at most 60"},
		"wait that is text":   {"GET", "/v1/result/" + uuid.NewString() + "?wait=long", "", "", 422, "invalid_request", []string{"query.wait"}, "integer"},
		"cursor":              {"GET", "/v1/runners?cursor=abc", "", "", 422, "invalid_request", []string{"query.cursor"}, "next_cursor"},
		"cursor of tasks":     {"GET", "/v1/tasks?cursor=abc", "", "", 422, "invalid_request", []string{"query.cursor"}, "next_cursor"},
		"cursor of pipelines": {"GET", "/v1/pipelines?cursor=abc", "", "", 422, "invalid_request", []string{"query.cursor"}, "next_cursor"},
		"cursor of datasets":  {"GET", "/v1/datasets?cursor=abc", "", "", 422, "invalid_request", []string{"query.cursor"}, "next_cursor"},
		"language":            {"GET", "/v1/operations?lang=xx", "", "", 422, "invalid_request", []string{"query.lang"}, "en, id, both"},
		"wrong method":        {"PUT", "/v1/task", "{}", json, 405, "method_not_allowed", nil, "Allow"},
		"unknown address":     {"GET", "/v1/taskz", "", "", 404, "route_not_found", nil, "/docs"},
		"slash at the end":    {"GET", "/v1/tasks/", "", "", 404, "route_not_found", nil, "/docs"},
		"unknown version":     {"GET", "/v9/tasks", "", "", 404, "route_not_found", nil, "/docs"},
		"unknown task's page": {"GET", "/v1/tasks/" + uuid.NewString(), "", "", 404, "task_not_found", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{Server: w.Server, t: t, admin: w.admin}
			header := map[string]string{}
			if c.contentType != "" {
				header["Content-Type"] = c.contentType
			}
			got := w.do(request{method: c.method, path: c.path, body: c.body, key: w.AdminKey, header: header}).refused(c.status, c.code)
			if c.paths != nil {
				require.Equalf(t, c.paths, got.paths(), "%s", got.body)
			}
			require.Containsf(t, strings.ReplaceAll(string(got.body), `\"`, `"`), c.says, "%s", got.body)
		})
	}
}

// comparison asks for birds with a species equal to a value.
func comparison(value string) string {
	return `{"name": "x", "operation_code": 200, "params": {"source": {"dataset": "birds"}, "where": {"column": "species", "op": "eq", "value": ` + value + `}}}`
}

// TestText_ThatIsNoUnicodeIsReplacedInParametersAsElsewhere: PostgreSQL refuses
// what Go's decoder reads as U+FFFD.
func TestText_ThatIsNoUnicodeIsReplacedInParametersAsElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	for name, text := range map[string]string{"half a pair": `"\ud800"`, "a stray byte": "\"\xff\""} {
		var created api.TaskCreated
		w.do(request{method: "POST", path: "/v1/task", key: w.AdminKey, body: comparison(text)}).ok(http.StatusCreated, &created)
		var kept api.Task
		w.do(request{method: "GET", path: "/v1/tasks/" + created.TaskID, key: w.AdminKey}).ok(http.StatusOK, &kept)
		require.Contains(t, string(kept.Params), "\uFFFD", name)
	}
}

// TestRunnersRequests_OfAnySizeAreAnswered: what fits its Go type and not its
// column is the runner's mistake, and not the server's failure.
func TestRunnersRequests_OfAnySizeAreAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.runner()
	id := w.task(w.AdminKey)
	token := w.enrolment(api.EnrollmentRequest{}).Token
	for name, c := range map[string]struct{ path, key, body, at string }{
		"attempt":   {"/v1/ping", r.Token, `{"state": "idle", "running": [{"task_id": "` + id + `", "attempt": 3000000000, "lease_token": "x"}]}`, "running[0].attempt"},
		"activity":  {"/v1/ping", r.Token, `{"state": "` + strings.Repeat("x", 101) + `", "running": []}`, "state"},
		"operation": {"/v1/register", token, `{"name": "a", "hostname": "", "os": "", "arch": "", "version": "", "operations": [99999999999], "datasets": []}`, "operations[0]"},
		"cpus":      {"/v1/register", token, `{"name": "a", "hostname": "", "os": "", "arch": "", "version": "", "operations": [100], "datasets": [], "cpus": 3000000000}`, "cpus"},
	} {
		got := w.do(request{method: "POST", path: c.path, key: c.key, body: c.body}).refused(http.StatusUnprocessableEntity, "invalid_request")
		require.Equal(t, []string{c.at}, got.paths(), name)
	}
	w.do(request{
		method: "POST", path: "/v1/ping", key: r.Token,
		body: `{"state": "idle", "running": [{"task_id": "urn:uuid:` + id + `", "attempt": 1, "lease_token": "x"}]}`,
	}).ok(http.StatusOK, nil)
}

// inventory counts what requests could have made.
func (w *world) inventory() map[string]int {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context()) // it has ended where a cleanup asks
	tasks, err := w.admin.Tasks(ctx, client.TaskFilter{})
	require.NoError(w.t, err)
	keys, err := w.admin.Keys(ctx)
	require.NoError(w.t, err)
	enrolments, err := w.admin.Enrollments(ctx)
	require.NoError(w.t, err)
	runners, err := w.admin.Runners(ctx)
	require.NoError(w.t, err)
	datasets, err := w.admin.Datasets(ctx)
	require.NoError(w.t, err)
	return map[string]int{
		"tasks": len(tasks.Tasks), "keys": len(keys.Keys), "enrolments": len(enrolments.Enrollments),
		"runners": len(runners.Runners), "datasets": len(datasets.Datasets),
	}
}

// TestRunnersRequests_IgnoreWhatTheyDoNotKnow: a newer runner may say more.
func TestRunnersRequests_IgnoreWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.enrolment(api.EnrollmentRequest{}).Token
	var registered api.RegisterResponse
	w.do(request{method: "POST", path: "/register", key: token, body: `{"name": "new", "hostname": "h", "os": "o", "arch": "a", "version": "9", "operations": [100, 900],
		"gpu": true, "datasets": [{"name": "d", "policy": "rows", "columns": [{"name": "a", "type": "tensor", "shape": [1]}], "colour": "red"}]}`}).ok(http.StatusCreated, &registered)
	var pong api.PingResponse
	w.do(request{method: "POST", path: "/ping?mood=good", key: registered.Token, body: `{"state": "dreaming", "running": [], "mood": "good"}`}).ok(http.StatusOK, &pong)
	require.Positive(t, pong.PingSeconds)

	task := w.do(request{method: "POST", path: "/v1/task", key: w.AdminKey, body: `{"name": "x", "operation_code": 100, "params": {"source": {"dataset": "d"}}}`})
	task.ok(http.StatusCreated, nil)
	var claim api.ClaimResponse
	w.do(request{method: "GET", path: "/tasks?wait=10&runner_id=" + registered.RunnerID + "&mood=good", key: registered.Token}).ok(http.StatusOK, &claim)
	require.Len(t, claim.Tasks, 1)
	a := claim.Tasks[0]
	body := `{"task_id": "` + a.TaskID + `", "attempt": 1, "lease_token": "` + a.LeaseToken + `", "outcome": "succeeded", "mood": "good",
		"result": {"version": 1, "kind": "fetch", "summary": "done\u0000", "metrics": {"loss": null}, "theme": "dark",
		"tables": [{"name": "t", "title": "T", "columns": [{"name": "a", "type": "string", "width": 3}], "rows": [["x\u0000y"]], "total_rows": 1}]}}`
	w.do(request{method: "POST", path: "/result", key: registered.Token, body: body}).ok(http.StatusOK, nil)
	var view api.ResultView
	w.do(request{method: "GET", path: "/result/" + a.TaskID + "?wait=10", key: w.AdminKey}).ok(http.StatusOK, &view)
	require.Equal(t, "x\ufffdy", view.Result.Tables[0].Rows[0][0], "PostgreSQL cannot hold U+0000")
}

// TestResults_AreJudgedOneByOne: one bad report must not keep the others back.
func TestResults_AreJudgedOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	w.task(w.AdminKey)
	var claim api.ClaimResponse
	w.do(request{method: "POST", path: "/v1/claim?wait=10", key: runner.Token}).ok(http.StatusOK, &claim)
	require.Len(t, claim.Tasks, 1)
	a := claim.Tasks[0]
	good := `{"task_id": "` + a.TaskID + `", "attempt": 1, "lease_token": "` + a.LeaseToken + `", "outcome": "released", "error": {"reason": "runner_stopping", "message": "bye"}}`
	lost := `{"task_id": "` + a.TaskID + `", "attempt": 1, "lease_token": "1-x", "outcome": "failed", "error": {"reason": "timeout", "message": "late"}}`
	var answer api.ResultsAck
	w.do(request{method: "POST", path: "/v1/results", key: runner.Token, body: `{"results": [{"attempt": "one"}, ` + lost + `, ` + good + `]}`}).ok(http.StatusOK, &answer)
	require.Len(t, answer.Results, 3)
	require.Equal(t, "invalid_request", answer.Results[0].Problem.Code)
	require.Equal(t, "results[0].attempt", answer.Results[0].Problem.Errors[0].Path)
	require.Equal(t, api.CodeLeaseLost, answer.Results[1].Problem.Code)
	require.Nil(t, answer.Results[2].Problem)
	require.Equal(t, a.TaskID, answer.Results[2].Ack.TaskID)

	w.do(request{method: "POST", path: "/v1/results", key: runner.Token, body: `{"results": []}`}).refused(422, "invalid_request")
	w.do(request{method: "POST", path: "/v1/results", key: runner.Token, body: `{"results": [` + strings.Repeat(lost+",", 100) + lost + `]}`}).refused(422, "invalid_request")
	w.do(request{method: "POST", path: "/v1/results", key: runner.Token, body: `{"results": 7}`}).refused(422, "invalid_request")
}

// TestContentType_HasNoCase: clients write it as they like.
func TestContentType_HasNoCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	for _, written := range []string{"APPLICATION/JSON", "Application/Json; Charset=UTF-8"} {
		header := map[string]string{"Content-Type": written}
		w.do(request{method: "POST", path: "/v1/task", body: fetchBirds, key: w.AdminKey, header: header}).ok(http.StatusCreated, nil)
	}
}
