package agent

import (
	"context"
	"net/url"
	"path"
	"path/filepath"

	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/result"
)

// runDigestLoop computes the hashes of what is shared, after each look at it. A
// large file takes minutes, in which the list of datasets must stay true: so it
// is a loop of its own.
func (a *Agent) runDigestLoop(ctx context.Context) error {
	for {
		select {
		case <-a.wakeDigests:
			a.Digests.Refresh(ctx, a.Catalogue.Digested())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// originOf says where a shared dataset comes from, with its hash where that is known.
func (a *Agent) originOf(found catalogue.Found) plan.Origin {
	o := plan.Origin{Kind: result.SourceFiles}
	switch {
	case found.File.Table != nil:
		return plan.Origin{Kind: result.SourceConnection, Name: found.File.Table.Name}
	case found.URL != "":
		o.Kind = result.SourceURL
		if u, err := url.Parse(found.URL); err == nil {
			o.Name = path.Base(u.Path)
		}
	case len(found.File.More) == 0:
		o.Kind, o.Name = result.SourceFile, filepath.Base(found.File.Path)
	}
	o.SHA256, o.Stamp = a.Digests.Find(found.File)
	return o
}
