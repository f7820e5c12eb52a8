package e2e_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// receiver is somebody's own program that takes what a webhook sends. Of each
// event it refuses the first delivery.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	secret string
	wrong  []string
	tried  map[string]bool
	// taken are the ids of the deliveries that it took, by the task they tell of.
	taken map[string][]string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{tried: map[string]bool{}, taken: map[string][]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.receive))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) receive(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	id, at := req.Header.Get("Webhook-Id"), req.Header.Get("Webhook-Timestamp")
	var message struct {
		Type string
		Data struct {
			SubjectID string `json:"subject_id"`
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key, keyErr := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "." + string(body)))
	signature := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	switch {
	case err != nil || keyErr != nil || json.Unmarshal(body, &message) != nil || message.Type != "task.canceled":
		r.wrong = append(r.wrong, "not understood: "+string(body))
	case !slices.Contains(strings.Fields(req.Header.Get("Webhook-Signature")), signature):
		r.wrong = append(r.wrong, "not signed as the standard says: "+req.Header.Get("Webhook-Signature"))
	case !r.tried[id]:
		r.tried[id] = true
		w.WriteHeader(http.StatusServiceUnavailable)
	case !slices.Contains(r.taken[message.Data.SubjectID], id):
		r.taken[message.Data.SubjectID] = append(r.taken[message.Data.SubjectID], id)
	}
}

// TestThreeServers_SendEachEventUnderOneID to a receiver that is away at first,
// while one of the servers is killed.
func TestThreeServers_SendEachEventUnderOneID(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "--webhook-allow-private", "127.0.0.0/8")
	n := c.tenant(c.servers[0].Key)
	takes := newReceiver(t)
	webhook, err := n.admin.CreateWebhook(t.Context(), api.WebhookRequest{Name: "ours", URL: takes.URL, Types: []string{"task.canceled"}})
	require.NoError(t, err)
	takes.mu.Lock()
	takes.secret = webhook.Secret
	takes.mu.Unlock()
	sleeper(t, c, n.admin)
	var ids []string
	for i := range 12 {
		var created api.TaskCreated
		n.surely(func(ctx context.Context) (err error) {
			created, err = n.admin.CreateTask(ctx, api.TaskRequest{
				Name: "ends", OperationCode: int(operation.Fetch), Params: json.RawMessage(`{"source":{"dataset":"penguins"}}`),
			})
			return err
		})
		n.surely(func(ctx context.Context) error {
			_, err := n.admin.CancelTask(ctx, created.TaskID)
			return err
		})
		ids = append(ids, created.TaskID)
		if i == 6 {
			c.running[2].Kill()
			c.running = slices.Delete(c.running, 2, 3)
		}
	}
	n.await("the receiver has all of them", 2*patience, func(context.Context) bool {
		takes.mu.Lock()
		defer takes.mu.Unlock()
		return len(takes.taken) >= len(ids)
	})
	takes.mu.Lock()
	defer takes.mu.Unlock()
	require.Empty(t, takes.wrong)
	for _, id := range ids {
		require.Lenf(t, takes.taken[id], 1, "what tells of task %s has one id, by which a receiver knows it again", id)
	}
}

// sleeper registers a runner that shares penguins and never asks for work.
func sleeper(t *testing.T, c *cluster, admin *client.Client) {
	t.Helper()
	token, err := programs.Invite(t.Context(), admin)
	require.NoError(t, err)
	_, err = c.client(token).Register(t.Context(), api.RegisterRequest{
		Name: "sleeps", OS: "linux", Arch: "amd64", Version: "1.0.0", Operations: []int{int(operation.Fetch)},
		Datasets: []api.DatasetOffer{{Name: "penguins", Policy: result.Rows, Columns: []result.Column{{Name: "species", Type: result.Text}}}},
	})
	require.NoError(t, err)
}

// TestThreeServers_CountARateTogether: a key that asks as fast as it can gets its
// rate, and not three times as much, also after one of the servers is gone.
func TestThreeServers_CountARateTogether(t *testing.T) {
	t.Parallel()
	const rate, burst = 20, 40
	c := newCluster(t, "--rate-limit", "20")
	greedy, err := http.NewRequest(http.MethodGet, c.front.URL+"/v1/whoami", http.NoBody)
	require.NoError(t, err)
	greedy.Header.Set("Authorization", "Bearer "+c.servers[0].Key)
	// answered counts what is not refused for as long as it asks, every 5 ms.
	answered := func(length time.Duration) (n int) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for end := time.After(length); ; {
			select {
			case <-end:
				return n
			case <-tick.C:
			}
			resp, err := http.DefaultClient.Do(greedy.Clone(t.Context()))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			switch resp.StatusCode {
			case http.StatusOK:
				n++
			case http.StatusTooManyRequests, http.StatusBadGateway:
			default:
				t.Errorf("answered %s", resp.Status)
			}
		}
	}
	// By a second at most, what one server lets through is late at the others.
	const length = 5
	n := answered(length * time.Second)
	require.Less(t, n, burst+length*rate+3*burst/2, "three servers for themselves would let three times as many through")
	c.running[2].Kill()
	c.running = slices.Delete(c.running, 2, 3)
	n = answered(length * time.Second)
	require.Greater(t, n, length*rate/2, "those that are left give what is due")
	require.Less(t, n, length*rate*3/2)
}
