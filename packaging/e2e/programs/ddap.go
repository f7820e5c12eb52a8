package programs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/credential"
)

// The names of the built programs.
const (
	ServerProgram = "ddap-server"
	RunnerProgram = "ddap-runner"
	AdminProgram  = "ddap-admin"
	DemoProgram   = "ddap-demo"
)

// Server says how a server is started; the same one may be started again on what
// it left.
type Server struct {
	// Bin is the folder with the built programs.
	Bin string
	// Folder is the server's own: its data and its log.
	Folder string
	// Address is where it listens, Key its first admin key.
	Address, Key string
	// DatabaseURL is empty for a server with a database of its own.
	DatabaseURL string
	// Flags are more of its flags.
	Flags []string
	// Guarded is as in Spec.
	Guarded bool
}

// NewServer describes a server on a free port of the loopback interface, with a
// new key.
func NewServer(bin, folder string) (Server, error) {
	port, err := FreePort()
	if err != nil {
		return Server{}, err
	}
	key, err := credential.New(credential.Key, uuid.New())
	if err != nil {
		return Server{}, fmt.Errorf("make a key: %w", err)
	}
	return Server{Bin: bin, Folder: folder, Address: Loopback(port), Key: key.String()}, nil
}

// URL is the server's base address.
func (s Server) URL() string { return "http://" + s.Address }

// Client makes a client with the admin key.
func (s Server) Client() (*client.Client, error) {
	return client.New(client.Config{Server: s.URL(), Credential: s.Key})
}

const (
	startTime = 30 * time.Second
	pollTime  = 2 * time.Millisecond
)

// Start starts the server and waits until it is ready; ready is how long that took.
func (s Server) Start(ctx context.Context) (p *Program, ready time.Duration, err error) {
	c, err := s.Client()
	if err != nil {
		return nil, 0, err
	}
	args := []string{"serve", "--listen", s.Address, "--data-dir", filepath.Join(s.Folder, "data")}
	args = append(args, s.Flags...)
	env := []string{"DDAP_ADMIN_KEY=" + s.Key}
	if s.DatabaseURL != "" {
		env = append(env, "DDAP_DATABASE_URL="+s.DatabaseURL)
	}
	p, err = Start(Spec{
		Name: ServerProgram, Path: filepath.Join(s.Bin, ServerProgram), Args: args, Env: env, Log: filepath.Join(s.Folder, "server.log"), Guarded: s.Guarded,
	})
	if err != nil {
		return nil, 0, err
	}
	err = p.Until(ctx, "ready", func(ctx context.Context) bool {
		_, err := c.Ready(ctx)
		return err == nil
	})
	return p, time.Since(p.Begun), err
}

// Runner says how a runner is started.
type Runner struct {
	Bin string
	// Folder is the runner's own: its state and its log.
	Folder string
	Server string
	// Token is what it enrols with; not needed once it has.
	Token string
	Name  string
	// Data is what it shares, as the flag --data has it.
	Data  []string
	Slots int
	// Config is the path of its file of settings; none when empty.
	Config string
	// Flags are more of its flags.
	Flags []string
	// Guarded is as in Spec.
	Guarded bool
}

// Invite makes an enrolment token for one runner.
func Invite(ctx context.Context, c *client.Client) (string, error) {
	e, err := c.CreateEnrollment(ctx, api.EnrollmentRequest{MaxUses: 1, ExpiresInSeconds: 600})
	return e.Token, err
}

// Start starts the runner without waiting for anything.
func (r Runner) Start() (*Program, error) {
	args := []string{
		"--headless", "--server", r.Server, "--state-dir", filepath.Join(r.Folder, "state"), "--name", r.Name, "--slots", strconv.Itoa(max(1, r.Slots)),
	}
	for _, data := range r.Data {
		args = append(args, "--data", data)
	}
	args = append(args, r.Flags...)
	if r.Config != "" {
		args = append(args, "--config", r.Config)
	}
	if r.Token != "" {
		file := filepath.Join(r.Folder, "token")
		if err := os.WriteFile(file, []byte(r.Token), 0o600); err != nil {
			return nil, fmt.Errorf("save the token: %w", err)
		}
		args = append(args, "--token-file", file)
	}
	return Start(Spec{
		Name: RunnerProgram, Path: filepath.Join(r.Bin, RunnerProgram), Args: args, Log: filepath.Join(r.Folder, "runner.log"), Guarded: r.Guarded,
	})
}

// Until asks until something is so, for as long as the program runs. The error
// says what was not, with the end of the program's log.
func (p *Program) Until(ctx context.Context, what string, so func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(pollTime)
	defer tick.Stop()
	for !so(ctx) {
		var err error
		select {
		case <-tick.C:
			continue
		case <-p.ended:
			err = errEnded
		case <-ctx.Done():
			err = ctx.Err()
		}
		return fmt.Errorf("%s is not %s: %w\n%s", p.Name, what, err, p.Tail(20))
	}
	return nil
}
