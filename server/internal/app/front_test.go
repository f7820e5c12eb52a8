package app_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/app"
	"ddap/server/internal/app/apptest"
	"ddap/server/internal/config"
	"ddap/shared/api"
	"ddap/shared/certtest"
	"ddap/shared/client"
)

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

func TestMetrics_TellOfTheQueueAndOfRequests(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *config.Config) { c.MetricsListen = "127.0.0.1:0" })
	r := runner(t, s)
	_, err := s.Admin(t).CreateTask(t.Context(), fetchBirds())
	require.NoError(t, err)
	claim, err := r.Claim(t.Context(), client.ClaimOptions{Wait: waiting})
	require.NoError(t, err)
	require.Len(t, claim.Tasks, 1)
	status, text := get(t, "http://"+s.App.MetricsAddress()+"/metrics")
	require.Equal(t, http.StatusOK, status)
	for _, part := range []string{
		`ddap_tasks{state="leased",workspace="default"} 1` + "\n",
		`ddap_task_oldest_age_seconds{state="leased",workspace="default"} `,
		"ddap_claim_latency_seconds_count 1\n",
		`ddap_http_requests_total{method="POST",route="/v1/task",status="2xx"} 1` + "\n",
		`ddap_http_request_duration_seconds_count{method="POST",route="/v1/task"} 1` + "\n",
		"ddap_long_polls_waiting 0\n", "ddap_runners_waiting 0\n", "ddap_database_connections_limit 8\n", "ddap_build_info{", "go_goroutines",
		`ddap_alerts_firing{kind="no_runner"} 0` + "\n", `ddap_alerts_firing{kind="queue_age"} 0` + "\n", `ddap_alerts_firing{kind="failure_rate"} 0` + "\n",
	} {
		require.Contains(t, text, part)
	}
	require.NotContains(t, text, claim.Tasks[0].TaskID, "an id is no label")
	status, _ = get(t, s.URL+"/metrics")
	require.Equal(t, http.StatusNotFound, status, "strangers see none of it")
}

// TestMetrics_TellOfWebhooksEventsAndRefusals, by names and labels that stay few.
func TestMetrics_TellOfWebhooksEventsAndRefusals(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	t.Cleanup(receiver.Close)
	s := apptest.Start(t, func(c *config.Config) {
		c.MetricsListen, c.WebhookAllowPrivate, c.AuthFailureLimit = "127.0.0.1:0", []string{"127.0.0.1/32"}, 1
	})
	scrape := func() string {
		status, text := get(t, "http://"+s.App.MetricsAddress()+"/metrics")
		require.Equal(t, http.StatusOK, status)
		return text
	}
	text := scrape()
	for _, outcome := range []string{"delivered", "retried", "given_up", "lost"} {
		require.Contains(t, text, `ddap_webhook_deliveries_total{outcome="`+outcome+`"} 0`+"\n")
	}
	for _, outcome := range []string{"sent", "retried", "failed"} {
		require.Contains(t, text, `ddap_alert_mails_total{outcome="`+outcome+`"} 0`+"\n")
	}
	admin := s.Admin(t)
	hook, err := admin.CreateWebhook(t.Context(), api.WebhookRequest{Name: "n", URL: receiver.URL, Types: []string{"*"}})
	require.NoError(t, err)
	_, err = admin.TestWebhook(t.Context(), hook.ID)
	require.NoError(t, err)
	for _, err := range admin.Events(t.Context(), "", client.EventFilter{}) {
		require.NoError(t, err)
		text = scrape()
		require.Contains(t, text, "ddap_event_stream_followers 1\n")
		break
	}
	viewer, err := admin.CreateKey(t.Context(), api.KeyRequest{Name: "v", Role: api.Viewer})
	require.NoError(t, err)
	_, err = s.Client(t, viewer.Key).Stats(t.Context())
	require.Error(t, err)
	once := client.With(t.Context(), client.Conditions{IdempotencyKey: "k"})
	for range 2 {
		_, err = admin.CreateKey(once, api.KeyRequest{Name: "once", Role: api.Viewer})
	}
	require.Error(t, err)
	resp, err := http.Post(s.URL+"/v1/task", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	large, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/task", io.LimitReader(zeros{}, api.MaxBodyBytes+1))
	require.NoError(t, err)
	large.Header.Set("Authorization", "Bearer "+s.AdminKey)
	large.Header.Set("Content-Type", "application/json")
	if resp, err = http.DefaultClient.Do(large); err == nil { // or cut in the middle
		require.NoError(t, resp.Body.Close())
	}
	require.Eventually(t, func() bool {
		text = scrape()
		for _, line := range []string{
			`ddap_webhook_deliveries_total{outcome="retried"} 1`, `ddap_webhooks{state="failing"} 1`, `ddap_webhooks{state="disabled"} 0`,
			"ddap_webhook_deliveries_pending 1", `ddap_http_requests_refused_total{reason="forbidden"} 1`,
			`ddap_http_requests_refused_total{reason="unauthenticated"} 1`, `ddap_http_requests_refused_total{reason="secret_already_shown"} 1`,
			`ddap_http_requests_refused_total{reason="too_large"} 1`, `ddap_http_requests_refused_total{reason="rate_limited"} 0`,
		} {
			if !strings.Contains(text, line+"\n") {
				t.Logf("not yet: %s", line)
				return false
			}
		}
		return true
	}, 30*time.Second, 500*time.Millisecond)
	require.Regexp(t, `(?m)^ddap_webhook_delivery_oldest_age_seconds [0-9.e+-]*[1-9]`, text)
	require.Regexp(t, `(?m)^# TYPE ddap_events_written_total counter$`, text)
	require.NotContains(t, text, hook.ID)
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestMetrics_OnAnAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	cfg := apptest.Config(t, func(c *config.Config) { c.MetricsListen = taken.Addr().String() })
	_, err = app.New(t.Context(), cfg, quiet())
	require.ErrorContains(t, err, "listen for metrics on "+cfg.MetricsListen)
	require.ErrorContains(t, err, "--metrics-listen")

	off := apptest.Start(t, func(c *config.Config) { c.MetricsListen = "off" })
	require.Empty(t, off.App.MetricsAddress())
}

// TestTraces_HaveRequestsAndTheirQueries, sent to a collector by the time the
// server has stopped.
func TestTraces_HaveRequestsAndTheirQueries(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.Copy(&got, r.Body)
	}))
	t.Cleanup(collector.Close)
	s := apptest.Start(t, func(c *config.Config) { c.OTelEndpoint = collector.URL })
	_, err := s.Admin(t).CreateKey(t.Context(), api.KeyRequest{Name: "not-in-a-trace", Role: api.Viewer})
	require.NoError(t, err)
	require.NoError(t, s.Stop())
	mu.Lock()
	defer mu.Unlock()
	require.Contains(t, got.String(), "POST /v1/keys")
	require.Contains(t, got.String(), "api_keys")
	require.NotContains(t, got.String(), "not-in-a-trace", "statements have no values")
}

// TestRun_SaysThatItIsStoppingBeforeItStops, so that a balancer sends nobody
// to a server that is gone.
func TestRun_SaysThatItIsStoppingBeforeItStops(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *config.Config) { c.DrainDelay = 3 * time.Second })
	stopped := make(chan error, 1)
	begun := time.Now()
	go func() { stopped <- s.Stop() }()
	require.Eventually(t, func() bool {
		status, body := get(t, s.URL+"/readyz")
		return status == http.StatusServiceUnavailable && strings.Contains(body, `"serving":"unavailable"`)
	}, 2*time.Second, 10*time.Millisecond)
	_, err := s.Admin(t).WhoAmI(t.Context())
	require.NoError(t, err, "who is there is served on")
	status, _ := get(t, s.URL+"/healthz")
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, <-stopped)
	require.GreaterOrEqual(t, time.Since(begun), 3*time.Second)
}

// trusting gives a client that trusts the certificate in a file.
func trusting(t *testing.T, certFile string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(certFile)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// TestTLS_CarriesEverythingThatPlainHTTPDoes: long polls that are given up, and
// connections that are at hand when the server stops.
func TestTLS_CarriesEverythingThatPlainHTTPDoes(t *testing.T) {
	t.Parallel()
	cert, key := certtest.Write(t, t.TempDir(), "localhost")
	s := apptest.Start(t, func(c *config.Config) { c.TLSCert, c.TLSKey = cert, key })
	require.True(t, strings.HasPrefix(s.URL, "https://"))
	secure := trusting(t, cert)
	admin, err := client.New(client.Config{Server: s.URL, Credential: s.AdminKey, Transport: secure.Transport})
	require.NoError(t, err)
	token, err := admin.CreateEnrollment(t.Context(), api.EnrollmentRequest{})
	require.NoError(t, err)
	registered, err := admin.WithCredential(token.Token).Register(t.Context(), lab())
	require.NoError(t, err)

	impatient := &http.Client{Transport: secure.Transport, Timeout: 500 * time.Millisecond}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/claim?wait=60", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+registered.Token)
	_, err = impatient.Do(req)
	require.Error(t, err)
	require.Eventually(t, func() bool { return s.App.Waiting() == 0 }, waiting, 20*time.Millisecond, "a client that hangs up is noticed")

	plain, err := http.Get("http://" + s.App.Address() + "/healthz")
	if err == nil {
		require.NoError(t, plain.Body.Close())
		require.NotEqual(t, http.StatusOK, plain.StatusCode)
	}
	fresh, err := tls.Dial("tcp", s.App.Address(), secure.Transport.(*http.Transport).TLSClientConfig)
	require.NoError(t, err)
	t.Cleanup(func() { _ = fresh.Close() })
	begun := time.Now()
	require.NoError(t, s.Stop())
	require.Less(t, time.Since(begun), 3*time.Second)
}

func TestTLS_ThatCannotBeServedIsSaidAtTheStart(t *testing.T) {
	t.Parallel()
	cert, key := certtest.Write(t, t.TempDir(), "localhost")
	certtest.WriteKey(t, key)
	_, err := app.New(t.Context(), apptest.Config(t, func(c *config.Config) { c.TLSCert, c.TLSKey = cert, key }), quiet())
	require.ErrorContains(t, err, "private key does not match")
}
