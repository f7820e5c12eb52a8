package embeddedpg

import (
	"context"
	"fmt"
	"time"

	"ddap/shared/logkey"
)

const (
	// checkInterval is how soon a dead PostgreSQL is noticed. One look costs
	// the reading of one small file.
	checkInterval = 500 * time.Millisecond
	// The pause between attempts to start it again doubles from the first to
	// the last.
	firstRestartDelay = 250 * time.Millisecond
	lastRestartDelay  = 15 * time.Second
)

// Supervise starts PostgreSQL again on the same data and port whenever it has
// died, until ctx ends; then it returns nil. Run one Supervise per Server.
func (s *Server) Supervise(ctx context.Context) error {
	tick := time.NewTicker(checkInterval)
	defer tick.Stop()
	delay := firstRestartDelay
	for {
		select {
		case <-tick.C:
			if err := s.restartIfDead(ctx); err == nil {
				delay = firstRestartDelay
				tick.Reset(checkInterval)
				continue
			} else if ctx.Err() == nil {
				s.log.Error("postgresql does not start again, will try once more", logkey.Error, err, logkey.Delay, delay)
			}
			tick.Reset(delay)
			delay = min(2*delay, lastRestartDelay)
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *Server) restartIfDead(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped || s.postmaster().alive() {
		return nil
	}
	s.log.Error("postgresql has died, starting it again", logkey.PID, s.pid)
	if err := s.stopOrphan(ctx); err != nil {
		return err
	}
	// Not another port: everybody who uses the database knows this one.
	if !portFree(s.port) {
		return fmt.Errorf("port %d is taken", s.port)
	}
	if err := s.launch(ctx); err != nil {
		return err
	}
	s.log.Info("postgresql is back", logkey.Port, s.port, logkey.PID, s.pid)
	return nil
}
