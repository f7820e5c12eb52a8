// Package app puts the server together: it opens the database, builds the
// services, serves them over HTTP, and takes everything down in order. Tests
// start the same app on port 0.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"ddap/server/internal/alerts"
	"ddap/server/internal/artifacts"
	"ddap/server/internal/audit"
	"ddap/server/internal/blobstore"
	"ddap/server/internal/config"
	"ddap/server/internal/dispatch"
	"ddap/server/internal/events"
	"ddap/server/internal/httpapi"
	"ddap/server/internal/idempotency"
	"ddap/server/internal/origin"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pipelines"
	"ddap/server/internal/registry"
	"ddap/server/internal/results"
	"ddap/server/internal/retention"
	"ddap/server/internal/schedules"
	"ddap/server/internal/stats"
	"ddap/server/internal/uploads"
	"ddap/server/internal/wakeup"
	"ddap/server/internal/webhooks"
	"ddap/shared/credential"
	"ddap/shared/logkey"
)

// App is one server. Make it with New, run it with Run, and Close it whether
// or not it ran.
type App struct {
	cfg config.Config
	log *slog.Logger

	database  *Database
	hub       *wakeup.Hub
	registry  *registry.Service
	dispatch  *dispatch.Service
	files     *blobstore.Store
	artifacts *artifacts.Service
	schedules *schedules.Service
	events    *events.Service
	audit     *audit.Service
	retention *retention.Service
	uploads   *uploads.Service
	webhooks  *webhooks.Service
	alerts    *alerts.Service
	http      *httpapi.Server
	listener  net.Listener
	front     front
	firstKey  *credential.Credential
}

// New builds a server that is ready to run: the database is up and migrated,
// and the address is taken. When ctx ends before that, New gives up.
func New(ctx context.Context, cfg config.Config, log *slog.Logger) (_ *App, err error) {
	log = origin.Log(log)
	a := &App{cfg: cfg, log: log}
	defer func() { //nolint:contextcheck // what is open is closed in order even when ctx has ended
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	// First, because nothing is lost when another server has the address.
	if a.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", cfg.Listen, err)
	}
	if err := a.openFront(ctx); err != nil {
		return nil, err
	}
	if a.database, err = openDatabase(ctx, cfg, pgstore.Options{Traces: a.front.traces()}, log); err != nil {
		return nil, err
	}
	if err := a.build(ctx); err != nil {
		return nil, err
	}
	return a, a.bootstrap(ctx)
}

func (a *App) build(ctx context.Context) (err error) {
	if a.files, err = OpenFiles(ctx, a.cfg); err != nil {
		return err
	}
	store := a.database.Store
	a.hub = wakeup.New(store, a.log)
	a.dispatch = dispatch.New(store, a.hub, a.log)
	a.registry = registry.New(store, a.dispatch)
	a.artifacts = artifacts.New(a.files, store, a.cfg.MaxArtifactBytes, a.log)
	a.uploads = uploads.New(a.files, store, uploads.Limits{MaxBytes: a.cfg.MaxUploadBytes, Retention: a.cfg.UploadRetention}, a.log)
	a.dispatch.RequireRunner(a.cfg.MinRunnerVersion)
	a.registry.RequireRunner(a.cfg.MinRunnerVersion)
	a.events = events.New(store, a.hub.News(), a.cfg.EventsKept, a.log)
	a.audit = audit.New(store, a.cfg.AuditKept, a.log)
	a.webhooks = webhooks.New(store, webhooks.Settings{AllowPrivate: a.cfg.WebhookPrefixes(), Kept: a.cfg.DeliveriesKept, News: a.hub.News()}, a.log)
	a.alerts = newAlerts(store, a.hub.Stir, a.cfg, a.log)
	planned := pipelines.New(store, a.dispatch, a.hub)
	a.schedules = schedules.New(store, a.dispatch, planned, a.log)
	a.retention = retention.New(store, retention.Keep{
		Succeeded: a.cfg.SucceededKept, Failed: a.cfg.FailedKept, Canceled: a.cfg.CanceledKept,
	}, a.log)
	a.http = httpapi.New(httpapi.Services{ //nolint:contextcheck // handlers have the contexts of their requests
		Registry:    a.registry,
		Dispatch:    a.dispatch,
		Results:     results.New(store, a.hub, a.log),
		Pipelines:   planned,
		Schedules:   a.schedules,
		Artifacts:   a.artifacts,
		Events:      a.events,
		Audit:       a.audit,
		Stats:       stats.New(store),
		Idempotency: idempotency.New(store, a.log),
		Uploads:     a.uploads,
		Webhooks:    a.webhooks,
		Alerts:      a.alerts,
		Peers:       a.hub,
		Ready:       a.ready,
		Front:       a.httpFront(),
	}, a.log)
	a.measure()
	return nil
}

func (a *App) bootstrap(ctx context.Context) (err error) {
	if a.cfg.AdminKey != "" {
		if key, err := credential.Parse(a.cfg.AdminKey); err != nil || key.Kind != credential.Key {
			a.log.Warn("the environment's admin key is not a well-formed key and is not used", logkey.Variable, config.AdminKeyVariable)
		}
	}
	a.firstKey, err = a.registry.Bootstrap(ctx, a.cfg.AdminKey)
	return err
}

// Address is the address that the server listens on, with its real port.
func (a *App) Address() string { return a.listener.Addr().String() }

// FirstKey is the admin key that this start has made, to be shown once; nil
// where it has made none.
func (a *App) FirstKey() *credential.Credential { return a.firstKey }

// Waiting counts the requests that wait at this moment.
func (a *App) Waiting() int { return a.http.Waiting() }

// readyTimeout bounds how long readiness waits for a database that hangs.
const readyTimeout = 2 * time.Second

// ready looks at what the server depends on.
func (a *App) ready(ctx context.Context) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	checks := map[string]error{"database": a.database.Store.Ping(ctx)}
	migrated, err := a.database.Store.Migrated(ctx)
	if err == nil && !migrated {
		err = errors.New("the schema is not up to date")
	}
	checks["migrations"] = err
	if a.front.draining.Load() {
		checks["serving"] = errors.New("the server is stopping")
	}
	for name, err := range checks {
		if err != nil {
			a.log.WarnContext(ctx, "not ready", logkey.Check, name, logkey.Error, err)
		}
	}
	return checks
}

// closeTimeout bounds how long PostgreSQL may take to stop in order.
const closeTimeout = 30 * time.Second

// Close gives up the address, the artifacts and the database, and stops the
// server's own PostgreSQL.
func (a *App) Close() error {
	var errs []error
	if a.listener != nil {
		if err := a.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.files != nil {
		errs = append(errs, a.files.Close())
	}
	errs = append(errs, a.front.close())
	if a.database != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		errs = append(errs, a.database.Close(ctx))
	}
	return errors.Join(errs...)
}

// CreateWorkspace makes a workspace in the database that the settings name,
// and gives its first admin key, to be shown once. A server may be running.
func CreateWorkspace(ctx context.Context, cfg config.Config, log *slog.Logger, name string) (_ credential.Credential, err error) {
	database, err := AttachDatabase(ctx, cfg, log)
	if err != nil {
		return credential.Credential{}, err
	}
	defer func() { err = errors.Join(err, database.Close(context.WithoutCancel(ctx))) }()
	// Making a workspace concerns no runner, so there is nobody to tell.
	return registry.New(database.Store, nil).CreateWorkspace(ctx, name)
}

// Document gives the OpenAPI document. It needs no database.
func Document(log *slog.Logger) ([]byte, error) {
	return httpapi.New(httpapi.Services{}, log).Document()
}
