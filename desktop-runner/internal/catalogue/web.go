package catalogue

import (
	"context"
	"errors"
	"net/url"
	"path"
	"time"

	"ddap/desktop-runner/internal/download"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/shared/logkey"
)

// Files of the web are asked for again by the clock, as tables are.
const (
	webInterval = 5 * time.Minute
	webRetry    = time.Minute
)

// webInterval is how long the answer of a server counts.
func (e entry) webInterval() time.Duration {
	if e.description == nil {
		return webRetry
	}
	return webInterval
}

// touch notes that a file of the web was asked for, and is the same.
func (c *Catalogue) touch(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[i].share.URL != "" {
		c.entries[i].triedAt = c.now()
	}
}

// find gives the files behind a share as the function find does, after it has
// downloaded the one of the web. An older copy is better than none.
func (c *Catalogue) find(ctx context.Context, share settings.Share) (plan.File, string, error) {
	if share.URL == "" {
		return find(share)
	}
	if c.download == nil {
		return plan.File{}, "", &download.Error{Sentence: "files of the web are not downloaded here"}
	}
	copied, err := c.download(ctx, share.URL, endingOf(share.URL))
	if copied == "" {
		return plan.File{}, "", err
	}
	if web, ok := errors.AsType[*download.Error](err); ok {
		c.log.Warn("a file of the web may be newer than its copy", logkey.DatasetName, share.Name, logkey.Why, web.Sentence)
	}
	share.Path = copied
	return find(share)
}

// endingOf keeps the ending of an address, by which a file's format is known.
func endingOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if _, known := plan.FormatOf(u.Path); !known {
		return ""
	}
	return path.Ext(u.Path)
}
