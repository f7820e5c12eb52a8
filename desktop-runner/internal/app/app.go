// Package app puts the runner together: it opens the state folder, starts the
// agent with everything that it works with, and gives the child process its
// operations.
package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"ddap/desktop-runner/internal/agent"
	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/digests"
	"ddap/desktop-runner/internal/download"
	"ddap/desktop-runner/internal/identity"
	"ddap/desktop-runner/internal/machine"
	"ddap/desktop-runner/internal/outputs"
	"ddap/desktop-runner/internal/perform"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sandbox"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/spool"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/buildinfo"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// CodeNoSandbox is the code of the error where the owner requires a sandbox
// that this system does not offer.
const CodeNoSandbox = "no_sandbox"

// App is a runner that is ready to run.
type App struct {
	folder *identity.Folder
	agent  *agent.Agent
	log    *slog.Logger
}

// What is in the state folder.
const (
	spoolFolder   = "spool"
	outputsFolder = "outputs"
	workFolder    = "work"
	digestsFile   = "digests.json"
	keyFile       = "revision.key"
	copiesFolder  = "copies"
)

// gcPercent trades a little processor time of a process that is almost always
// idle for memory: measured, an idle agent is 3 MiB smaller than with 100.
const gcPercent = 50

// New opens the state folder and puts the parts together. It does not connect.
// Close gives the folder free.
func New(s settings.Settings, log *slog.Logger) (*App, error) {
	debug.SetGCPercent(gcPercent)
	if err := checkSandbox(s.RequireSandbox, log); err != nil {
		return nil, err
	}
	c, err := client.New(client.Config{
		Server: s.Server, InsecureHTTP: s.InsecureHTTP, UserAgent: "ddap-runner/" + buildinfo.Version,
	})
	if err != nil {
		return nil, err
	}
	folder, err := identity.Open(s.StateDir)
	if err != nil {
		return nil, err
	}
	a, err := assemble(s, c, folder, log)
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return &App{folder: folder, agent: a, log: log}, nil
}

func assemble(s settings.Settings, c *client.Client, folder *identity.Folder, log *slog.Logger) (*agent.Agent, error) {
	held, err := spool.Open(folder.Path(spoolFolder))
	if err != nil {
		return nil, err
	}
	kept, err := outputs.Open(folder.Path(outputsFolder), outputs.Limits{TotalBytes: s.OutputBytes, Age: s.OutputAge}, time.Now)
	if err != nil {
		return nil, err
	}
	root := folder.Path(workFolder)
	facts := machine.Look()
	limits := facts.Share(plan.Limits{MemoryBytes: s.MemoryBytes, DiskBytes: s.DiskBytes, Threads: s.Threads}, s.Slots)
	launcher := &worker.Launcher{RequireSandbox: s.RequireSandbox}
	shared := catalogue.New(s.Shares, inspector(launcher, root, limits), time.Now, log).WithDownloads(downloads(s, folder.Path(copiesFolder)).Get)
	key, err := catalogue.ReadKey(folder.Path(keyFile))
	if err != nil {
		return nil, err
	}
	shared.UseKey(key)
	return agent.New(agent.Config{
		Client: c, Folder: folder, Spool: held, Outputs: kept, Worker: launcher, WorkRoot: root,
		Digests:   digests.Open(folder.Path(digestsFile), digester(launcher, root, limits), time.Now, log),
		Catalogue: shared,
		Token:     s.Token, Name: s.Name, Labels: s.Labels, Slots: s.Slots, Machine: facts, Limits: limits,
		ConnectTimeout: s.ConnectTimeout, Now: time.Now, Log: log,
	}), nil
}

// downloads keeps copies of files of the web.
func downloads(s settings.Settings, folder string) *download.Store {
	c := download.Config{Folder: folder, LimitBytes: s.URLBytes, UserAgent: "ddap-runner/" + buildinfo.Version}
	for _, h := range s.URLHosts {
		c.Hosts = append(c.Hosts, download.Host(h))
	}
	return download.New(c)
}

// checkSandbox says what is not enforced on this computer, and refuses where the
// owner wants all of it.
func checkSandbox(required bool, log *slog.Logger) error {
	level := sandbox.Probe()
	missing := level.Missing()
	if required && len(missing) > 0 {
		return fault.New("app.checkSandbox", fault.Unavailable, CodeNoSandbox,
			"--require-sandbox is set, and the sandbox is not complete here: %s", strings.Join(missing, "; "))
	}
	log.Info("tasks are locked in", logkey.Sandbox, level.String())
	for _, m := range missing {
		log.Warn("the sandbox is not complete", logkey.Why, m)
	}
	return nil
}

// inspectTime bounds a look at one file.
const inspectTime = 15 * time.Minute

// inspector looks at files in children, each with a work folder of its own.
func inspector(l *worker.Launcher, root string, limits plan.Limits) catalogue.Inspect {
	limits.Timeout = inspectTime
	return func(ctx context.Context, file plan.File) (worker.Description, error) {
		folder, err := worker.Folder(root)
		if err != nil {
			return worker.Description{}, err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		return l.Inspect(ctx, file, folder, limits)
	}
}

// digestTime bounds reading all of one dataset.
const digestTime = 2 * time.Hour

// digester reads files for their hash, in children as inspector does.
func digester(l *worker.Launcher, root string, limits plan.Limits) func(context.Context, plan.File) (string, error) {
	limits.Timeout = digestTime
	return func(ctx context.Context, file plan.File) (string, error) {
		folder, err := worker.Folder(root)
		if err != nil {
			return "", err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		return l.Digest(ctx, file, folder, limits)
	}
}

// Run works until ctx ends and then stops gracefully; see agent.Agent.Run.
func (a *App) Run(ctx context.Context) error {
	a.log.Info("runner starts", logkey.Version, buildinfo.Version, logkey.PID, os.Getpid())
	err := a.agent.Run(ctx)
	a.log.Info("runner has stopped")
	return err
}

// Abandon ends Run at once; see agent.Agent.Abandon.
func (a *App) Abandon() { a.agent.Abandon() }

// Close lets another runner have the state folder. Call it after Run.
func (a *App) Close() error { return a.folder.Close() }

// Work is the child process: one task or one look at a file. It returns the exit code.
func Work() int {
	return worker.Main(worker.Work{
		Perform: perform.Run,
		Connect: source.Connect,
		Inspect: func(ctx context.Context, file plan.File, workDir string, limits plan.Limits) (worker.Description, error) {
			d, err := source.Inspect(ctx, file, workDir, limits)
			return worker.Description(d), err
		},
		Digest: source.Digest,
	})
}
