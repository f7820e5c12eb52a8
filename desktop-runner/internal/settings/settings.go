// Package settings is what the owner of a computer decides about its runner:
// the flags, their environment variables and their checks.
package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Settings are the owner's decisions.
type Settings struct {
	Server       string
	InsecureHTTP bool
	// Token is an enrolment token or a runner's own; needed for the first start only.
	Token    string
	StateDir string
	Name     string
	Labels   map[string]string
	Slots    int
	Shares   []Share
	// ConnectTimeout ends a start that cannot reach the server; zero waits for ever.
	ConnectTimeout time.Duration
	// RequireSandbox refuses to run where the sandbox is not complete.
	RequireSandbox bool
	// MemoryBytes, DiskBytes and Threads bound one task; zero is a cautious default.
	MemoryBytes int64
	DiskBytes   int64
	Threads     int
	// OutputBytes and OutputAge bound the rows that tasks leave here; zero is no limit.
	OutputBytes int64
	OutputAge   time.Duration
	// URLHosts are those that files may be downloaded from, and URLBytes is how
	// large one may be.
	URLHosts  []URLHost
	URLBytes  int64
	LogLevel  slog.Level
	LogFormat string
}

// Values of --log-format.
const (
	LogText = "text"
	LogJSON = "json"
)

const (
	maxSlots           = 1000
	defaultOutputBytes = 10 << 30
	defaultOutputAge   = 30 * 24 * time.Hour
	defaultURLBytes    = 1 << 30
)

// Flags are the flags of the runner, before they are read.
type Flags struct {
	s          Settings
	set        *pflag.FlagSet
	configFile string
	tokenFile  string
	shares     shares
	published  names
	// connections are those of the configuration file, by name.
	connections map[string]*Connection
	labels      labels
	memory      size
	disk        size
	output      size
	urlHosts    urlHosts
	urlLimit    size
	logLevel    string
}

// Define adds the runner's flags to a set.
func Define(fs *pflag.FlagSet) *Flags {
	f := &Flags{set: fs, labels: labels{}, output: defaultOutputBytes, urlLimit: defaultURLBytes}
	fs.StringVar(&f.configFile, fileFlag, "", "YAML file with these settings and with datasets, for which it says more than --data can")
	fs.StringVar(&f.s.Server, "server", "", "address of the server, as in https://analytics.example.org")
	fs.StringVar(&f.s.Token, "token", "", "enrolment token (or a runner's own token); needed for the first start only")
	fs.StringVar(&f.tokenFile, "token-file", "", "file that holds the token; keeps it out of the list of processes")
	fs.Var(&f.shares, "data", "share a data file, a folder or a pattern; without a policy only aggregates over 5 rows or more leave this computer (repeat for more; in the variable, one a line)")
	fs.Var(&f.published, "publish", "let results made from this dataset be shown to everybody, as on a web page (repeat for more; in the variable, one a line)")
	fs.StringVar(&f.s.StateDir, "state-dir", defaultStateDir(), "folder for the runner's credential and for results that wait")
	fs.StringVar(&f.s.Name, "name", "", "what people call this computer (default: its host name)")
	fs.Var(f.labels, "labels", "labels by which tasks can choose this computer")
	fs.IntVar(&f.s.Slots, "slots", 1, "how many tasks to do at once")
	fs.Var(&f.memory, "memory-limit", "memory for one task (default: half of this computer's, shared by the slots)")
	fs.Var(&f.disk, "disk-limit", "disk space for one task while it works (default: 10GiB)")
	fs.IntVar(&f.s.Threads, "threads", 0, "processors for one task (default: all, shared by the slots)")
	fs.Var(&f.output, "output-limit", "disk space for the rows that tasks leave here for later tasks; 0 for no limit")
	fs.DurationVar(&f.s.OutputAge, "output-age", defaultOutputAge, "how long those rows are kept; 0 for ever")
	fs.Var(&f.urlHosts, "url-hosts", "hosts that files of datasets with a url may come from, as in data.example.org,files.example.org:8443; http:// before one allows that as well")
	fs.Var(&f.urlLimit, "url-limit", "how large such a file may be")
	fs.DurationVar(&f.s.ConnectTimeout, "connect-timeout", 0, "give up (exit code 3) when the server cannot be reached within this time after the start (default: wait for it)")
	fs.BoolVar(&f.s.InsecureHTTP, "insecure-http", false, "allow http:// to another computer; everybody on the way can then read along")
	fs.BoolVar(&f.s.RequireSandbox, "require-sandbox", false, "refuse to work where this system cannot lock tasks in completely")
	fs.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	fs.StringVar(&f.s.LogFormat, "log-format", LogText, "text or json")
	return f
}

// Settings checks the flags after they were read and gives the settings. The
// error names every flag that is wrong.
func (f *Flags) Settings() (Settings, error) {
	var wrong []error
	if f.configFile != "" {
		wrong = append(wrong, f.applyFile(f.configFile))
	}
	wrong = append(wrong, f.shares.publish(f.published)...)
	s := f.s
	s.Shares, s.Labels, s.URLHosts, s.URLBytes = f.shares, f.labels, f.urlHosts, int64(f.urlLimit)
	s.MemoryBytes, s.DiskBytes, s.OutputBytes = int64(f.memory), int64(f.disk), int64(f.output)
	wrong = append(wrong, f.check()...)
	if f.tokenFile != "" && s.Token == "" {
		token, err := readToken(f.tokenFile)
		s.Token, wrong = token, append(wrong, err)
	}
	if err := s.LogLevel.UnmarshalText([]byte(f.logLevel)); err != nil {
		wrong = append(wrong, fmt.Errorf("--log-level: %q is not one of debug, info, warn and error", f.logLevel))
	}
	if s.Name == "" {
		s.Name = hostname()
	}
	dir, err := filepath.Abs(s.StateDir)
	s.StateDir, wrong = dir, append(wrong, err)
	return s, errors.Join(wrong...)
}

func (f *Flags) check() []error {
	var wrong []error
	when := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	s := f.s
	when(s.Server == "", "--server is needed: the address of the server")
	when(s.StateDir == "", "--state-dir is needed: a folder for the runner's credential")
	when(s.Slots < 1 || s.Slots > maxSlots, "--slots: %d is not from 1 to %d", s.Slots, maxSlots)
	when(s.Threads < 0, "--threads: %d is negative", s.Threads)
	when(s.OutputAge < 0, "--output-age: %s is negative", s.OutputAge)
	when(len(s.Name) > maxNameLength, "--name: %d characters at most", maxNameLength)
	when(s.LogFormat != LogText && s.LogFormat != LogJSON, "--log-format: %q is not text or json", s.LogFormat)
	when(s.Token != "" && f.tokenFile != "", "--token and --token-file are two ways to say the same; give one of them")
	return wrong
}

func readToken(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "runner"
	}
	return name
}

// defaultStateDir is the place for a program's state on each system; empty
// where there is no home folder.
func defaultStateDir() string {
	if runtime.GOOS == "linux" {
		if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "ddap-runner")
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		return filepath.Join(home, ".local", "state", "ddap-runner")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "ddap-runner")
}
