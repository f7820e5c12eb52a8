// Package download keeps copies of files of the web that the owner shares. It
// reaches only the hosts that the owner allows, also when it is sent on to
// another; what a file holds it does not look at.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ddap/desktop-runner/internal/durable"
)

// Host is a server that files may come from.
type Host struct {
	// Name may have a port, as in example.org:8443; the usual one without.
	Name string
	// Plain allows http:// as well, which anybody on the way can read and change.
	Plain bool
}

// Config is what a Store works with.
type Config struct {
	// Folder is where the copies are; it is made when the first one is.
	Folder string
	// Hosts are those that may be reached; none when empty.
	Hosts []Host
	// LimitBytes bounds one file.
	LimitBytes int64
	// UserAgent is how the runner calls itself.
	UserAgent string
	// Transport is the system's usual one when nil.
	Transport http.RoundTripper
}

// Store keeps copies. It is safe for concurrent use with different addresses.
type Store struct {
	Config

	client *http.Client
}

// Times and numbers that bound a download.
const (
	totalTime    = 15 * time.Minute
	answerTime   = 30 * time.Second
	maxRedirects = 5
)

// New makes a store; nothing is downloaded before Get.
func New(c Config) *Store {
	s := &Store{Config: c}
	if c.Transport == nil {
		c.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: answerTime, TLSHandshakeTimeout: answerTime,
			DialContext: (&net.Dialer{Timeout: answerTime}).DialContext,
		}
	}
	s.client = &http.Client{Transport: c.Transport, Timeout: totalTime, CheckRedirect: func(r *http.Request, before []*http.Request) error {
		if len(before) >= maxRedirects {
			return errors.New("it is sent on too often")
		}
		return s.Check(r.URL)
	}}
	return s
}

// Error is a sentence for people, without the address.
type Error struct{ Sentence string }

// Error gives the sentence.
func (e *Error) Error() string { return e.Sentence }

// Check reports why an address may not be reached; nil where it may.
func (s *Store) Check(u *url.URL) error {
	for _, h := range s.Hosts {
		if !strings.EqualFold(h.Name, u.Host) {
			continue
		}
		if u.Scheme == "https" || u.Scheme == "http" && (h.Plain || isLoopback(u.Hostname())) {
			return nil
		}
		return &Error{"only https:// is allowed for this host; the owner allows http:// by writing it before the host's name"}
	}
	return &Error{"its host is not among those that files may come from (url-hosts)"}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// copied is what is known of a copy.
type copied struct {
	File         string `json:"file"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

const noteFile = "copy.json"

// Get gives the path of the file behind an address, which it downloads where it
// has no copy or another one. Where that fails and there is a copy, it gives both
// that and the error. A copy that is in use stays until the next but one.
func (s *Store) Get(ctx context.Context, address, ending string) (path string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", &Error{"the address is not valid"}
	}
	if err := s.Check(u); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(address))
	folder := filepath.Join(s.Folder, hex.EncodeToString(sum[:8]))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", &Error{"the folder for copies cannot be made"}
	}
	var old copied
	if raw, err := os.ReadFile(filepath.Join(folder, noteFile)); err == nil {
		_ = json.Unmarshal(raw, &old) // without it, everything is downloaded again
	}
	if old.File != "" {
		path = filepath.Join(folder, filepath.Base(old.File))
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			path, old = "", copied{}
		}
	}
	fresh, err := s.fetch(ctx, u, folder, ending, old)
	if err != nil || fresh == old {
		return path, err
	}
	raw, err := json.Marshal(fresh)
	if err == nil {
		err = durable.Write(filepath.Join(folder, noteFile), raw)
	}
	if err != nil {
		return path, &Error{"the disk did not take the file"}
	}
	sweep(folder, fresh.File, old.File)
	return filepath.Join(folder, fresh.File), nil
}

// fetch asks for the file, unless it is the one that is there.
func (s *Store) fetch(ctx context.Context, u *url.URL, folder, ending string, old copied) (copied, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return old, &Error{"the address is not valid"}
	}
	request.Header.Set("User-Agent", s.UserAgent)
	if old.ETag != "" {
		request.Header.Set("If-None-Match", old.ETag)
	}
	if old.LastModified != "" {
		request.Header.Set("If-Modified-Since", old.LastModified)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return old, explain(ctx, err)
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotModified && old.File != "":
		return old, nil
	case answer.StatusCode != http.StatusOK:
		return old, &Error{fmt.Sprintf("the server answers %d instead of the file", answer.StatusCode)}
	case answer.ContentLength > s.LimitBytes:
		return old, s.tooLarge()
	}
	name, err := s.save(ctx, answer, folder, ending)
	if err != nil {
		return old, err
	}
	return copied{File: name, ETag: answer.Header.Get("ETag"), LastModified: answer.Header.Get("Last-Modified")}, nil
}

func (s *Store) tooLarge() error {
	return &Error{fmt.Sprintf("the file is larger than the %d MiB that are allowed (url-limit)", s.LimitBytes>>20)}
}

// save writes the file under a name that follows from what is in it.
func (s *Store) save(ctx context.Context, answer *http.Response, folder, ending string) (string, error) {
	file, err := os.CreateTemp(folder, ".part-")
	if err != nil {
		return "", &Error{"the disk did not take the file"}
	}
	defer func() { _ = os.Remove(file.Name()) }()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(answer.Body, s.LimitBytes+1))
	closed := file.Close()
	switch {
	case n > s.LimitBytes:
		return "", s.tooLarge()
	case err != nil:
		return "", explain(ctx, err)
	case closed != nil:
		return "", &Error{"the disk did not take the file"}
	}
	name := hex.EncodeToString(sum.Sum(nil)[:8]) + ending
	if _, err := os.Lstat(filepath.Join(folder, name)); err == nil {
		return name, nil // the same as before, and its time of change stays
	}
	if err := os.Rename(file.Name(), filepath.Join(folder, name)); err != nil {
		return "", &Error{"the disk did not take the file"}
	}
	return name, nil
}

// explain says what went wrong on the way; Go's error has the address in it.
func explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return &Error{"the server took too long to answer"}
	}
	return &Error{"the file could not be downloaded; the server may be down, or its certificate wrong"}
}

// sweep removes what is neither the copy nor the one before, which a task may
// still read.
func sweep(folder string, keep ...string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	kept := map[string]bool{noteFile: true}
	for _, k := range keep {
		kept[k] = true
	}
	for _, e := range entries {
		if !kept[e.Name()] {
			_ = os.Remove(filepath.Join(folder, e.Name())) // tried again next time
		}
	}
}
