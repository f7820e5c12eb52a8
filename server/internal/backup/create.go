package backup

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ddap/server/internal/artifacts"
	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/store"
	"ddap/shared/buildinfo"
)

// Content is the storage of artifacts.
type Content interface {
	EachContent(ctx context.Context, visit func(key string, size int64, from io.Reader) error) error
	PutContent(ctx context.Context, key string, from io.Reader) error
	IsEmpty(ctx context.Context) (bool, error)
}

// Source is a server's state, whether or not the server runs.
type Source struct {
	Records store.Backups
	Content Content
	// DatabaseURL is where pg_dump finds the records: a secret.
	DatabaseURL string
}

// Create writes an archive, to a file that is not there yet or into a folder
// under a name with the time in it. It returns where the archive is. What is
// unfinished when it fails is removed.
func Create(ctx context.Context, from Source, to string) (file string, m Manifest, err error) {
	now := time.Now().UTC()
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		to = filepath.Join(to, "ddap-backup-"+now.Format("20060102T150405Z")+".tar")
	}
	w, err := newWriter(to, now)
	if err != nil {
		return "", Manifest{}, err
	}
	defer w.close()
	c := creation{Source: from, w: w}
	// No server may remove content between the snapshot, which names it, and its copy.
	if err := from.Records.WithContentKept(ctx, c.run); err != nil {
		return "", Manifest{}, err
	}
	return to, c.manifest, w.finish(c.manifest)
}

// creation is one archive in the making.
type creation struct {
	Source
	w        *writer
	manifest Manifest
	// named are the contents that records name, until they are copied.
	named map[string]struct{}
}

func (c *creation) run(ctx context.Context) error {
	if err := c.Records.Snapshot(ctx, c.copyDatabase); err != nil {
		return err
	}
	err := c.Content.EachContent(ctx, func(key string, size int64, from io.Reader) error {
		delete(c.named, key)
		c.manifest.Contents++
		c.manifest.ContentBytes += size
		return c.w.add(contentPrefix+key, size, from)
	})
	if err != nil {
		return err
	}
	for key := range c.named {
		c.manifest.Missing++
		if len(c.manifest.MissingKeys) < missingShown {
			c.manifest.MissingKeys = append(c.manifest.MissingKeys, key)
		}
	}
	return nil
}

func (c *creation) copyDatabase(ctx context.Context, s store.Snapshot) error {
	tools, err := embeddedpg.ToolsFor(ctx, s.Major)
	if err != nil {
		return err
	}
	c.manifest = Manifest{
		Format: formatVersion, ServerVersion: buildinfo.Version, SchemaVersion: s.Schema, PostgreSQLMajor: s.Major,
		DumpMajor: tools.Major, Epoch: s.Epoch, CreatedAt: s.At.UTC(), Counts: s.Counts,
	}
	c.named = make(map[string]struct{}, s.Counts["artifacts"])
	err = s.EachContent(ctx, func(content store.Content) error {
		c.named[artifacts.Key(content)] = struct{}{}
		return nil
	})
	if err != nil {
		return err
	}
	return c.addDump(ctx, tools, s.ID)
}

// addDump goes through a file of its own: a tar file says a size first.
func (c *creation) addDump(ctx context.Context, tools embeddedpg.Tools, snapshot string) error {
	aside, err := os.CreateTemp(filepath.Dir(c.w.target), "."+filepath.Base(c.w.target)+".database-*")
	if err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	defer os.Remove(aside.Name()) //nolint:errcheck // what stays is one more file that nobody reads
	defer aside.Close()
	if err := tools.Dump(ctx, c.DatabaseURL, snapshot, aside); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	size, err := aside.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = aside.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return c.w.add(dumpName, size, aside)
}
