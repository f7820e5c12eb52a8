package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"ddap/shared/api"
)

func (s *Server) addSchedules() {
	add(s, route{
		method: http.MethodPost, path: "/v1/schedules", id: "create-schedule", tag: tagSchedules, status: http.StatusCreated, once: &once{again: s.scheduleAgain},
		summary: "Make a schedule",
		description: "Creates a task or a pipeline at the times of a cron expression in a time zone. A time that a change of the clock skips is due at the " +
			"first moment after it, and one that comes twice is due once; an expression whose hour is * goes by the time that passes. What it creates is " +
			"checked now, and again each time: a run that cannot be created is kept as failed, and the schedule goes on.",
	}, s.createSchedule)
	add(s, route{
		method: http.MethodGet, path: "/v1/schedules", id: "list-schedules", tag: tagSchedules, summary: "List schedules",
		description: "Newest first, each with the next ten times at which it is due.",
	}, s.listSchedules)
	add(s, route{
		method: http.MethodGet, path: "/v1/schedules/{id}", id: "get-schedule", tag: tagSchedules, tagged: true, summary: "Get a schedule with its last runs and failures",
	}, s.getSchedule)
	add(s, route{
		method: http.MethodPatch, path: "/v1/schedules/{id}", id: "change-schedule", tag: tagSchedules, current: pinned(s.services.Schedules.Pinned), summary: "Change, pause or resume a schedule",
		description: "Times that pass while it is paused are not made up for. Analysts change their own schedules, operators any.",
	}, s.changeSchedule)
	add(s, route{
		method: http.MethodDelete, path: "/v1/schedules/{id}", id: "delete-schedule", tag: tagSchedules, current: pinned(s.services.Schedules.Pinned), status: http.StatusNoContent,
		summary: "Delete a schedule", description: "What it has created stays.",
	}, s.deleteSchedule)
	add(s, route{
		method: http.MethodPost, path: "/v1/schedules/{id}/run", id: "run-schedule", tag: tagSchedules, current: pinned(s.services.Schedules.Pinned), status: http.StatusCreated, once: &once{again: s.scheduleRunAgain},
		summary: "Run a schedule now", description: "Beside its times, which stay as they are; also while it is paused.",
	}, s.runSchedule)
}

func (s *Server) createSchedule(ctx context.Context, in *withBody[api.ScheduleRequest]) (*out[api.Schedule], error) {
	return answer(s.services.Schedules.Create(ctx, principalOf(ctx), in.Body))
}

func (s *Server) scheduleAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	return s.services.Schedules.Schedule(ctx, principalOf(ctx), made[0])
}

func (s *Server) listSchedules(ctx context.Context, in *madePageInput) (*out[api.ScheduleList], error) {
	return answer(s.services.Schedules.List(ctx, principalOf(ctx), in.Creator, in.Limit, in.Cursor))
}

func (s *Server) getSchedule(ctx context.Context, in *withID) (*out[api.Schedule], error) {
	return answer(s.services.Schedules.Schedule(ctx, principalOf(ctx), in.ID))
}

type changeScheduleInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.SchedulePatch
}

func (s *Server) changeSchedule(ctx context.Context, in *changeScheduleInput) (*out[api.Schedule], error) {
	return answer(s.services.Schedules.Change(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) deleteSchedule(ctx context.Context, in *withID) (*struct{}, error) {
	return nil, s.services.Schedules.Delete(ctx, principalOf(ctx), in.ID)
}

func (s *Server) scheduleRunAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	return s.services.Schedules.RunAgain(ctx, principalOf(ctx), made[0])
}

func (s *Server) runSchedule(ctx context.Context, in *withID) (*out[api.ScheduleRun], error) {
	return answer(s.services.Schedules.RunNow(ctx, principalOf(ctx), in.ID))
}
