package wordpress

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"ddap/packaging/e2e/programs"
	"ddap/shared/api"
	"ddap/shared/client"
)

// Backend is what the plugin talks to: a server with a runner that shares data.
type Backend struct {
	Server programs.Server
	// Client acts as the server's admin.
	Client *client.Client
	// Key is the one for a site: an analyst's that may act for people.
	Key string

	serving, working *programs.Program
}

// StartBackend starts a server and a runner from the programs in bin, and waits
// until the runner's data is known. Data is as the runner's flag --data has it.
func StartBackend(ctx context.Context, bin, folder string, data ...string) (*Backend, error) {
	server, err := programs.NewServer(bin, folder)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what was tried
	}
	// A site of this computer takes the server's webhooks on loopback.
	server.Guarded = true
	server.Flags = []string{"--webhook-allow-private", "127.0.0.0/8"}
	b := &Backend{Server: server}
	if err := b.start(ctx, bin, folder, data); err != nil {
		b.Stop()
		return nil, err
	}
	return b, nil
}

func (b *Backend) start(ctx context.Context, bin, folder string, data []string) (err error) {
	if b.serving, _, err = b.Server.Start(ctx); err != nil {
		return err //nolint:wrapcheck // says what was started
	}
	if b.Client, err = b.Server.Client(); err != nil {
		return fmt.Errorf("make a client: %w", err)
	}
	key, err := b.Client.CreateKey(ctx, api.KeyRequest{
		Name: "WordPress", Role: api.Analyst, Delegate: true, Grants: []api.Grant{api.GrantEnrollments, api.GrantWebhooks},
	})
	if err != nil {
		return fmt.Errorf("make a key for the site: %w", err)
	}
	b.Key = key.Key
	token, err := programs.Invite(ctx, b.Client)
	if err != nil {
		return fmt.Errorf("invite the runner: %w", err)
	}
	runner := programs.Runner{Bin: bin, Folder: folder, Server: b.Server.URL(), Token: token, Name: "laboratory", Data: data, Slots: 2, Flags: publishable(data), Guarded: true}
	if b.working, err = runner.Start(); err != nil {
		return err //nolint:wrapcheck // says what was started
	}
	tick := time.NewTicker(waitTime)
	defer tick.Stop()
	err = b.working.Until(ctx, "sharing its data", func(ctx context.Context) bool {
		<-tick.C
		list, err := b.Client.Datasets(ctx)
		return err == nil && len(list.Datasets) == len(data)
	})
	return err //nolint:wrapcheck // says what was waited for
}

// Stop ends both.
func (b *Backend) Stop() {
	for _, p := range []*programs.Program{b.working, b.serving} {
		if p != nil {
			p.End()
		}
	}
}

// Tail gives the ends of both logs.
func (b *Backend) Tail() string {
	return "server:\n" + b.serving.Tail(20) + "\nrunner:\n" + b.working.Tail(20)
}

// waitTime is how often the server is asked for the runner's data. Its log tells
// of each time.
const waitTime = 100 * time.Millisecond

// publishable says of the first dataset, as --data has it, that results made from
// it may be shown to everybody, and of the others nothing.
func publishable(data []string) []string {
	if len(data) == 0 {
		return nil
	}
	name, _, _ := strings.Cut(data[0], "=")
	return []string{"--publish", name}
}

// ExampleData shares the datasets of examples/data, as --data has them: of one
// only summaries may leave, and results made from the first may be published.
func ExampleData(folder string) []string {
	return []string{
		"penguins=" + filepath.Join(folder, "penguins.json") + ":rows",
		"flights=" + filepath.Join(folder, "flights.parquet") + ":rows",
		"birdstrikes=" + filepath.Join(folder, "birdstrikes.csv") + ":aggregates",
	}
}

// Constants tell a site's wp-config.php how to reach the server.
func (b *Backend) Constants() map[string]any {
	return map[string]any{"DDAP_SERVER_URL": b.Server.URL(), "DDAP_API_KEY": b.Key}
}
