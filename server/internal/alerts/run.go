package alerts

import (
	"context"
	"time"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/logkey"
)

const (
	// judgePause is how often a server looks which alerts are due.
	judgePause = 2 * time.Second
	sendPause  = 2 * time.Second
	tidyPause  = time.Hour / 4
	tidyBatch  = 1000
	// mailKept is how long it can be told what became of an e-mail.
	mailKept = 30 * 24 * time.Hour
)

// Run judges, sends and forgets until ctx ends. Any number of servers may run it
// on one database.
func (s *Service) Run(ctx context.Context) error {
	loops := []func(context.Context) error{s.runJudgeLoop, s.runTidyLoop}
	if s.post != nil {
		loops = append(loops, s.runSendLoop)
	}
	return periodic.Together(ctx, loops...)
}

// hurry makes the sending look at once.
func (s *Service) hurry() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) runJudgeLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{
		Name: "judge alerts", Interval: judgePause,
		Do: func(ctx context.Context) error { return s.Judge(ctx, judgeEvery) },
	})
}

func (s *Service) runSendLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "send e-mails", Interval: sendPause, Do: s.Send, Wake: s.wake})
}

func (s *Service) runTidyLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "forget e-mails", Interval: tidyPause, Do: s.Tidy})
}

// Judge judges every alert that was not judged for this long.
func (s *Service) Judge(ctx context.Context, every time.Duration) error {
	for {
		judged, news, err := s.store.JudgeNextAlert(ctx, every, judge, tell)
		if err != nil || !judged {
			return err
		}
		if news != nil {
			s.log.InfoContext(ctx, "alert told", logkey.AlertID, news.ID, logkey.WorkspaceID, news.WorkspaceID, logkey.AlertKind, string(news.Kind), logkey.Event, news.Type)
			s.hurry()
			s.told()
		}
	}
}

// Tidy gives up e-mails that are too old to be of use, and removes those that
// ended long ago.
func (s *Service) Tidy(ctx context.Context) error {
	for _, work := range []func() (int, error){
		func() (int, error) {
			n, err := s.store.GiveUpAlertMails(ctx, giveUpAfter, tidyBatch)
			for range n {
				s.mailed(store.MailFailed)
			}
			return n, err
		},
		func() (int, error) { return s.store.ForgetAlertMails(ctx, mailKept, tidyBatch) },
	} {
		for {
			n, err := work()
			if err != nil {
				return err
			}
			if n < tidyBatch {
				break
			}
		}
	}
	return nil
}
