package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/pgstore"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// Database is the database of a server, and the PostgreSQL below it where the
// server runs its own.
type Database struct {
	Store *pgstore.Store
	own   *embeddedpg.Server
	// url is where the database is: a secret.
	url string
}

// OpenDatabase connects to the database that the settings name, or starts the
// server's own, and brings the schema up to date. A database that cannot be
// reached yet is waited for.
func OpenDatabase(ctx context.Context, cfg config.Config, log *slog.Logger) (*Database, error) {
	return openDatabase(ctx, cfg, pgstore.Options{}, log)
}

// openDatabase is OpenDatabase with more to say of how the database is used.
func openDatabase(ctx context.Context, cfg config.Config, opts pgstore.Options, log *slog.Logger) (*Database, error) {
	return migrated(ctx, log, func() (*Database, error) { return connect(ctx, cfg, log, opts) })
}

// AttachDatabase is OpenDatabase for a command that may run beside a server on
// the same data folder: it uses the PostgreSQL that the server runs.
func AttachDatabase(ctx context.Context, cfg config.Config, log *slog.Logger) (*Database, error) {
	return migrated(ctx, log, func() (*Database, error) { return attach(ctx, cfg, log, pgstore.Options{}) })
}

// migrated opens a database and brings its schema up to date. One that a newer
// release has made is served as it is: each release leaves the one before running.
func migrated(ctx context.Context, log *slog.Logger, open func() (*Database, error)) (_ *Database, err error) {
	d, err := open()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close(context.WithoutCancel(ctx)))
		}
	}()
	if err := d.Store.Migrate(ctx); err != nil {
		return nil, fmt.Errorf("bring the schema up to date: %w", err)
	}
	newer, err := d.Store.NewerMigrations(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at the schema: %w", err)
	}
	if len(newer) > 0 {
		log.Warn("the schema is newer than this program; it serves, and should be of the same release as the others soon", logkey.Version, newer)
	}
	return d, nil
}

// connect reaches the database, and leaves its schema as it is.
func connect(ctx context.Context, cfg config.Config, log *slog.Logger, options pgstore.Options) (_ *Database, err error) {
	d := &Database{url: cfg.DatabaseURL}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close(context.WithoutCancel(ctx)))
		}
	}()
	if d.url == "" {
		if d.own, err = embeddedpg.Start(ctx, embeddedpg.Config{DataDir: cfg.DataDir, Logger: log}); err != nil {
			return nil, fmt.Errorf("start the server's own PostgreSQL: %w", err)
		}
		d.url = d.own.URL()
	}
	options.MaxConnections = cfg.DatabaseConnections
	if d.Store, err = pgstore.Open(d.url, options); err != nil {
		return nil, err
	}
	if err := awaitDatabase(ctx, d.Store, log); err != nil {
		return nil, err
	}
	return d, nil
}

// attach is connect beside a server that may be running on the same data folder.
func attach(ctx context.Context, cfg config.Config, log *slog.Logger, options pgstore.Options) (*Database, error) {
	d, err := connect(ctx, cfg, log, options)
	if _, inUse := errors.AsType[*embeddedpg.InUseError](err); !inUse {
		return d, err
	}
	if cfg.DatabaseURL, err = embeddedpg.RunningURL(cfg.DataDir); err != nil {
		return nil, fmt.Errorf("find the running server's database: %w", err)
	}
	return connect(ctx, cfg, log, options)
}

const (
	// awaitLimit is how long a start waits for a database that is not up yet,
	// as when a machine starts everything at once.
	awaitLimit = time.Minute
	awaitPause = 250 * time.Millisecond
)

func awaitDatabase(ctx context.Context, store *pgstore.Store, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, awaitLimit)
	defer cancel()
	for tries := 0; ; tries++ {
		err := store.Ping(ctx)
		if err == nil || !fault.Is(err, fault.Unavailable) {
			return err
		}
		if tries == 0 {
			log.Warn("the database does not answer yet, waiting for it", logkey.Error, err)
		}
		select {
		case <-time.After(awaitPause):
		case <-ctx.Done():
			return fmt.Errorf("reach the database: %w", err)
		}
	}
}

// Supervise starts the server's own PostgreSQL again whenever it dies, until
// ctx ends. For another one there is nothing to do.
func (d *Database) Supervise(ctx context.Context) error {
	if d.own == nil {
		<-ctx.Done()
		return nil
	}
	return d.own.Supervise(ctx)
}

// Close closes the connections and stops the server's own PostgreSQL, in a
// hurry once ctx ends. End Supervise first.
func (d *Database) Close(ctx context.Context) error {
	var errs []error
	if d.Store != nil {
		errs = append(errs, d.Store.Close())
	}
	if d.own != nil {
		errs = append(errs, d.own.Stop(ctx))
	}
	return errors.Join(errs...)
}
