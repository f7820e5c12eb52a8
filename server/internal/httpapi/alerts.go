package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"ddap/shared/api"
)

func (s *Server) addAlerts() {
	add(s, route{
		method: http.MethodPost, path: "/v1/alerts", id: "create-alert", tag: tagAlerts, status: http.StatusCreated, once: &once{again: s.alertAgain},
		summary: "Make an alert",
		description: "It fires when what it watches has been bad for for_seconds without a break, and resolves when it has been well for resolve_seconds. Each " +
			"turn is one event, alert.firing or alert.resolved, which webhooks carry, and an e-mail to each address in notify.emails. While it fires " +
			"it is told again every repeat_seconds, as alert.repeated.",
	}, s.createAlert)
	add(s, route{
		method: http.MethodGet, path: "/v1/alerts", id: "list-alerts", tag: tagAlerts, summary: "List alerts", description: "All of them, newest first.",
	}, s.listAlerts)
	add(s, route{
		method: http.MethodGet, path: "/v1/alerts/{id}", id: "get-alert", tag: tagAlerts, tagged: true, summary: "Get an alert",
	}, s.getAlert)
	add(s, route{
		method: http.MethodPatch, path: "/v1/alerts/{id}", id: "change-alert", tag: tagAlerts, current: pinned(s.services.Alerts.Pinned), summary: "Change, pause or resume an alert",
		description: "What is pending counts anew. One that fires resolves when it is paused; a change of its rule leaves it firing until it is well by the new one.",
	}, s.changeAlert)
	add(s, route{
		method: http.MethodDelete, path: "/v1/alerts/{id}", id: "delete-alert", tag: tagAlerts, current: pinned(s.services.Alerts.Pinned), status: http.StatusNoContent,
		summary: "Delete an alert", description: "One that fires resolves first, so that whoever was told of its beginning is told of its end.",
	}, s.deleteAlert)
}

func (s *Server) createAlert(ctx context.Context, in *withBody[api.AlertRequest]) (*out[api.Alert], error) {
	return answer(s.services.Alerts.Create(ctx, principalOf(ctx), in.Body))
}

func (s *Server) alertAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	return s.services.Alerts.Alert(ctx, principalOf(ctx), made[0])
}

func (s *Server) listAlerts(ctx context.Context, _ *struct{}) (*out[api.AlertList], error) {
	return answer(s.services.Alerts.List(ctx, principalOf(ctx)))
}

func (s *Server) getAlert(ctx context.Context, in *withID) (*out[api.Alert], error) {
	return answer(s.services.Alerts.Alert(ctx, principalOf(ctx), in.ID))
}

type changeAlertInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.AlertPatch
}

func (s *Server) changeAlert(ctx context.Context, in *changeAlertInput) (*out[api.Alert], error) {
	return answer(s.services.Alerts.Change(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) deleteAlert(ctx context.Context, in *withID) (*struct{}, error) {
	return nil, s.services.Alerts.Delete(ctx, principalOf(ctx), in.ID)
}
