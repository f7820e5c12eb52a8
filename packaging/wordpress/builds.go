package wordpress

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
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
)

// builds is a package of npm with some older releases of WordPress: the oldest
// that the plugin supports, and something to fall back on. Of each release it
// has an archive with what PHP runs, and a folder with what browsers load.
type builds struct {
	// folder takes the package while it is unpacked.
	folder string
	// chosen is the release that Has found.
	chosen string
}

const (
	buildsName    = "@wp-playground/wordpress-builds"
	buildsVersion = "0.9.19"
)

// buildsHave are the releases in it that the plugin supports, newest first.
var buildsHave = []string{"6.5", "6.4"}

func (b *builds) String() string { return "npm's " + buildsName }

// Has knows what is in that version of the package.
func (b *builds) Has(_ context.Context, wish string) (string, error) {
	i := slices.IndexFunc(buildsHave, func(version string) bool { return suits(version, wish) })
	if i < 0 {
		return "", fmt.Errorf("it has WordPress %s, not %s", strings.Join(buildsHave, " and "), wish)
	}
	b.chosen = buildsHave[i]
	return b.chosen, nil
}

// Fetch unpacks one release.
func (b *builds) Fetch(ctx context.Context, folder string) error {
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", buildsName+"@"+buildsVersion)
	cmd.Dir = b.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack: %w\n%s", err, out)
	}
	found, _ := filepath.Glob(filepath.Join(b.folder, "*.tgz"))
	if len(found) != 1 {
		return errors.New("npm pack left no package")
	}
	file, err := os.Open(found[0])
	if err != nil {
		return fmt.Errorf("open the package: %w", err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("read the package: %w", err)
	}
	return unpack(tar.NewReader(unzipped), b.chosen, folder)
}

func unpack(files *tar.Reader, version, folder string) error {
	archive, public := "package/src/wordpress/wp-"+version+".zip", "package/public/wp-"+version+"/"
	for {
		header, err := files.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the package: %w", err)
		case header.Typeflag != tar.TypeReg:
			continue
		}
		name, isPublic := strings.CutPrefix(header.Name, public)
		if !isPublic && header.Name != archive {
			continue
		}
		content, err := io.ReadAll(files)
		if err != nil {
			return fmt.Errorf("read the package: %w", err)
		}
		if isPublic {
			err = place(folder, name, content)
		} else {
			err = unzip(content, folder)
		}
		if err != nil {
			return err
		}
	}
}

func unzip(archive []byte, folder string) error {
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	for _, file := range files.File {
		if file.FileInfo().IsDir() {
			continue
		}
		reader, err := file.Open()
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		content, err := io.ReadAll(reader)
		_ = reader.Close()
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		if err := place(folder, file.Name, content); err != nil {
			return err
		}
	}
	return nil
}

// place writes one file, without what the package has for a database of its own.
func place(folder, name string, content []byte) error {
	name = path.Clean("/" + name)[1:]
	for _, part := range []string{"wp-config.php", "wp-content/db.php", "wp-content/database/", "wp-content/mu-plugins/", "wp-content/plugins/sqlite-database-integration/"} {
		if name == part || strings.HasSuffix(part, "/") && strings.HasPrefix(name, part) {
			return nil
		}
	}
	target := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil { //nolint:gosec // G301: nothing there is secret
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := os.WriteFile(target, content, 0o644); err != nil { //nolint:gosec // G306: nothing there is secret
		return fmt.Errorf("unpack a file: %w", err)
	}
	return nil
}
