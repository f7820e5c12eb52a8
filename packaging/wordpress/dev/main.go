// Command dev brings up a WordPress with the plugin, a server and a runner with
// the example data, all on this computer, says how to reach them, and ends them
// when it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"ddap/packaging/e2e/programs"
	"ddap/packaging/wordpress"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := bringUp(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// options are what people can say about the site.
type options struct {
	version, plugin, bin, data, language string
	multisite, bare                      bool
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("wordpress", flag.ContinueOnError)
	flags.StringVar(&o.version, "version", "7.1", "which WordPress: 7.1, 6.8, 6.5 or 6.4")
	flags.StringVar(&o.language, "language", "", "its language, such as id_ID, ar or he_IL; English otherwise")
	flags.BoolVar(&o.multisite, "multisite", false, "make a network with a second site")
	flags.BoolVar(&o.bare, "bare", false, "leave the plugin for you to activate and set up")
	flags.StringVar(&o.plugin, "plugin", "wordpress-plugin", "folder with the plugin")
	flags.StringVar(&o.bin, "bin", "bin", "folder with the built programs")
	flags.StringVar(&o.data, "data", filepath.Join("examples", "data"), "folder with the example data")
	return o, flags.Parse(args)
}

func bringUp(ctx context.Context, o options) error {
	release, err := wordpress.Get(ctx, o.version, os.Stdout)
	if err != nil {
		return err //nolint:wrapcheck // says what was tried
	}
	fmt.Println("Starting", release, "...")
	folder, remove, err := programs.Folder()
	if err != nil {
		return err //nolint:wrapcheck // says what was tried
	}
	defer remove()
	backend, err := wordpress.StartBackend(ctx, o.bin, folder, wordpress.ExampleData(o.data)...)
	if err != nil {
		return err //nolint:wrapcheck // says what was tried
	}
	defer backend.Stop()
	database, err := programs.StartMariaDB(ctx, folder)
	if err != nil {
		return err //nolint:wrapcheck // says what was tried
	}
	defer database.Stop()
	spec := wordpress.Spec{
		Release: release, Folder: filepath.Join(folder, "wordpress"), Plugin: o.plugin, Inactive: o.bare, Database: database, Multisite: o.multisite, Language: o.language,
	}
	if !o.bare {
		spec.Constants = backend.Constants()
	}
	site, err := spec.Start(ctx)
	if err != nil {
		return err //nolint:wrapcheck // says what was tried
	}
	defer site.Stop()
	describe(site, backend)
	<-ctx.Done()
	fmt.Println("\nEverything is stopped and cleaned up.")
	return nil
}

func describe(site *wordpress.Site, backend *wordpress.Backend) {
	fmt.Printf(`
  %s/wp-admin/
  users      admin, editor, author, subscriber
  password   %s
  log        %s
  letters    %s

  server     %s
  its key    %s  (the site's; an admin's: %s)

Running until Ctrl-C.
`, site.URL, site.Password, site.DebugLog, site.Mail, backend.Server.URL(), backend.Key, backend.Server.Key)
}
