package httpapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
)

// aSchedule is not due while tests run, but on a leap day.
const aSchedule = `{"name": "s", "cron": "0 0 29 2 *", "time_zone": "UTC", "task": ` + fetchBirds + `}`

func (w *world) schedule() api.Schedule {
	w.t.Helper()
	var s api.Schedule
	w.do(request{method: "POST", path: "/v1/schedules", key: w.AdminKey, body: aSchedule}).ok(http.StatusCreated, &s)
	return s
}

func TestSchedules_BadInputIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	s := w.schedule()
	of := "/v1/schedules/" + s.ID
	with := func(fields string) string {
		return `{"name": "s", "time_zone": "UTC", "cron": "@daily", ` + fields + `}`
	}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, at           string
	}{
		"nothing":                    {"POST", "/v1/schedules", `{}`, 422, "invalid_request", "cron"},
		"no template":                {"POST", "/v1/schedules", `{"name": "s", "cron": "@daily", "time_zone": "UTC"}`, 422, "invalid_schedule", "task"},
		"an unknown field":           {"POST", "/v1/schedules", with(`"every": 5`), 422, "invalid_request", "every"},
		"another policy":             {"POST", "/v1/schedules", with(`"missed": "all", "task": ` + fetchBirds), 422, "invalid_request", "missed"},
		"U+0000 in the name":         {"POST", "/v1/schedules", `{"name": "\u0000", "cron": "@daily", "time_zone": "UTC", "task": ` + fetchBirds + `}`, 422, "invalid_request", "name"},
		"U+0000 in the zone":         {"POST", "/v1/schedules", `{"name": "s", "cron": "@daily", "time_zone": "\u0000", "task": ` + fetchBirds + `}`, 422, "invalid_request", "time_zone"},
		"an empty pipeline":          {"POST", "/v1/schedules", with(`"pipeline": {"name": "p", "tasks": []}`), 422, "invalid_request", "pipeline.tasks"},
		"a wrong zone":               {"PATCH", of, `{"time_zone": "right/UTC"}`, 422, "invalid_schedule", "time_zone"},
		"seconds":                    {"PATCH", of, `{"cron": "0 0 0 * * *"}`, 422, "invalid_schedule", "cron"},
		"a range that goes back":     {"PATCH", of, `{"cron": "30-10 * * * *"}`, 422, "invalid_schedule", "cron"},
		"a step of nothing":          {"PATCH", of, `{"cron": "*/0 * * * *"}`, 422, "invalid_schedule", "cron"},
		"a number beyond all bounds": {"PATCH", of, `{"cron": "*/99999999999999999999 * * * *"}`, 422, "invalid_schedule", "cron"},
		"two templates":              {"PATCH", of, `{"task": ` + fetchBirds + `, "pipeline": ` + aPipeline + `}`, 422, "invalid_schedule", "task"},
		"a template's parameter":     {"PATCH", of, `{"task": {"name": "t", "operation_code": 100, "params": {"source": {"dataset": "fish"}}}}`, 422, "unknown_dataset", "task.params.source.dataset"},
		"no UUID":                    {"GET", "/v1/schedules/7", "", 422, "invalid_request", "path.id"},
		"nobody's cursor":            {"GET", "/v1/schedules?cursor=x", "", 422, "invalid_request", "query.cursor"},
		"nobody's schedule":          {"POST", "/v1/schedules/019a0000-0000-7000-8000-000000000000/run", "", 404, "schedule_not_found", ""},
	} {
		got := w.do(request{method: c.method, path: c.path, key: w.AdminKey, body: c.body}).refused(c.status, c.code)
		if c.at != "" {
			require.Contains(t, got.paths(), c.at, name)
		}
	}
	var after api.Schedule
	w.do(request{method: "GET", path: of, key: w.AdminKey}).ok(http.StatusOK, &after)
	require.Equal(t, s, after)
}

func TestSchedules_AreRunByAServerThatIsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	s := w.schedule()
	require.EqualValues(t, 1, w.exec("UPDATE schedules SET next_due_at = now()"))
	require.Eventually(t, func() bool {
		got, err := w.admin.Schedule(t.Context(), s.ID)
		return err == nil && len(got.Runs) == 1 && got.Runs[0].TaskID != "" && got.NextRuns[0].Equal(s.NextRuns[0])
	}, 20*time.Second, 50*time.Millisecond)
	require.Equal(t, 1, w.count("tasks"))
}

func TestSchedules_RunNowHasItsEffectOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	s := w.schedule()
	path := "/v1/schedules/" + s.ID + "/run"
	var first, again, late api.ScheduleRun
	w.once(w.AdminKey, path, "", "k").ok(http.StatusCreated, &first)
	require.NotEmpty(t, first.TaskID)
	w.once(w.AdminKey, path, "", "k").ok(http.StatusCreated, &again)
	require.Equal(t, first, again)

	// A server that died between the commit and the answer, and one that had not
	// kept the run either.
	w.exec("UPDATE idempotency_keys SET status = NULL, body = NULL")
	w.once(w.AdminKey, path, "", "k").ok(http.StatusCreated, &again)
	require.Equal(t, first, again)
	w.exec("UPDATE idempotency_keys SET status = NULL, body = NULL")
	w.exec("DELETE FROM schedule_runs")
	w.once(w.AdminKey, path, "", "k").ok(http.StatusCreated, &late)
	require.Equal(t, first.TaskID, late.TaskID)
	require.Equal(t, 1, w.count("tasks"))
	require.Equal(t, 1, w.count("schedule_runs"))

	w.task(w.AdminKey)
	list, err := w.admin.Tasks(t.Context(), client.TaskFilter{ScheduleID: s.ID})
	require.NoError(t, err)
	require.Len(t, list.Tasks, 1)
	require.Equal(t, s.ID, list.Tasks[0].ScheduleID)
}
