package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// witness stands between a runner and its server, passes everything on, and
// notes when one of certain paths was first asked for.
type witness struct {
	listener net.Listener
	server   string
	marks    [][]byte

	conns sync.WaitGroup
	mu    sync.Mutex
	first time.Time
	open  map[net.Conn]struct{}
}

// newWitness listens on a free port of the loopback interface.
func newWitness(server string, paths ...string) (*witness, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("stand between runner and server: %w", err)
	}
	w := &witness{listener: l, server: server, open: map[net.Conn]struct{}{}}
	for _, path := range paths {
		w.marks = append(w.marks, []byte("POST "+path))
	}
	w.conns.Go(w.accept) // close waits for it
	return w, nil
}

func (w *witness) url() string { return "http://" + w.listener.Addr().String() }

func (w *witness) accept() {
	for {
		conn, err := w.listener.Accept()
		if err != nil {
			return // closed
		}
		w.conns.Go(func() { w.pass(conn) })
	}
}

func (w *witness) pass(from net.Conn) {
	to, err := net.Dial("tcp", w.server) //nolint:noctx // close ends it
	if err != nil {
		_ = from.Close()
		return
	}
	w.keep(from, to)
	w.conns.Go(func() {
		_, _ = io.Copy(from, to)
		_ = from.Close()
	})
	_, _ = io.Copy(io.MultiWriter(to, w), from)
	_ = to.Close()
}

func (w *witness) keep(conns ...net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		w.open[c] = struct{}{}
	}
}

// Write looks at what a runner sends. A small request arrives in one piece.
func (w *witness) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, mark := range w.marks {
		if w.first.IsZero() && bytes.Contains(p, mark) {
			w.first = time.Now()
		}
	}
	return len(p), nil
}

// seen gives the time of the first request of interest; zero before it.
func (w *witness) seen() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.first
}

// forget begins anew.
func (w *witness) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.first = time.Time{}
}

func (w *witness) close() {
	_ = w.listener.Close()
	w.mu.Lock()
	for c := range w.open {
		_ = c.Close()
	}
	w.mu.Unlock()
	w.conns.Wait()
}
