// Command texts keeps the plugin's translations: it collects the texts of the
// plugin into a template, brings each translation up to date with it, and
// compiles those for PHP (.mo) and for scripts (.json), as WordPress reads them.
//
// With --check it changes nothing, and fails over texts that are not translated.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() { os.Exit(run()) }

func run() int {
	folder := flag.String("plugin", "wordpress-plugin", "folder with the plugin")
	check := flag.Bool("check", false, "only say what is not translated")
	flag.Parse()
	act := write
	if *check {
		act = verify
	}
	if err := act(context.Background(), plugin(*folder)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// locales are those that the plugin is translated into.
var locales = []string{"id_ID"}

// write collects the texts and writes all that is made of them.
func write(ctx context.Context, p plugin) error {
	if err := os.MkdirAll(p.path("languages"), 0o755); err != nil { //nolint:gosec // G301: part of the repository
		return fmt.Errorf("make the folder of translations: %w", err)
	}
	if err := p.collect(ctx); err != nil {
		return err
	}
	for _, locale := range locales {
		if err := p.merge(ctx, locale); err != nil {
			return err
		}
		if err := p.compile(ctx, locale); err != nil {
			return err
		}
	}
	return nil
}

// verify fails over what is not translated.
func verify(ctx context.Context, p plugin) error {
	var missing []error
	for _, locale := range locales {
		file := p.catalogue(locale)
		if out, err := gettext(ctx, string(p), "msgfmt", "--check", "--output-file=/dev/null", file); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		messages, err := read(file)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if why := m.incomplete(); why != "" && m.ID != "" {
				missing = append(missing, fmt.Errorf("%s: %s: %q", filepath.Base(file), why, m.ID))
			}
		}
	}
	return errors.Join(missing...)
}
