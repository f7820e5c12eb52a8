package wordpress

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// suite is a release of Debian, newer than the machine's own, that has
// WordPress. Its packages are unpacked and not installed: apt works on folders
// of its own, and the machine's list of packages stays as it is.
type suite struct {
	name string
	// folder is apt's while it works.
	folder string
	// listed is closed to a second try: what there is does not change meanwhile.
	listed  bool
	version string
	err     error
}

// packages are WordPress and what it links to in other packages.
var packages = []string{
	"wordpress", "wordpress-l10n", "wordpress-theme-twentytwentyfive", "libjs-cropper", "libjs-jquery-ui", "libjs-lodash", "libjs-underscore",
	"libphp-phpmailer", "php-getid3",
}

func (s *suite) String() string { return "Debian " + s.name }

// Has reads the suite's list of packages.
func (s *suite) Has(ctx context.Context, wish string) (string, error) {
	if !s.listed {
		s.listed = true
		s.version, s.err = s.list(ctx)
	}
	if s.err == nil && !suits(s.version, wish) {
		return "", fmt.Errorf("it has WordPress %s, not %s", s.version, wish)
	}
	return s.version, s.err
}

func (s *suite) list(ctx context.Context) (string, error) {
	mirror, err := s.mirror(ctx)
	if err != nil {
		return "", err
	}
	for _, folder := range []string{"lists/partial", "archives/partial", "packages", "root"} {
		if err := os.MkdirAll(filepath.Join(s.folder, folder), 0o755); err != nil { //nolint:gosec // G301: apt's other user enters it
			return "", fmt.Errorf("make a folder for apt: %w", err)
		}
	}
	source := "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] " + mirror + " " + s.name + " main\n"
	if err := os.WriteFile(filepath.Join(s.folder, "sources.list"), []byte(source), 0o600); err != nil {
		return "", fmt.Errorf("tell apt of the suite: %w", err)
	}
	if _, err := s.apt(ctx, "apt-get", "update"); err != nil {
		return "", err
	}
	known, err := s.apt(ctx, "apt-cache", "show", "--no-all-versions", "wordpress")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(known)) {
		if version, ok := strings.CutPrefix(line, "Version: "); ok {
			version, _, _ = strings.Cut(strings.TrimSpace(version), "+")
			return version, nil
		}
	}
	return "", errors.New("its list does not say which WordPress there is")
}

// mirror is where this machine gets Debian from.
func (s *suite) mirror(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(LABEL) $(SITE)", "Created-By: Packages").Output()
	if err != nil {
		return "", fmt.Errorf("ask apt for this machine's mirror of Debian: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if site, ok := strings.CutPrefix(line, "Debian "); ok {
			return strings.TrimSpace(site), nil
		}
	}
	return "", errors.New("this machine gets its packages from no mirror of Debian")
}

// apt runs one of apt's programs on the folders of the suite.
func (s *suite) apt(ctx context.Context, program string, args ...string) ([]byte, error) {
	settings := []string{
		"-q", "-o", "Dir::Etc::sourcelist=" + filepath.Join(s.folder, "sources.list"), "-o", "Dir::Etc::sourceparts=-", "-o", "Dir::State::lists=" + filepath.Join(s.folder, "lists"),
		"-o", "Dir::State::status=/dev/null", "-o", "Dir::Cache=" + s.folder, "-o", "Dir::Cache::archives=" + filepath.Join(s.folder, "archives"),
		"-o", "Acquire::Languages=none", "-o", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false", "-o", "APT::Sandbox::User=",
	}
	cmd := exec.CommandContext(ctx, program, append(settings, args...)...)
	cmd.Dir = filepath.Join(s.folder, "packages")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", program, args[0], err, said.Bytes())
	}
	return out, nil
}

// Fetch unpacks the packages and makes one tree of them.
func (s *suite) Fetch(ctx context.Context, folder string) error {
	if _, err := s.apt(ctx, "apt-get", append([]string{"download"}, packages...)...); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(s.folder, "packages", "*.deb"))
	if err != nil {
		return fmt.Errorf("list the packages: %w", err)
	}
	root := filepath.Join(s.folder, "root")
	for _, file := range files {
		if out, err := exec.CommandContext(ctx, "dpkg-deb", "--extract", file, root).CombinedOutput(); err != nil {
			return fmt.Errorf("unpack %s: %w\n%s", filepath.Base(file), err, out)
		}
	}
	return flatten(root, filepath.Join(root, "usr", "share", "wordpress"), folder)
}

// flatten copies a tree, with files where it has links. A link that leaves the
// packages is left out, except that to the system's certificates, which
// WordPress finds where PHP does.
func flatten(root, from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return fmt.Errorf("name %s: %w", path, err)
		}
		target := filepath.Join(to, name)
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755) //nolint:gosec // G301: nothing there is secret
		case leftOut(name):
			return nil
		case entry.Type()&fs.ModeSymlink == 0:
			return copyFile(path, target)
		}
		real, err := filepath.EvalSymlinks(path)
		if err != nil || !strings.HasPrefix(real, root) && filepath.Base(real) != "ca-certificates.crt" {
			return nil //nolint:nilerr // it leads out of the packages
		}
		return copyFile(real, target)
	})
}

// leftOut names what no site needs: Debian's own settings, and the languages
// that no test reads. Arabic and Hebrew are written from right to left.
func leftOut(name string) bool {
	if name == "wp-config.php" {
		return true
	}
	language, isLanguage := strings.CutPrefix(filepath.ToSlash(name), "wp-content/languages/")
	if !isLanguage {
		return false
	}
	for _, tested := range []string{"id_ID", "ar", "he_IL"} {
		if base := strings.TrimSuffix(language, ".mo"); base == tested || strings.HasSuffix(base, "-"+tested) {
			return false
		}
	}
	return true
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("copy a file: %w", err)
	}
	if err := os.WriteFile(to, content, 0o644); err != nil { //nolint:gosec // G306: nothing there is secret
		return fmt.Errorf("copy a file: %w", err)
	}
	return nil
}
