package programs

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// BinVariable names the environment variable with the folder of programs that
// are built already.
const BinVariable = "DDAP_E2E_BIN"

var packages = map[string]string{
	ServerProgram: "ddap/server", RunnerProgram: "ddap/desktop-runner", AdminProgram: "ddap/admin-tui", DemoProgram: "ddap/examples/demo",
}

// Build gives a folder with the programs: the one that BinVariable names, or a
// new one into which they are built. Remove must be called when it is not
// needed any more.
func Build(ctx context.Context) (bin string, remove func(), err error) {
	if bin := os.Getenv(BinVariable); bin != "" {
		for name := range packages {
			if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
				return "", nil, fmt.Errorf("%s names a folder without all the programs: %w", BinVariable, err)
			}
		}
		return bin, func() {}, nil
	}
	if err := noteSources(ctx); err != nil {
		return "", nil, fmt.Errorf("look at the sources: %w", err)
	}
	bin, err = os.MkdirTemp("", "ddap-bin-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the programs: %w", err)
	}
	remove = func() { _ = os.RemoveAll(bin) }
	for name, path := range packages {
		cmd := exec.CommandContext(ctx, "go", "build", "-tags", "headless", "-o", filepath.Join(bin, name), path) //nolint:gosec // G204: a table
		if out, err := cmd.CombinedOutput(); err != nil {
			remove()
			return "", nil, fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
	}
	return bin, remove, nil
}

// noteSources looks at every file that the programs are built from. `go test`
// keeps results of tests until a file changes that they looked at; those that
// only the compiler reads it would not know of.
func noteSources(ctx context.Context) error {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("ask go for the module: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(module)))
	for _, folder := range []string{"shared", "server", "desktop-runner", "admin-tui", "examples"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			return err //nolint:wrapcheck // names the file already
		}
	}
	return nil
}

// Folder makes a temporary folder that the database's unprivileged user can
// enter as well, which it must when this runs as root.
func Folder() (path string, remove func(), err error) {
	path, err = os.MkdirTemp("", "ddap-e2e-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder: %w", err)
	}
	if err := os.Chmod(path, 0o711); err != nil { //nolint:gosec // G302: see above
		return "", nil, fmt.Errorf("open the folder: %w", err)
	}
	return path, func() { _ = os.RemoveAll(path) }, nil
}
