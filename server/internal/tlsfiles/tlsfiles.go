// Package tlsfiles serves TLS with a certificate from files, and takes the new
// one when the files change, without a restart.
package tlsfiles

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"ddap/shared/logkey"
)

// lookInterval is how often the files are looked at.
const lookInterval = 10 * time.Second

// Keeper holds the certificate that is served now. It is safe for concurrent use.
type Keeper struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time
	serving           atomic.Pointer[tls.Certificate]
	// seen is what the files held when they were last read, and is Reload's alone.
	seen chan []byte
}

// Open reads a certificate with its chain, and its key, both as PEM. The first
// time they must be right.
func Open(certFile, keyFile string, log *slog.Logger) (*Keeper, error) {
	k := &Keeper{certFile: certFile, keyFile: keyFile, log: log, now: time.Now, seen: make(chan []byte, 1)}
	k.seen <- nil
	if _, err := k.Reload(); err != nil {
		return nil, err
	}
	return k, nil
}

// Config gives what a listener needs: TLS 1.2 and above, with the suites that
// Go holds safe.
func (k *Keeper) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return k.serving.Load(), nil },
	}
}

// Expires is when the certificate that is served stops being valid.
func (k *Keeper) Expires() time.Time { return k.serving.Load().Leaf.NotAfter }

// Reload reads the files where they have changed, and serves what they hold
// from the next connection on. Where they cannot be used, what was served
// before is served on.
func (k *Keeper) Reload() (changed bool, err error) {
	seen := <-k.seen
	defer func() { k.seen <- seen }()
	cert, err := os.ReadFile(k.certFile)
	if err != nil {
		return false, fmt.Errorf("read the certificate: %w", err)
	}
	key, err := os.ReadFile(k.keyFile)
	if err != nil {
		return false, fmt.Errorf("read the certificate's key: %w", err)
	}
	// Their contents, and not their times: tools put certificates in place by
	// renaming links, and keep the times of the originals.
	held := bytes.Join([][]byte{cert, key}, []byte{0})
	if bytes.Equal(held, seen) {
		return false, nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return false, fmt.Errorf("use %s with %s: %w", k.certFile, k.keyFile, err)
	}
	if k.now().After(pair.Leaf.NotAfter) {
		k.log.Warn("the certificate has expired", logkey.Until, pair.Leaf.NotAfter.UTC())
	}
	seen = held
	k.serving.Store(&pair)
	return true, nil
}

// RunReloadLoop reloads whenever the files change, or hangup says so, until
// ctx ends. What is wrong with new files is logged once.
func (k *Keeper) RunReloadLoop(ctx context.Context, hangup <-chan os.Signal) error {
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	last := ""
	for {
		said := false
		select {
		case <-tick.C:
		case <-hangup:
			said = true
		case <-ctx.Done():
			return nil
		}
		last = k.reload(said, last)
	}
}

func (k *Keeper) reload(said bool, last string) (problem string) {
	changed, err := k.Reload()
	switch {
	case err != nil && (said || err.Error() != last):
		k.log.Error("the new certificate cannot be used, serving the old one", logkey.Error, err)
	case changed:
		k.log.Info("certificate reloaded", logkey.Until, k.Expires().UTC())
	case said && err == nil:
		k.log.Info("the certificate has not changed")
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
