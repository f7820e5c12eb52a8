package catalogue

import (
	"ddap/desktop-runner/internal/digests"
	"ddap/shared/result"
)

// Digested lists the datasets of which a hash may be told: the files, as they
// were when they were last looked at, of those whose rows may leave. Whoever can
// guess a small file could find out from its hash whether the guess is right. A
// table of a database has none.
func (c *Catalogue) Digested() []digests.Dataset {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []digests.Dataset
	for _, e := range c.entries {
		if e.description != nil && e.share.Policy == result.Rows && e.file.Table == nil {
			out = append(out, digests.Dataset{Name: e.share.Name, File: e.file})
		}
	}
	return out
}
