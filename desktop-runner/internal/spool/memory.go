package spool

import (
	"time"

	"ddap/shared/api"
)

// Remember keeps a report without files in memory, for a disk that does not take
// it. It is listed like the others, in the place of one of the same attempt on
// the disk; a crash loses it, and the lease of its attempt then ends by itself.
func (s *Spool) Remember(report api.ResultReport, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	report.Artifacts = nil
	entry := Entry{Report: report, QueuedAt: now.UTC()}
	s.remembered[entry.Key()] = entry
}
