package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/trace"

	"ddap/server/internal/config"
	"ddap/server/internal/httpapi"
	"ddap/server/internal/metrics"
	"ddap/server/internal/tlsfiles"
	"ddap/server/internal/tracing"
	"ddap/shared/logkey"
)

// front is what stands around the server's services: certificates, metrics and
// traces. All of it is optional.
type front struct {
	certificates *tlsfiles.Keeper
	metrics      *metrics.Registry
	metricsAt    net.Listener
	tracer       *tracing.Tracer
	hangup       chan os.Signal
	// draining says that the server is about to stop.
	draining atomic.Bool
}

func (a *App) openFront(ctx context.Context) (err error) {
	f := &a.front
	if a.cfg.TLSCert != "" {
		if f.certificates, err = tlsfiles.Open(a.cfg.TLSCert, a.cfg.TLSKey, a.log); err != nil {
			return err
		}
		// From here on a hangup must not end the process.
		f.hangup = make(chan os.Signal, 1)
		signal.Notify(f.hangup, syscall.SIGHUP)
	}
	f.metrics = metrics.New()
	if f.metricsAt, err = listenForMetrics(ctx, a.cfg.MetricsAddress(), config.DefaultMetricsListen, a.log); err != nil {
		return err
	}
	if tracing.Wanted(a.cfg.OTelEndpoint, os.Getenv) {
		if f.tracer, err = tracing.Start(ctx, a.cfg.OTelEndpoint, a.log); err != nil {
			return err
		}
		a.log.Info("sending traces")
	}
	return nil
}

// listenForMetrics gives nil where nobody wants metrics. Where the default
// address is taken, as by a second server on one machine, the server goes
// without; an address that somebody chose must be free.
func listenForMetrics(ctx context.Context, address, byDefault string, log *slog.Logger) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return ln, nil
	case address == byDefault && errors.Is(err, syscall.EADDRINUSE):
		log.Warn("the default address for metrics is taken, serving none; choose another with --metrics-listen", logkey.Address, address)
		return nil, nil
	default:
		return nil, fmt.Errorf(`listen for metrics on %s: %w; choose another address with --metrics-listen, or "off"`, address, err)
	}
}

// MetricsAddress is where metrics are served, with the real port; empty where
// they are not.
func (a *App) MetricsAddress() string {
	if a.front.metricsAt == nil {
		return ""
	}
	return a.front.metricsAt.Addr().String()
}

// Secure reports whether the server speaks TLS.
func (a *App) Secure() bool { return a.front.certificates != nil }

// secured puts TLS before a listener, where there is a certificate.
func (f *front) secured(ln net.Listener) net.Listener {
	if f.certificates == nil {
		return ln
	}
	return tls.NewListener(ln, f.certificates.Config())
}

// traces gives what makes spans of queries; nil where nobody wants them.
func (f *front) traces() trace.TracerProvider {
	if f.tracer == nil {
		return nil
	}
	return f.tracer.Provider()
}

func (a *App) httpFront() httpapi.Front {
	// Check has judged them.
	proxies, _ := a.cfg.Proxies()
	out := httpapi.Front{
		Proxies: proxies, Secure: a.Secure(), RateLimit: a.cfg.RateLimit, AuthFailures: a.cfg.AuthFailureLimit,
	}
	if a.front.metricsAt != nil {
		out.Done = a.front.metrics.Requests().Done
		out.Refused = a.front.metrics.Refusals(httpapi.Refusals())
	}
	if a.front.tracer != nil {
		out.Trace = a.front.tracer.Request
	}
	return out
}

// run serves metrics and keeps the certificate fresh, until ctx ends.
func (f *front) run(ctx context.Context) error {
	serving := make(chan error, 1)
	go func() {
		if f.metricsAt == nil {
			<-ctx.Done()
			serving <- nil
			return
		}
		serving <- f.metrics.Serve(ctx, f.metricsAt)
	}()
	err := f.reload(ctx)
	return errors.Join(err, <-serving)
}

func (f *front) reload(ctx context.Context) error {
	if f.certificates == nil {
		<-ctx.Done()
		return nil
	}
	return f.certificates.RunReloadLoop(ctx, f.hangup)
}

// flushTimeout bounds how long the last traces may take.
const flushTimeout = 5 * time.Second

func (f *front) close() error {
	var errs []error
	if f.hangup != nil {
		signal.Stop(f.hangup)
	}
	if f.metricsAt != nil {
		if err := f.metricsAt.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if f.tracer != nil {
		ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
		defer cancel()
		errs = append(errs, f.tracer.Close(ctx))
	}
	return errors.Join(errs...)
}
