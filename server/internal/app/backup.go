package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ddap/server/internal/backup"
	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/store"
)

// Backup writes an archive of everything that a server with these settings
// keeps, to a new file or into a folder. A server may be running, and may be of
// another release: the schema is left as it is.
func Backup(ctx context.Context, cfg config.Config, log *slog.Logger, to string) (file string, m backup.Manifest, err error) {
	kept, err := embeddedpg.LookAt(cfg.DataDir)
	switch own := cfg.DatabaseURL == ""; {
	case own && err != nil:
		return "", backup.Manifest{}, err
	case own && kept.Major == 0:
		return "", backup.Manifest{}, fmt.Errorf("there is no database in %s to back up", cfg.DataDir)
	case own && !kept.InUse && kept.Foreign != "":
		return "", backup.Manifest{}, foreignFolder(cfg.DataDir, kept.Foreign)
	}
	database, err := attach(ctx, cfg, log, forCopies("ddap-backup"))
	if err != nil {
		return "", backup.Manifest{}, err
	}
	defer func() { err = errors.Join(err, database.Close(context.WithoutCancel(ctx))) }()
	content, err := OpenFiles(ctx, cfg)
	if err != nil {
		return "", backup.Manifest{}, err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	return backup.Create(ctx, backup.Source{Records: database.Store, Content: content, DatabaseURL: database.url}, to)
}

// foreignFolder refuses to write, most likely as root, into a folder whose owner
// could not use what is written.
func foreignFolder(dir, owner string) error {
	return fmt.Errorf("nothing was changed: the data folder %s belongs to %s, and what another user writes there its server could not replace: run this as %[2]s", dir, owner)
}

// forCopies lets statements take as long as copying takes. PostgreSQL shows the
// name of the command: a restore has to tell itself from servers.
func forCopies(command string) pgstore.Options {
	return pgstore.Options{ApplicationName: command, StatementTimeout: 24 * time.Hour}
}

// Restore brings an archive back into what the settings name, and says what it
// was and what was done. No server may be running there.
func Restore(ctx context.Context, cfg config.Config, log *slog.Logger, from string, replace bool) (m backup.Manifest, done store.Restored, err error) {
	if m, err = backup.Verify(from); err != nil {
		return m, done, err
	}
	known, err := pgstore.MigrationVersions()
	if err != nil {
		return m, done, err
	}
	if err := backup.CheckVersion(m, known); err != nil {
		return m, done, err
	}
	kept, err := embeddedpg.LookAt(cfg.DataDir)
	if err == nil && kept.Foreign != "" {
		err = foreignFolder(cfg.DataDir, kept.Foreign)
	}
	if err != nil {
		return m, done, err
	}
	database, err := connect(ctx, cfg, log, forCopies("ddap-restore"))
	if err != nil {
		return m, done, err
	}
	defer func() { err = errors.Join(err, database.Close(context.WithoutCancel(ctx))) }()
	content, err := OpenFiles(ctx, cfg)
	if err != nil {
		return m, done, err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	done, err = backup.Restore(ctx, from, m, backup.Target{Records: database.Store, Content: content, DatabaseURL: database.url}, replace)
	return m, done, err
}
