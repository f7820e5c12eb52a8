// Package catalogue knows what the owner shares: which files, in which shape,
// under which policy, and how a dataset that a task names is found on this
// computer. Files are looked at in a child process; this package itself reads
// their names, sizes and times only.
package catalogue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ddap/desktop-runner/internal/download"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Inspect looks at the files of a dataset in a child process.
type Inspect func(ctx context.Context, file plan.File) (worker.Description, error)

// Download gives the path of the file of the web behind a share. It may give the
// path of an older copy together with the error why there is no newer one.
type Download func(ctx context.Context, address, ending string) (path string, err error)

// retryAfter is when a file is looked at again although it did not change,
// because what failed may have been the moment and not the file.
const retryAfter = 5 * time.Minute

// Catalogue is what the owner shares. It is safe for concurrent use.
type Catalogue struct {
	inspect  Inspect
	download Download
	now      func() time.Time
	after    func(time.Duration) <-chan time.Time
	log      *slog.Logger
	key      []byte // see UseKey

	index map[string]int // of entries, by the dataset's name; fixed
	// looking has a place for each entry, taken while its file is inspected, so
	// that one file is looked at once and nobody waits for another.
	looking []chan struct{}
	mu      sync.Mutex
	entries []entry
	// elsewhere are the looks that wait for others' servers. They end with the
	// context of their Refresh, which then waits for them.
	elsewhere sync.WaitGroup
	// asking has a place for each of them that may be under way at once.
	asking chan struct{}
}

// entry is one share with what is known of its file.
type entry struct {
	share settings.Share
	// version is that of the file when it was looked at; empty before that.
	version     string
	file        plan.File
	description *worker.Description
	trouble     string
	// owner is what only the owner is told of the trouble.
	owner   []string
	triedAt time.Time
}

// revision changes whenever the data does, as far as can be seen.
func (e entry) revision() string {
	if e.description == nil || e.description.State == "" {
		return e.version
	}
	return digest([]byte(e.version + "/" + e.description.State))
}

// New makes a catalogue; nothing is looked at before Refresh.
func New(shares []settings.Share, inspect Inspect, now func() time.Time, log *slog.Logger) *Catalogue {
	c := &Catalogue{inspect: inspect, now: now, after: time.After, log: log, index: map[string]int{}, asking: make(chan struct{}, askedAtOnce)}
	for i, s := range shares {
		c.index[s.Name] = i
		c.entries = append(c.entries, entry{share: s})
		c.looking = append(c.looking, make(chan struct{}, 1))
	}
	return c
}

// WithDownloads lets datasets be files of the web. Call it before anything else.
func (c *Catalogue) WithDownloads(d Download) *Catalogue {
	c.download = d
	return c
}

// Refresh looks at files that changed since they were last looked at. It costs
// next to nothing when none did. What is elsewhere, on the web or on a server of
// databases, is asked side by side, and waited for only so long: the next Refresh
// finds what came later. When ctx ends, the rest is left for later.
func (c *Catalogue) Refresh(ctx context.Context) {
	var asked sync.WaitGroup
	for i := range c.looking {
		if !c.isElsewhere(i) {
			continue
		}
		select {
		case c.looking[i] <- struct{}{}:
			asked.Add(1)
			c.elsewhere.Go(func() {
				defer asked.Done()
				c.ask(ctx, i)
			})
		default: // it is being asked
		}
	}
	for i := range c.looking {
		if ctx.Err() == nil && !c.isElsewhere(i) {
			c.look(ctx, i)
		}
	}
	answered := make(chan struct{})
	c.elsewhere.Go(func() {
		asked.Wait()
		close(answered)
	})
	select {
	case <-answered:
	case <-c.after(patience):
	case <-ctx.Done():
		c.elsewhere.Wait()
	}
}

// patience is how long a Refresh waits for others' servers.
const patience = 15 * time.Second

// askedAtOnce is how many others' servers are waited for side by side: each may
// have a file that a child then looks at.
const askedAtOnce = 8

// isElsewhere reports whether another computer must answer before an entry is known.
func (c *Catalogue) isElsewhere(i int) bool {
	share := c.entry(i).share
	return share.URL != "" || share.Connection != nil && share.Path == ""
}

// ask looks at an entry that is elsewhere, whose place the caller has taken.
func (c *Catalogue) ask(ctx context.Context, i int) {
	defer func() { <-c.looking[i] }()
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
		c.update(ctx, i)
	case <-ctx.Done():
	}
}

// look brings one entry up to date. When ctx ends, it stays as it was.
func (c *Catalogue) look(ctx context.Context, i int) {
	select {
	case c.looking[i] <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-c.looking[i] }()
	c.update(ctx, i)
}

func (c *Catalogue) update(ctx context.Context, i int) {
	before := c.entry(i)
	if before.share.URL != "" && c.now().Sub(before.triedAt) < before.webInterval() {
		return
	}
	after := before
	var err error
	after.file, after.version, err = c.find(ctx, before.share)
	if err == nil && !due(before, after, c.now()) {
		c.touch(i)
		return
	}
	after.description, after.owner, after.triedAt = nil, nil, c.now()
	if err == nil {
		var d worker.Description
		if d, err = c.inspect(ctx, after.file); err == nil {
			after.description = &d
		}
	}
	if ctx.Err() != nil {
		return
	}
	after.trouble = sentence(err, before.share.Path, after.file.Path)
	if failed, ok := errors.AsType[*worker.FailedError](err); ok {
		after.owner = failed.Owner
	}
	if errors.Is(err, errSecret) {
		after.owner = []string{err.Error()}
	}
	c.tell(before, after)
	c.mu.Lock()
	c.entries[i] = after
	c.mu.Unlock()
}

// Tables are looked at again by the clock: a server does not say that something
// changed, and a SQLite file may be written to without end.
const (
	tableInterval = 5 * time.Minute
	tableRetry    = time.Minute
)

// due reports whether an entry is to be looked at again, of which after has the
// files as they are now.
func due(before, after entry, now time.Time) bool {
	age, same := now.Sub(before.triedAt), after.version == before.version
	switch {
	case after.file.Table == nil:
		return !same || !before.upToDate() && age >= retryAfter
	case before.description == nil:
		return !same && before.version == "" || age >= tableRetry
	default:
		return age >= tableInterval && (!same || after.file.IsNetworked())
	}
}

// upToDate reports whether a look would find nothing that is not known. Where a
// file's stamp is another, though its size and time are not, what is known of its
// content is not relied on any more; on some file systems that is so each time.
func (e entry) upToDate() bool {
	if e.description == nil {
		return false
	}
	known := e.description.Known
	return known == nil || known.Stamp == sharepath.Stamp(e.file.Paths()).Stamp
}

func (c *Catalogue) entry(i int) entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[i]
}

// tell logs what changed for the owner: once, and not at every look.
func (c *Catalogue) tell(before, after entry) {
	switch {
	case after.description != nil && before.description != nil && after.version == before.version && slices.Equal(after.description.Columns, before.description.Columns):
	case after.description != nil:
		c.log.Info("dataset is shared", logkey.DatasetName, after.share.Name, logkey.Policy, string(after.share.Policy),
			logkey.Columns, len(after.description.Columns), logkey.Files, len(after.file.Paths()),
			logkey.Guess, after.description.Guess, logkey.Notes, strings.Join(after.description.Notes, "; "))
	case after.trouble != before.trouble:
		c.log.Warn("dataset is not shared, its file cannot be read", logkey.DatasetName, after.share.Name, logkey.Why, after.trouble,
			logkey.Details, strings.Join(after.owner, "; "))
	}
}

// Offer is what the server is told: every dataset that can be read. Its
// revision changes with anything in it.
func (c *Catalogue) Offer() api.DatasetsRequest {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := api.DatasetsRequest{Datasets: []api.DatasetOffer{}}
	for _, e := range c.entries {
		if e.description == nil {
			continue
		}
		out.Datasets = append(out.Datasets, api.DatasetOffer{
			Name: e.share.Name, Columns: e.description.Columns, Policy: e.share.Policy, MinGroupSize: e.share.MinGroupSize,
			Rows: announced(e.description.Rows, e.share), Revision: c.revisionOf(e), Description: e.share.Description,
			Publish: e.share.Publish,
			Reading: told(*e.description, e.share),
		})
	}
	slices.SortFunc(out.Datasets, func(a, b api.DatasetOffer) int { return strings.Compare(a.Name, b.Name) })
	raw, _ := json.Marshal(out.Datasets) // plain data
	out.Revision = digest(raw)
	return out
}

// announced gives the number of rows as it may be told. Where rows may not leave
// it is rounded down to whole groups: a model tells how many rows it used, and
// the difference may be a few.
func announced(rows *int64, share settings.Share) *int64 {
	if rows == nil || share.Policy == result.Rows {
		return rows
	}
	size := int64(share.MinGroupSize)
	if size <= 0 {
		size = result.DefaultMinGroupSize
	}
	whole := *rows - *rows%size
	if whole == 0 {
		return nil
	}
	return &whole
}

// told is what the server hears of how the files are taken. Where rows may not
// leave, that is nothing that a single row decides, as one letter of one name
// decides the encoding.
func told(d worker.Description, share settings.Share) string {
	if share.Policy == result.Rows {
		return d.Guess
	}
	return d.Layout
}

// Found is a dataset on this computer.
type Found struct {
	File plan.File
	// Revision changes whenever the file does.
	Revision string
	// URL is where a file of the web comes from; else empty.
	URL string
}

// Get finds the file of a dataset as it is now. The error is a fault with a
// sentence for people that names no path, with the code of a task's reason.
func (c *Catalogue) Get(ctx context.Context, name string) (Found, error) {
	const op = "catalogue.Get"
	i, shared := c.index[name]
	if !shared {
		return Found{}, fault.New(op, fault.NotFound, string(task.SourceUnreadable), "%q is no longer shared on this computer", name)
	}
	if e := c.entry(i); e.description == nil || e.file.Table == nil && e.share.URL == "" {
		c.look(ctx, i)
	}
	e := c.entry(i)
	if e.description == nil {
		return Found{}, fault.New(op, fault.NotFound, string(task.SourceUnreadable), "%q cannot be read: %s", name, e.trouble)
	}
	file := e.file
	file.Format, file.Known = e.description.Format, e.description.Known
	if e.share.Connection != nil {
		// The password may be another one by now.
		var err error
		if file, _, err = find(e.share); err != nil {
			return Found{}, fault.New(op, fault.NotFound, string(task.SourceUnreadable), "%q cannot be read: %s", name, sentence(err))
		}
		file.Format = plan.DatabaseTable
	}
	return Found{File: file, Revision: c.revisionOf(e), URL: e.share.URL}, nil
}

var errFormats = errors.New("has files of several formats")

// find gives the files behind a share with their version, which changes with
// each file's name, size and time of change. Hashing the content would read all
// of a large file each time.
func find(share settings.Share) (file plan.File, version string, err error) {
	file = plan.File{Format: share.Format, Policy: share.Policy, MinGroupSize: share.MinGroupSize, Reading: share.Reading}
	if share.Connection != nil {
		return findTable(share, file)
	}
	paths, err := sharepath.Expand(share.Path, func(name string) bool {
		_, known := plan.FormatOf(name)
		return known
	})
	if err != nil {
		return file, "", err
	}
	var stamp strings.Builder
	formats := map[plan.Format]bool{}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return file, "", err
		}
		if len(paths) > 1 {
			stamp.WriteString(filepath.Base(path) + "/")
		}
		stamp.WriteString(strconv.FormatInt(info.Size(), 10) + "/" + strconv.FormatInt(info.ModTime().UnixNano(), 10) + "\n")
		format, _ := plan.FormatOf(path)
		formats[format] = true
	}
	if len(formats) > 1 && share.Format == "" {
		return file, "", errFormats
	}
	if settled, err := json.Marshal(share.Reading); err == nil && string(settled) != "{}" {
		stamp.Write(settled) // other settings make other data of the same file
	}
	file.Path, file.More = paths[0], paths[1:]
	return file, digest([]byte(strings.TrimSuffix(stamp.String(), "\n"))), nil
}

const digestLength = 16

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])[:digestLength]
}

// sentence says for people, and without the path, why a file cannot be read.
func sentence(err error, paths ...string) string {
	var failed *worker.FailedError
	var web *download.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failed):
		// The engine may name the file; its name is the owner's business.
		text := failed.Message
		for _, path := range paths {
			if path == "" {
				continue // a table on a server has no file
			}
			text = strings.ReplaceAll(text, filepath.Base(path), "the file")
		}
		return text
	case errors.As(err, &web):
		return web.Sentence
	case errors.Is(err, errSecret):
		return "the password or the certificates of its database cannot be read; the owner finds more in the log"
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "the runner may not read this file"
	case errors.Is(err, sharepath.ErrNothing):
		return "there is no data file; a file needs one of the endings " + plan.Endings
	case errors.Is(err, sharepath.ErrMany):
		return "there are too many files; share fewer, or write them as one"
	case errors.Is(err, errFormats):
		return "there are files of several formats; share those of one, as in folder/*.csv"
	case errors.Is(err, sharepath.ErrOutside):
		return "it is a link that leads out of its folder; share the file that it leads to"
	default:
		return "it is not an ordinary file, or the system could not open it"
	}
}
