package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"ddap/server/internal/store"
	"ddap/shared/buildinfo"
	"ddap/shared/logkey"
)

const (
	// atOnce bounds what one server has under way, perWebhook what all servers
	// have of one webhook, so that a slow receiver holds nobody else up.
	atOnce     = 64
	perWebhook = 4
	// lease is how long an attempt may take before another server takes it for
	// lost: well above the timeout.
	lease = 30 * time.Second
	// The first retries come soon and the others within days: 10 s, 30 s, 90 s,
	// 4.5 min, … and then each half a day, until three days have passed.
	firstPause   = 10 * time.Second
	pauseFactor  = 3
	longestPause = 12 * time.Hour
	giveUpAfter  = 72 * time.Hour
	// disableAfter is for how long a webhook may fail without any success, and
	// disableFrom how often. What fails is tried again within quiet, so a longer
	// pause is one in which nothing was sent.
	disableAfter = 5 * 24 * time.Hour
	disableFrom  = 6
	quiet        = 24 * time.Hour
	// answerBytes is what is kept of an answer. No more than that is read.
	answerBytes = 1024
)

var limits = store.DeliveryLimits{GiveUpAfter: giveUpAfter, DisableAfter: disableAfter, Quiet: quiet, DisableFrom: disableFrom}

// Send takes what is due, once, and returns when all of that has ended.
func (s *Service) Send(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	return s.start(ctx, &wg, make(chan struct{}, atOnce))
}

// start takes what is due, and begins to send it. A place in slots is one
// delivery under way.
func (s *Service) start(ctx context.Context, wg *sync.WaitGroup, slots chan struct{}) error {
	free := cap(slots) - len(slots) // only this goroutine takes them
	if free == 0 {
		return nil
	}
	due, err := s.store.LeaseDeliveries(ctx, free, perWebhook, lease)
	if err != nil {
		return err
	}
	for i := range due {
		slots <- struct{}{}
		wg.Go(func() {
			s.deliver(ctx, &due[i])
			<-slots
			s.hurry() // the webhook may have more
		})
	}
	return nil
}

// deliver makes one attempt and keeps how it went. What a stop of the server
// interrupts is left to whoever takes it over.
func (s *Service) deliver(ctx context.Context, d *store.DueDelivery) {
	outcome := s.attempt(ctx, d)
	if ctx.Err() != nil && !outcome.Delivered {
		return
	}
	outcome.RetryIn = pauseAfter(d.Tries)
	finished, err := s.store.FinishDelivery(context.WithoutCancel(ctx), outcome, limits)
	s.observer.attempted(outcomeOf(finished))
	switch {
	case err != nil:
		s.log.ErrorContext(ctx, "outcome of a delivery not kept", logkey.WebhookID, d.WebhookID, logkey.DeliveryID, d.ID, logkey.Error, err)
	case finished.Disabled != "":
		s.log.WarnContext(ctx, "webhook disabled", logkey.WebhookID, d.WebhookID, logkey.WorkspaceID, d.WorkspaceID, logkey.Reason, finished.Disabled)
	}
}

// pauseAfter gives the pause after so many tries, with a fifth of jitter.
func pauseAfter(tries int) time.Duration {
	pause := firstPause
	for range tries - 1 {
		if pause = min(pause*pauseFactor, longestPause); pause == longestPause {
			break
		}
	}
	return pause*9/10 + rand.N(pause/5) //nolint:gosec // jitter is no secret
}

func (s *Service) attempt(ctx context.Context, d *store.DueDelivery) store.DeliveryOutcome {
	began := time.Now()
	o := store.DeliveryOutcome{ID: d.ID, Attempt: d.Attempt}
	o.Status, o.Answer, o.Error = s.post(ctx, d, began)
	o.Duration = time.Since(began)
	o.Delivered = o.Error == ""
	o.Gone = o.Status == http.StatusGone
	return o
}

// post sends a delivery, and says in words for people what went wrong.
func (s *Service) post(ctx context.Context, d *store.DueDelivery, at time.Time) (status int, answer, trouble string) {
	target, err := url.Parse(d.URL)
	if err != nil {
		return 0, "", "the address cannot be read"
	}
	signed, err := signatures(d.Secrets, d.ID.String(), at, d.Body)
	if err != nil {
		return 0, "", "the secret cannot be used; rotate it"
	}
	ctx = context.WithValue(ctx, tlsKey{}, target.Scheme == "https")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(d.Body))
	if err != nil {
		return 0, "", "the address cannot be read"
	}
	req.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"ddap-server/" + buildinfo.Version},
		"Webhook-Id": {d.ID.String()}, "Webhook-Timestamp": {fmt.Sprint(at.Unix())}, "Webhook-Signature": {signed},
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, "", explain(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerBytes))
	answer = readable(body)
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return resp.StatusCode, answer, "it answered with a redirect, and redirects are not followed"
	case resp.StatusCode < 200 || resp.StatusCode >= 300:
		return resp.StatusCode, answer, fmt.Sprintf("it answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	case err != nil:
		return resp.StatusCode, answer, "the answer broke off: " + explain(err)
	default:
		return resp.StatusCode, answer, ""
	}
}

// explain takes the address out of an error: it is shown beside it, and its
// query may hold what need not stand in logs.
func explain(err error) string {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	var network net.Error
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate.Error()
	case errors.As(err, &network) && network.Timeout():
		return fmt.Sprintf("it did not answer within %s", timeout)
	default:
		return readable([]byte(err.Error()))
	}
}

// readable makes text of bytes that may be anything, as PostgreSQL takes it.
func readable(raw []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(raw[:min(len(raw), answerBytes)]), "\uFFFD"), "\x00", "\uFFFD")
}
