// Package spool keeps, on disk, the reports of ended attempts until the server
// has them. A report is here before it is sent, and it survives a crash of the
// runner at any moment: it is there whole or not at all.
package spool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"ddap/desktop-runner/internal/durable"
	"ddap/shared/api"
)

// Artifact is a file that goes with a report.
type Artifact struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	SHA256      string `json:"sha256"`
	SizeBytes   int64  `json:"size_bytes"`
}

// Entry is one report with its artifacts, as it waits to be sent.
type Entry struct {
	Report    api.ResultReport `json:"report"`
	Artifacts []Artifact       `json:"artifacts,omitempty"`
	// QueuedAt orders entries; by this computer's clock.
	QueuedAt time.Time `json:"queued_at"`
}

// Key names the attempt that the entry reports on; one attempt has one entry.
func (e Entry) Key() string { return Key(e.Report.TaskID, e.Report.Attempt) }

// Key names one attempt of one task.
func Key(taskID string, attempt int) string { return taskID + "." + strconv.Itoa(attempt) }

// File is a file for Put: it is moved into the spool.
type File struct {
	Path        string
	Name        string
	ContentType string
}

const (
	entryFile = "report.json"
	// broken begins the names of entries that could not be read. They are kept
	// for a person to look at, and never sent.
	broken = "broken-"
)

// Spool is a folder of entries. It is safe for concurrent use; two processes
// must not open one folder.
type Spool struct {
	folder string
	mu     sync.Mutex
	// remembered has the entries that the disk did not take, by key.
	remembered map[string]Entry
}

// Open makes the folder if needed and removes entries that were not completed.
func Open(folder string) (*Spool, error) {
	if err := durable.MakeFolder(folder); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	names, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	for _, n := range names {
		if strings.HasPrefix(n.Name(), durable.TempPrefix) {
			if err := os.RemoveAll(filepath.Join(folder, n.Name())); err != nil {
				return nil, fmt.Errorf("remove an incomplete entry: %w", err)
			}
		}
	}
	return &Spool{folder: folder, remembered: map[string]Entry{}}, nil
}

// Put stores a report with its files, which it moves. When it returns, all of
// it is on the disk. The report's own list of artifacts is filled in. An entry
// of the same attempt is replaced.
func (s *Spool) Put(report api.ResultReport, files []File, now time.Time) (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	temp := durable.TempName(s.folder)
	entry, err := s.fill(temp, report, files, now)
	if err == nil {
		err = s.install(temp, entry.Key())
	}
	if err != nil {
		_ = os.RemoveAll(temp)
		return Entry{}, fmt.Errorf("spool a report: %w", err)
	}
	delete(s.remembered, entry.Key())
	return entry, nil
}

func (s *Spool) fill(temp string, report api.ResultReport, files []File, now time.Time) (Entry, error) {
	if err := os.Mkdir(temp, durable.FolderMode); err != nil {
		return Entry{}, err
	}
	entry := Entry{Report: report, QueuedAt: now.UTC()}
	entry.Report.Artifacts = nil
	for _, f := range files {
		sum, size, err := digest(f.Path)
		if err != nil {
			return Entry{}, err
		}
		if err := durable.Move(f.Path, artifactPath(temp, f.Name)); err != nil {
			return Entry{}, err
		}
		entry.Artifacts = append(entry.Artifacts, Artifact{Name: f.Name, ContentType: f.ContentType, SHA256: sum, SizeBytes: size})
		entry.Report.Artifacts = append(entry.Report.Artifacts, api.ArtifactRef{Name: f.Name, SHA256: sum})
	}
	return entry, durable.WriteJSON(filepath.Join(temp, entryFile), entry)
}

// install gives a complete entry its name, which is what makes it count.
func (s *Spool) install(temp, key string) error {
	final := filepath.Join(s.folder, key)
	if _, err := os.Stat(final); err == nil {
		// A folder cannot be renamed over another that is not empty. The old
		// one goes under a name that Open removes.
		old := durable.TempName(s.folder)
		if err := os.Rename(final, old); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(old) }()
	}
	if err := os.Rename(temp, final); err != nil {
		return err
	}
	return durable.SyncFolder(s.folder)
}

// List gives the entries, oldest first. Entries that cannot be read are set
// aside; how many is the second result.
func (s *Spool) List() (entries []Entry, setAside int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, err := os.ReadDir(s.folder)
	if err != nil {
		return nil, 0, fmt.Errorf("list spool: %w", err)
	}
	for _, n := range names {
		if _, newer := s.remembered[n.Name()]; newer || strings.HasPrefix(n.Name(), durable.TempPrefix) || strings.HasPrefix(n.Name(), broken) {
			continue
		}
		entry, err := s.read(n.Name())
		if err != nil {
			setAside++
			s.setAside(n.Name())
			continue
		}
		entries = append(entries, entry)
	}
	entries = slices.AppendSeq(entries, maps.Values(s.remembered))
	sort.SliceStable(entries, func(i, j int) bool { return entries[i].QueuedAt.Before(entries[j].QueuedAt) })
	return entries, setAside, nil
}

func (s *Spool) read(key string) (Entry, error) {
	var e Entry
	if err := durable.ReadJSON(filepath.Join(s.folder, key, entryFile), &e); err != nil {
		return Entry{}, err
	}
	if e.Key() != key {
		return Entry{}, errors.New("the entry is not that of its name")
	}
	for _, a := range e.Artifacts {
		info, err := os.Stat(artifactPath(filepath.Join(s.folder, key), a.Name))
		if err != nil {
			return Entry{}, fmt.Errorf("look at an artifact: %w", err)
		}
		if info.Size() != a.SizeBytes {
			return Entry{}, errors.New("an artifact does not have its size")
		}
	}
	return e, nil
}

func (s *Spool) setAside(key string) {
	from, to := filepath.Join(s.folder, key), filepath.Join(s.folder, broken+key)
	_ = os.RemoveAll(to)
	if os.Rename(from, to) != nil {
		_ = os.RemoveAll(from)
	}
}

// Artifact opens an artifact of an entry for reading.
func (s *Spool) Artifact(e Entry, name string) (*os.File, error) {
	f, err := os.Open(artifactPath(filepath.Join(s.folder, e.Key()), name))
	if err != nil {
		return nil, fmt.Errorf("open artifact: %w", err)
	}
	return f, nil
}

// Remove forgets an entry: the server has it, or will never take it. An entry
// that is not there is no error.
func (s *Spool) Remove(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.remembered, key)
	// Renamed first: a removal that is cut short must not leave half an entry.
	temp := durable.TempName(s.folder)
	switch err := os.Rename(filepath.Join(s.folder, key), temp); {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("remove a report: %w", err)
	}
	if err := os.RemoveAll(temp); err != nil {
		return fmt.Errorf("remove a report: %w", err)
	}
	return durable.SyncFolder(s.folder)
}

// artifactPath keeps artifacts apart from the entry's own file, whatever they are called.
func artifactPath(entry, name string) string { return filepath.Join(entry, "artifact-"+name) }

func digest(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	size, err = io.Copy(h, f)
	if err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
