package alerts

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"ddap/server/internal/mail"
	"ddap/server/internal/store"
	"ddap/shared/logkey"
)

const (
	// atOnce bounds the connections of one server to the mail server.
	atOnce = 4
	// lease is how long an attempt may take before another server takes it for
	// lost: above the timeout of one.
	lease       = 2 * time.Minute
	sendTimeout = time.Minute
	// Retries come after 30 s, 1 min, 2 min, … and then each hour, for a day:
	// what is older is no news.
	firstPause   = 30 * time.Second
	longestPause = time.Hour
	giveUpAfter  = 24 * time.Hour
	maxTrouble   = 500
)

// retried is an attempt after which there will be another one.
const retried = "retried"

// Outcomes lists how an attempt can go.
func Outcomes() []string { return []string{store.MailSent, retried, store.MailFailed} }

// Send takes what is due, until nothing is, and returns when all of that has ended.
func (s *Service) Send(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := s.store.LeaseAlertMails(ctx, atOnce, lease)
		if err != nil || len(due) == 0 {
			return err
		}
		var wg sync.WaitGroup
		for _, m := range due {
			wg.Go(func() { s.send(ctx, m) })
		}
		wg.Wait()
	}
	return nil
}

// send makes one attempt and keeps how it went. What a stop of the server
// interrupts is left to whoever takes it over.
func (s *Service) send(ctx context.Context, m store.AlertMail) {
	limited, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	outcome := store.AlertMailOutcome{ID: m.ID, Attempt: m.Attempt, RetryIn: pauseAfter(m.Attempt)}
	err := s.post.Send(limited, mail.Message{ID: m.ID.String(), To: m.Recipient, Subject: m.Subject, Body: m.Body, Date: m.CreatedAt})
	if err != nil {
		if ctx.Err() != nil {
			return
		}
		outcome.Trouble, outcome.Refused = readable(err.Error()), mail.Refused(err)
	}
	state, err := s.store.FinishAlertMail(context.WithoutCancel(ctx), outcome, giveUpAfter)
	switch {
	case err != nil:
		s.log.ErrorContext(ctx, "outcome of an e-mail not kept", logkey.AlertID, m.AlertID, logkey.MailID, m.ID, logkey.Error, err)
	case state == store.MailPending:
		s.mailed(retried)
		s.log.WarnContext(ctx, "e-mail not sent yet", logkey.AlertID, m.AlertID, logkey.MailID, m.ID, logkey.Attempt, m.Attempt, logkey.Reason, outcome.Trouble)
	case state == store.MailFailed:
		s.mailed(state)
		s.log.ErrorContext(ctx, "e-mail given up", logkey.AlertID, m.AlertID, logkey.MailID, m.ID, logkey.Attempt, m.Attempt, logkey.Reason, outcome.Trouble)
	case state == store.MailSent:
		s.mailed(state)
	}
}

func (s *Service) mailed(outcome string) {
	if s.observe.Mailed != nil {
		s.observe.Mailed(outcome)
	}
}

// pauseAfter gives the pause after so many attempts, with a fifth of jitter.
func pauseAfter(attempts int) time.Duration {
	pause := firstPause
	for range attempts - 1 {
		if pause = min(2*pause, longestPause); pause == longestPause {
			break
		}
	}
	return pause*9/10 + rand.N(pause/5) //nolint:gosec // jitter is no secret
}

// readable makes one line of an answer that may hold anything, as PostgreSQL takes it.
func readable(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
	if runes := []rune(text); len(runes) > maxTrouble {
		text = string(runes[:maxTrouble])
	}
	return text
}
