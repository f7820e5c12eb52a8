// Package httpapi speaks HTTP: it routes, authenticates, decodes and validates
// requests, calls one service, and encodes what that answers. It is the only
// package that knows fiber and huma.
//
// There is one file for each noun of the API. Who may use which route stands
// in one table (access.go), every error leaves as a problem document of RFC
// 9457 (problem.go), and the OpenAPI document and the reference at /docs are
// made from the same types that decode the requests.
package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"ddap/server/internal/alerts"
	"ddap/server/internal/artifacts"
	"ddap/server/internal/audit"
	"ddap/server/internal/dispatch"
	"ddap/server/internal/events"
	"ddap/server/internal/idempotency"
	"ddap/server/internal/pipelines"
	"ddap/server/internal/registry"
	"ddap/server/internal/results"
	"ddap/server/internal/schedules"
	"ddap/server/internal/stats"
	"ddap/server/internal/uploads"
	"ddap/server/internal/webhooks"
)

// Services is what the handlers call.
type Services struct {
	Registry  *registry.Service
	Dispatch  *dispatch.Service
	Results   *results.Service
	Pipelines *pipelines.Service
	Artifacts *artifacts.Service
	Schedules *schedules.Service
	Events    *events.Service
	Audit     *audit.Service
	Stats     *stats.Service
	Uploads   *uploads.Service
	Webhooks  *webhooks.Service
	Alerts    *alerts.Service
	// Idempotency makes repeated requests have their effect once.
	Idempotency *idempotency.Service
	// Ready reports by name what the server depends on: nil for what works.
	Ready func(ctx context.Context) map[string]error
	// Peers are told what clients spend here.
	Peers Peers
	// Front is how requests are let in, before any route.
	Front Front
}

const (
	// headerTimeout bounds how slowly a client may send a request's headers.
	headerTimeout = 15 * time.Second
	// idleTimeout is how long a connection is kept for the next request. It is
	// above the 60 s of common proxies, so that they close first.
	idleTimeout = 120 * time.Second
	// headerBytes bounds the headers of one request.
	headerBytes = 8 << 10
)

// Server answers HTTP requests.
type Server struct {
	services Services
	front    Front
	limits   *throttle
	log      *slog.Logger
	app      *fiber.App
	api      huma.API
	hangups  *hangups
	streams  streams
	quiet    atomic.Pointer[quietListener]
	// described counts the operations described so far.
	described int
	// extras are what stands before the handler of a route that asks for more than the gate.
	extras map[string][]fiber.Handler
}

// New makes a server that answers with the given services.
func New(services Services, log *slog.Logger) *Server {
	s := &Server{
		services: services, front: services.Front, limits: newThrottle(services.Front, time.Now), log: log, hangups: newHangups(),
		extras: map[string][]fiber.Handler{},
	}
	s.app = fiber.New(fiber.Config{
		AppName:               "ddap-server",
		DisableStartupMessage: true,
		StrictRouting:         true,
		CaseSensitive:         true,
		// Strings outlive their handlers here (waits, logs), and fasthttp
		// reuses the memory of those that it gives out.
		Immutable: true,
		// Artifacts are streamed; readBody bounds everything else. There is no
		// WriteTimeout: it would end long polls.
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		ReadTimeout:                  headerTimeout,
		IdleTimeout:                  idleTimeout,
		ReadBufferSize:               headerBytes,
		ErrorHandler:                 s.fail,
	})
	s.app.Server().CloseOnShutdown = true
	s.app.Server().Handler = refuseUnknownMethods(s.app.Server().Handler)
	s.app.Use(s.enter)
	s.api = humafiber.NewWithGroup(s.app, bodyGate{gate{s.app, s}}, humaConfig())
	s.addRoutes()
	s.describe()
	return s
}

func (s *Server) addRoutes() {
	s.addRegistration()
	s.addRunnerWork()
	s.addTasks()
	s.addResults()
	s.addArtifacts()
	s.addUploads()
	s.addPipelines()
	s.addSchedules()
	s.addRunners()
	s.addRunnerLife()
	s.addDatasets()
	s.addOperations()
	s.addEnrollments()
	s.addKeys()
	s.addSSHKeys()
	s.addSessions()
	s.addEvents()
	s.addWebhooks()
	s.addAlerts()
	s.addAudit()
	s.addStats()
	s.addHealth()
	s.addReference()
}

// Serve answers requests on ln until Shutdown. Call it once.
func (s *Server) Serve(ln net.Listener) error {
	quiet := newQuietListener(ln)
	s.quiet.Store(quiet)
	if err := s.app.Listener(quiet); err != nil {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}

// WatchHangups ends the waits of clients that have gone away, until ctx ends.
func (s *Server) WatchHangups(ctx context.Context) error { return s.hangups.runLoop(ctx) }

// Waiting counts the requests that wait at this moment.
func (s *Server) Waiting() int { return s.hangups.count() }

// Shutdown stops accepting connections and waits until the requests under way
// are answered, or ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	if quiet := s.quiet.Load(); quiet != nil {
		quiet.closeQuiet()
	}
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("finish requests: %w", err)
	}
	return nil
}
