// Package embeddedpg runs the server's own PostgreSQL, for a server that was
// given no database: from the programs installed on the machine, in the
// server's data folder, reachable on the loopback interface only.
//
// The folder "postgres" below the data folder holds
//
//	data/      the cluster, owned by the user that PostgreSQL runs as
//	log/       PostgreSQL's log, one file per weekday, overwritten after a week
//	launch/    what starts it; written anew at each start
//	password   of the database role, mode 0600
//	port       that it listens on, the same at each start while it is free
//	lock       held by the server that uses this folder
//
// Data is never deleted here, whatever state it is found in.
package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/gofrs/flock"

	"ddap/shared/logkey"
)

// roleName names the database role as well as its database.
const roleName = "ddap"

// startAttempts bounds how often Start chooses another port because somebody
// took the one it had just found free.
const startAttempts = 3

// Config says where PostgreSQL keeps its data and how it runs.
type Config struct {
	// DataDir is the server's data folder. It is made if missing. PostgreSQL
	// uses the folder "postgres" in it. When root closed the folder to
	// everybody else, the group that PostgreSQL runs as may pass through it
	// from then on, and still not list it.
	DataDir string
	// Logger hears of starts, stops and crashes; nothing is logged when nil.
	Logger *slog.Logger
	// Parameters are PostgreSQL's run-time parameters, such as
	// "max_connections", over the ones that this package sets.
	Parameters map[string]string
	// Throwaway creates the cluster without waiting for the disk. For tests:
	// a power failure may leave data that cannot be used.
	Throwaway bool
}

// Server is one PostgreSQL that this process has started. Its methods may be
// called from several goroutines.
type Server struct {
	cfg      Config
	log      *slog.Logger
	home     layout
	lock     *flock.Flock
	account  account
	programs Programs
	password string

	mu      sync.Mutex // held while PostgreSQL is being started or stopped
	port    int
	pid     int
	stopped bool
}

// Start brings up PostgreSQL in cfg.DataDir and returns once it answers
// queries. The first start creates the cluster; a later one finds the data of
// the one before, whatever ended that. When ctx ends before PostgreSQL
// answers, it is shut down again.
//
// Errors that the person at the machine can mend are *NoProgramsError,
// *WrongVersionError, *InUseError, *ClosedFolderError and ErrUnsupported.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.lock.Unlock())
	}
	if err := s.launchOnFreePort(ctx); err != nil {
		return nil, errors.Join(err, s.lock.Unlock())
	}
	s.log.Info("postgresql started", logkey.Port, s.port, logkey.PID, s.pid, logkey.Version, s.programs.Major)
	return s, nil
}

// URL is the address of the database, with the role's password in it: a
// secret. It stays the same across restarts by Supervise.
func (s *Server) URL() string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(roleName, s.password),
		Host:     "127.0.0.1:" + strconv.Itoa(s.port),
		Path:     "/" + roleName,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Stop shuts PostgreSQL down, ending its sessions, and gives up the data
// folder. When ctx ends first, PostgreSQL is told to quit at once, which costs
// the next start a short recovery and no data; the error is then ctx's. End
// Supervise first. Stopping twice does nothing.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	err := s.postmaster().stop(ctx)
	if err != nil {
		err = fmt.Errorf("stop PostgreSQL: %w", err)
	} else {
		s.log.Info("postgresql stopped", logkey.PID, s.pid)
	}
	return errors.Join(err, s.lock.Unlock())
}

// open takes possession of the data folder and finds out with which programs
// and as which user PostgreSQL is to run there. It changes no data.
func open(ctx context.Context, cfg Config) (*Server, error) {
	if unsupported {
		return nil, ErrUnsupported
	}
	home, err := makeLayout(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(home.lock())
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: cfg.Logger, home: home, lock: lock}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.choose(ctx); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return s, nil
}

func (s *Server) choose(ctx context.Context) error {
	major, err := s.home.dataMajor()
	if err != nil {
		return err
	}
	found := FindPrograms(ctx)
	if err := ctx.Err(); err != nil {
		return err // what was found then says nothing
	}
	if s.programs, err = choosePrograms(found, major); err != nil {
		if wrong, ok := errors.AsType[*WrongVersionError](err); ok {
			wrong.Folder = s.home.data()
		}
		return err
	}
	if s.account, err = chooseAccount(s.home.data()); err != nil {
		return err
	}
	if err := s.account.admit(s.home.dataDir()); err != nil {
		return err
	}
	return s.account.checkEntry(ctx, s.home.dir)
}

// prepare leaves a complete cluster that nobody runs and whose password is known.
func (s *Server) prepare(ctx context.Context) error {
	if err := s.home.removeUnfinished(); err != nil {
		s.log.Warn("unfinished database folder stays", logkey.Error, err)
	}
	if err := s.account.ownFolder(s.home.logs()); err != nil {
		return err
	}
	if err := s.stopOrphan(ctx); err != nil {
		return err
	}
	password, known, err := keptPassword(s.home.password())
	if err != nil {
		return err
	}
	s.password = password
	exists, err := s.home.hasData()
	if err != nil {
		return err
	}
	if !exists {
		return s.createCluster(ctx)
	}
	if !known {
		s.log.Warn("password file of the database was missing, setting a new password")
		return s.runSingleUser(ctx, s.home.data(), passwordStatement(s.password))
	}
	return nil
}

// stopOrphan ends a PostgreSQL that outlived its server. It is not adopted:
// what it holds for the dead server's sessions should go with them, and this
// server may want other parameters than the ones it runs with.
func (s *Server) stopOrphan(ctx context.Context) error {
	pm, found, err := findPostmaster(s.home.data())
	if err != nil || !found {
		return err
	}
	if pm.alive() {
		s.log.Info("stopping the postgresql that a previous server left running", logkey.PID, pm.pid)
		if err := pm.stop(ctx); err != nil {
			return fmt.Errorf("stop the PostgreSQL that a previous server left running: %w", err)
		}
	}
	// One that was killed leaves its lock file. PostgreSQL would remove it too,
	// unless there still is a process with that number, another one or the
	// remains of this one: then it would refuse to start.
	if err := os.Remove(pm.pidFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale lock file of PostgreSQL: %w", err)
	}
	return nil
}

func (s *Server) launchOnFreePort(ctx context.Context) error {
	var err error
	for range startAttempts {
		if s.port, err = choosePort(s.home.port()); err != nil {
			return err
		}
		if err = s.launch(ctx); err == nil || ctx.Err() != nil || portFree(s.port) {
			return err
		}
	}
	return err
}

func (s *Server) postmaster() postmaster {
	return postmaster{pid: s.pid, dataDir: s.home.data()}
}

func takeLock(path string) (*flock.Flock, error) {
	lock := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the database folder: %w", err)
	}
	if !got {
		return nil, &InUseError{Folder: filepath.Dir(path)}
	}
	return lock, nil
}
