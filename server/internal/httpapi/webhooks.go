package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"ddap/shared/api"
)

func (s *Server) addWebhooks() {
	add(s, route{
		method: http.MethodPost, path: "/v1/webhooks", id: "create-webhook", tag: tagWebhooks, status: http.StatusCreated, once: &once{secret: true},
		summary: "Make a webhook",
		description: "Events of these types are sent to it from now on, signed as Standard Webhooks 1.0.0 says, each until it is answered with 2xx or three days have " +
			"passed. The secret is shown in this answer and never again.",
	}, s.createWebhook)
	add(s, route{
		method: http.MethodGet, path: "/v1/webhooks", id: "list-webhooks", tag: tagWebhooks, summary: "List webhooks",
	}, s.listWebhooks)
	add(s, route{
		method: http.MethodGet, path: "/v1/webhooks/{id}", id: "get-webhook", tag: tagWebhooks, tagged: true, summary: "Get a webhook",
	}, s.getWebhook)
	add(s, route{
		method: http.MethodPatch, path: "/v1/webhooks/{id}", id: "change-webhook", tag: tagWebhooks, current: pinned(s.services.Webhooks.Pinned), summary: "Change, disable or enable a webhook",
		description: "What happens while it is disabled is not sent later. Deliveries that had not ended go on when it is enabled.",
	}, s.changeWebhook)
	add(s, route{
		method: http.MethodDelete, path: "/v1/webhooks/{id}", id: "delete-webhook", tag: tagWebhooks, current: pinned(s.services.Webhooks.Pinned), status: http.StatusNoContent,
		summary: "Delete a webhook with its deliveries",
	}, s.deleteWebhook)
	add(s, route{
		method: http.MethodPost, path: "/v1/webhooks/{id}/rotate", id: "rotate-webhook", tag: tagWebhooks, current: pinned(s.services.Webhooks.Pinned), summary: "Replace a webhook's secret",
		description: "The new one is shown in this answer and never again. For a time, each delivery is signed with both.",
	}, s.rotateWebhook)
	add(s, route{
		method: http.MethodPost, path: "/v1/webhooks/{id}/test", id: "test-webhook", tag: tagWebhooks, status: http.StatusCreated,
		summary: "Send a webhook a test", description: "An event of the type webhook.test. What came of it stands in the list of deliveries.",
	}, s.testWebhook)
	add(s, route{
		method: http.MethodGet, path: "/v1/webhooks/{id}/deliveries", id: "list-deliveries", tag: tagWebhooks, summary: "List a webhook's deliveries",
		description: "Newest first, each with what is sent, its last attempts, and how the last answer began.",
	}, s.listDeliveries)
	add(s, route{
		method: http.MethodPost, path: "/v1/webhooks/{id}/deliveries/{delivery_id}/resend", id: "resend-delivery", tag: tagWebhooks,
		summary: "Send a delivery again", description: "One that has ended, under the same webhook-id, so that a receiver knows it.",
	}, s.resendDelivery)
}

func (s *Server) createWebhook(ctx context.Context, in *withBody[api.WebhookRequest]) (*out[api.Webhook], error) {
	return answer(s.services.Webhooks.Create(ctx, principalOf(ctx), in.Body))
}

func (s *Server) listWebhooks(ctx context.Context, _ *struct{}) (*out[api.WebhookList], error) {
	return answer(s.services.Webhooks.List(ctx, principalOf(ctx)))
}

func (s *Server) getWebhook(ctx context.Context, in *withID) (*out[api.Webhook], error) {
	return answer(s.services.Webhooks.Webhook(ctx, principalOf(ctx), in.ID))
}

type changeWebhookInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.WebhookPatch
}

func (s *Server) changeWebhook(ctx context.Context, in *changeWebhookInput) (*out[api.Webhook], error) {
	return answer(s.services.Webhooks.Change(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) deleteWebhook(ctx context.Context, in *withID) (*struct{}, error) {
	return nil, s.services.Webhooks.Delete(ctx, principalOf(ctx), in.ID)
}

type rotateWebhookInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.WebhookRotation
}

func (s *Server) rotateWebhook(ctx context.Context, in *rotateWebhookInput) (*out[api.Webhook], error) {
	return answer(s.services.Webhooks.Rotate(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) testWebhook(ctx context.Context, in *withID) (*out[api.Delivery], error) {
	return answer(s.services.Webhooks.Test(ctx, principalOf(ctx), in.ID))
}

type deliveriesInput struct {
	ID     uuid.UUID         `path:"id" format:"uuid"`
	State  api.DeliveryState `query:"state" enum:"pending,succeeded,failed" doc:"Those in this state"`
	Limit  int               `query:"limit" minimum:"1" maximum:"200" doc:"Size of a page, 50 when absent"`
	Cursor string            `query:"cursor" maxLength:"1000" doc:"The next_cursor of the page before"`
}

func (s *Server) listDeliveries(ctx context.Context, in *deliveriesInput) (*out[api.DeliveryList], error) {
	return answer(s.services.Webhooks.Deliveries(ctx, principalOf(ctx), in.ID, in.State, in.Limit, in.Cursor))
}

type resendInput struct {
	ID         uuid.UUID `path:"id" format:"uuid"`
	DeliveryID uuid.UUID `path:"delivery_id" format:"uuid"`
}

func (s *Server) resendDelivery(ctx context.Context, in *resendInput) (*out[api.Delivery], error) {
	return answer(s.services.Webhooks.Resend(ctx, principalOf(ctx), in.ID, in.DeliveryID))
}
