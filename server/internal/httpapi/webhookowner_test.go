package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/httpapi"
	"ddap/shared/api"
)

// TestWebhooks_OfAGrantAreItsOwn is the square of who has a webhook and who
// asks for it, on each of their routes.
func TestWebhooks_OfAGrantAreItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	granted := func(r *api.KeyRequest) { r.Role, r.Grants = api.Viewer, []api.Grant{api.GrantWebhooks} }
	callers := map[string]string{
		"one": w.key(granted), "other": w.key(granted), "admin": w.AdminKey,
		"session of an admin": w.session(w.AdminKey, api.SessionRequest{}).Token,
	}
	bodies := map[string]string{"PATCH": `{"name": "another name"}`}
	checked := 0
	for owner, key := range callers {
		for caller, token := range callers {
			own := owner == caller || caller == "admin" || caller == "session of an admin"
			var hook api.Webhook
			w.do(request{method: "POST", path: "/v1/webhooks", key: key, body: `{"name": "n", "url": "https://example.org/", "types": ["*"]}`}).ok(http.StatusCreated, &hook)
			var test api.Delivery
			w.do(request{method: "POST", path: "/v1/webhooks/" + hook.ID + "/test", key: key}).ok(http.StatusCreated, &test)
			for _, route := range httpapi.RouteTable() {
				method, path, _ := strings.Cut(route, " ")
				if !strings.HasPrefix(path, "/v1/webhooks/{id}") || method == "DELETE" {
					continue
				}
				body := bodies[method]
				if strings.HasSuffix(path, "/rotate") {
					body = "{}"
				}
				path = strings.NewReplacer("{id}", hook.ID, "{delivery_id}", test.ID).Replace(path)
				got := w.do(request{method: method, path: path, key: token, body: body})
				checked++
				switch {
				case !own:
					got.refused(http.StatusNotFound, "webhook_not_found")
				case strings.HasSuffix(path, "/resend"):
					require.Containsf(t, []int{200, 409}, got.status, "%s for %s: %s", route, caller, got.body)
				default:
					require.Lessf(t, got.status, 300, "%s for %s: %s", route, caller, got.body)
				}
			}
			list := string(w.do(request{method: "GET", path: "/v1/webhooks", key: token}).body)
			require.Equalf(t, own, strings.Contains(list, hook.ID), "the list of %s shows one of %s", caller, owner)
			gone := w.do(request{method: "DELETE", path: "/v1/webhooks/" + hook.ID, key: token})
			if !own {
				gone.refused(http.StatusNotFound, "webhook_not_found")
				continue
			}
			require.Equal(t, http.StatusNoContent, gone.status)
		}
	}
	require.Equal(t, 4*4*6, checked)
}
