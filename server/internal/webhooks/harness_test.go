package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/server/internal/webhooks"
	"ddap/shared/api"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	patience = 20 * time.Second
	glimpse  = 10 * time.Millisecond
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func newService(s *pgstore.Store, options ...func(*webhooks.Settings)) *webhooks.Service {
	settings := webhooks.Settings{AllowPrivate: loopback, Kept: 30 * 24 * time.Hour}
	for _, option := range options {
		option(&settings)
	}
	return webhooks.New(s, settings, slog.New(slog.DiscardHandler))
}

// world is a workspace with a service.
type world struct {
	t       *testing.T
	db      *storetest.DB
	admin   store.Principal
	service *webhooks.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := storetest.Open(t)
	return &world{t: t, db: db, admin: storetest.Key(t, db, storetest.Workspace(t, db), api.Admin, "Ops"), service: newService(db.Store)}
}

func (w *world) webhook(url string, types ...string) api.Webhook {
	w.t.Helper()
	made, err := w.service.Create(w.t.Context(), w.admin, api.WebhookRequest{Name: "hook", URL: url, Types: types})
	require.NoError(w.t, err)
	return made
}

func (w *world) get(id string) api.Webhook {
	w.t.Helper()
	found, err := w.service.Webhook(w.t.Context(), w.admin, uuid.MustParse(id))
	require.NoError(w.t, err)
	return found
}

// pass follows and sends once.
func (w *world) pass() {
	w.t.Helper()
	w.db.Settle(w.t)
	require.NoError(w.t, w.service.Follow(w.t.Context()))
	require.NoError(w.t, w.service.Send(w.t.Context()))
}

func (w *world) deliveries(id string) []api.Delivery {
	w.t.Helper()
	list, err := w.service.Deliveries(w.t.Context(), w.admin, uuid.MustParse(id), "", 0, "")
	require.NoError(w.t, err)
	return list.Deliveries
}

// due lets the pause of every delivery pass.
func (w *world) due() { w.db.Exec(w.t, "UPDATE webhook_deliveries SET next_at = now()") }

// message is one request that a receiver got.
type message struct {
	id, timestamp, signature string
	body                     []byte
	payload                  api.WebhookPayload
}

// receiver answers as it is told, and keeps what it gets.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	status   int
	messages []message
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		m := message{req.Header.Get("Webhook-Id"), req.Header.Get("Webhook-Timestamp"), req.Header.Get("Webhook-Signature"), body, api.WebhookPayload{}}
		_ = json.Unmarshal(body, &m.payload)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.messages = append(r.messages, m)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(r.status)
		if r.status != http.StatusNoContent {
			_, _ = io.WriteString(w, "I say\x00\xff "+strings.Repeat("x", 100_000))
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) got() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message{}, r.messages...)
}

// signedWith verifies as the specification's text tells a receiver to, and
// without any code of the server's.
func (m message) signedWith(secret string) bool {
	key, err := base64.StdEncoding.DecodeString(secret[len("whsec_"):])
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.id + "." + m.timestamp + "." + string(m.body)))
	for one := range strings.SplitSeq(m.signature, " ") {
		version, signature, _ := strings.Cut(one, ",")
		raw, err := base64.StdEncoding.DecodeString(signature)
		if err == nil && version == "v1" && hmac.Equal(raw, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// strict is a server that allows nothing private.
func (w *world) strict() *webhooks.Service {
	return webhooks.New(w.db.Store, webhooks.Settings{}, slog.New(slog.DiscardHandler))
}
