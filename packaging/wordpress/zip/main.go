// Command zip packs the plugin as WordPress installs it: a folder of its name,
// without tests. The same files give the same bytes, whoever packs them.
package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// slug names the folder in the archive.
const slug = "ddap-data-analysis"

// moment is that of every file: a zip's clock begins in 1980.
var moment = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: zip FOLDER-OF-THE-PLUGIN FILE.zip")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(plugin, target string) error {
	names, err := files(plugin)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil { //nolint:gosec // G301: nothing there is secret
		return fmt.Errorf("make a folder: %w", err)
	}
	out, err := os.Create(target)
	if err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}
	if err := pack(out, plugin, names); err != nil {
		_ = out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("finish the archive: %w", err)
	}
	return nil
}

// files lists what git knows of the plugin and is not a test, sorted.
func files(plugin string) ([]string, error) {
	cmd := exec.CommandContext(context.Background(), "git", "ls-files", "-z")
	cmd.Dir = plugin
	listed, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the plugin's files: %w", err)
	}
	names := slices.DeleteFunc(strings.Split(strings.TrimSuffix(string(listed), "\x00"), "\x00"), func(name string) bool {
		return name == "" || strings.HasPrefix(name, "tests/") || strings.HasPrefix(path.Base(name), ".")
	})
	if len(names) == 0 {
		return nil, errors.New("git knows no file there")
	}
	slices.Sort(names)
	return names, nil
}

func pack(to io.Writer, plugin string, names []string) error {
	archive := zip.NewWriter(to)
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(plugin, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("read a file of the plugin: %w", err)
		}
		header := &zip.FileHeader{Name: slug + "/" + name, Method: zip.Deflate, Modified: moment}
		header.SetMode(0o644)
		file, err := archive.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
		if _, err := file.Write(content); err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("finish the archive: %w", err)
	}
	return nil
}
