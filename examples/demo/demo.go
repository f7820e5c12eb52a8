package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/credential"
)

// demo is one run: the folder that it works in, the programs that it started,
// and the client that it talks with.
type demo struct {
	options
	work   string
	server string
	key    string
	client *client.Client
	begun  time.Time
	// programs run beside the demo; they are stopped in reverse order.
	programs []*program
}

// demonstrate does it all, and leaves nothing but the output folder.
func demonstrate(ctx context.Context, opts options) (err error) {
	d := &demo{options: opts, begun: time.Now()}
	if err := d.prepare(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.cleanUp(err != nil && ctx.Err() == nil)) }()
	if err := d.startServer(ctx); err != nil {
		return err
	}
	if err := d.startRunner(ctx); err != nil {
		return err
	}
	pipeline, err := d.client.CreatePipeline(ctx, question())
	if err != nil {
		return fmt.Errorf("create the pipeline: %w", err)
	}
	say("\nThe pipeline %q, step by step:\n", pipeline.Name)
	if err := d.admin(ctx, "pipelines", "watch", pipeline.ID); err != nil {
		return d.explainFailure(err)
	}
	if err := d.showAnswers(ctx, pipeline); err != nil {
		return err
	}
	if d.keep {
		return d.keepRunning(ctx, pipeline)
	}
	return nil
}

// prepare makes the folder for everything that does not outlast the demo. It
// stands among the system's temporary files, since the database's unprivileged
// user must be able to enter every folder above its own, which homes often forbid.
func (d *demo) prepare() error {
	for _, set := range datasets {
		if _, err := os.Stat(filepath.Join(d.data, set.file)); err != nil {
			return fmt.Errorf("find the example data (run this from the repository's root, or say --data): %w", err)
		}
	}
	if err := d.checkOutput(); err != nil {
		return fmt.Errorf("use the output folder (for another one say --output): %w", err)
	}
	work, err := os.MkdirTemp("", "ddap-demo-")
	if err != nil {
		return fmt.Errorf("make a working folder: %w", err)
	}
	d.work = work
	if os.Geteuid() == 0 {
		if err := os.Chmod(work, 0o711); err != nil { //nolint:gosec // G302: to be entered by the database's user, not read
			return fmt.Errorf("open the working folder to the database's user: %w", err)
		}
	}
	return nil
}

// checkOutput makes the output folder and tries whether it can be written to,
// before all the work is done.
func (d *demo) checkOutput() error {
	if err := os.MkdirAll(d.output, 0o755); err != nil { //nolint:gosec // G301: people's own reports, under their umask
		return err //nolint:wrapcheck // it names the folder and what is wrong
	}
	probe, err := os.CreateTemp(d.output, ".try-*")
	if err != nil {
		return err //nolint:wrapcheck // as above
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// cleanUp stops what runs and removes what must not stay. After a failure the
// logs are saved.
func (d *demo) cleanUp(failed bool) error {
	for _, p := range slices.Backward(d.programs) {
		p.stop()
	}
	if failed {
		d.saveLogs()
	}
	if err := os.RemoveAll(d.work); err != nil {
		return fmt.Errorf("remove the working folder: %w", err)
	}
	return nil
}

func (d *demo) saveLogs() {
	for _, p := range d.programs {
		raw, err := os.ReadFile(p.log)
		if err != nil {
			continue
		}
		path := filepath.Join(d.output, filepath.Base(p.log))
		if os.WriteFile(path, raw, 0o600) == nil {
			say("The whole log of %s: %s\n", p.name, path)
		}
	}
}

// startServer starts a server with a database of its own, and an admin key that
// the demo chose, so that it need not be read from anywhere.
func (d *demo) startServer(ctx context.Context) error {
	begun := time.Now()
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	key, err := credential.New(credential.Key, id)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	d.key, d.server = key.String(), "http://"+address
	if d.client, err = client.New(client.Config{Server: d.server, Credential: d.key}); err != nil {
		return err
	}
	p, err := launch("the server", filepath.Join(d.work, "server.log"), cleanEnvironment("DDAP_ADMIN_KEY="+d.key),
		d.program("ddap-server"), "serve", "--listen", address, "--data-dir", filepath.Join(d.work, "server"))
	if err != nil {
		return err
	}
	d.programs = append(d.programs, p)
	err = p.until(ctx, "it was ready", func(ctx context.Context) bool {
		_, err := d.client.Ready(ctx)
		return err == nil
	})
	if err != nil {
		return err
	}
	say("Server   %s, with a database of its own (%s)\n", d.server, took(begun))
	return nil
}

// startRunner invites a runner, starts it, and waits until what it shares is known.
func (d *demo) startRunner(ctx context.Context) error {
	begun := time.Now()
	invitation, err := d.client.CreateEnrollment(ctx, api.EnrollmentRequest{MaxUses: 1, ExpiresInSeconds: 600})
	if err != nil {
		return fmt.Errorf("invite a runner: %w", err)
	}
	token := filepath.Join(d.work, "invitation")
	if err := os.WriteFile(token, []byte(invitation.Token), 0o600); err != nil {
		return fmt.Errorf("save the invitation: %w", err)
	}
	args := []string{
		"--headless", "--server", d.server, "--token-file", token,
		"--state-dir", filepath.Join(d.work, "runner"), "--slots", "2",
	}
	for _, set := range datasets {
		args = append(args, "--data", set.name+"="+filepath.Join(d.data, set.file)+":rows")
	}
	p, err := launch("the runner", filepath.Join(d.work, "runner.log"), cleanEnvironment(), d.program("ddap-runner"), args...)
	if err != nil {
		return err
	}
	d.programs = append(d.programs, p)
	var shared string
	err = p.until(ctx, "it shared its data", func(ctx context.Context) bool {
		list, err := d.client.Datasets(ctx)
		if err != nil || len(list.Datasets) < len(datasets) {
			return false
		}
		shared = describe(list)
		return true
	})
	if err != nil {
		return err
	}
	say("Runner   shares %s (%s)\n", shared, took(begun))
	return nil
}

func describe(list api.DatasetList) string {
	names, rows := make([]string, 0, len(list.Datasets)), int64(0)
	for _, d := range list.Datasets {
		names = append(names, d.Name)
		if d.Rows != nil {
			rows += *d.Rows
		}
	}
	return fmt.Sprintf("%s, %d rows in all", strings.Join(names, ", "), rows)
}

// explainFailure adds the runner's log, where the reason of a failed step stands.
func (d *demo) explainFailure(err error) error {
	return d.programs[len(d.programs)-1].explain(fmt.Errorf("not every step succeeded: %w", err))
}

// program gives the path of a built program.
func (d *demo) program(name string) string { return filepath.Join(d.bin, name) }

// admin runs a command of ddap-admin before the reader's eyes.
func (d *demo) admin(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, d.program("ddap-admin"), args...)
	cmd.Env = cleanEnvironment("DDAP_SERVER="+d.server, "DDAP_KEY="+d.key)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("ddap-admin %s: %w", strings.Join(args[:2], " "), err)
	}
	return nil
}

// freeAddress finds a port of the loopback interface that nobody uses.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

func took(begun time.Time) string { return fmt.Sprintf("%.1f s", time.Since(begun).Seconds()) }

// say writes to the standard output; there is nobody to tell if that fails.
func say(format string, args ...any) { _, _ = fmt.Printf(format, args...) }
