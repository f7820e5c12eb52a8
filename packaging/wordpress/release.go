package wordpress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Release is a WordPress that lies ready on this computer.
type Release struct {
	// Version is its own word, such as 7.1.4.
	Version string
	// Origin says where it comes from, such as "Debian sid".
	Origin string
	// Folder holds its files. Sites share them: nobody writes there.
	Folder string
}

// String names the release for people.
func (r Release) String() string { return "WordPress " + r.Version + " from " + r.Origin }

// CacheVariable names the environment variable with the folder in which
// releases are kept, which is below the user's cache folder otherwise.
const CacheVariable = "DDAP_WORDPRESS_CACHE"

// origin is a place that has WordPress.
type origin interface {
	fmt.Stringer
	// Has asks which version there is that suits a wish, such as "7.1"; the
	// error says why there is none.
	Has(ctx context.Context, wish string) (version string, err error)
	// Fetch puts that version's files into an empty folder.
	Fetch(ctx context.Context, folder string) error
}

// Get gives the release that suits a wish such as "7.1": the one that was kept,
// or a new one from the first place that has it. Where none has, it is what
// there is; who says so to people is told by the release's version.
func Get(ctx context.Context, wish string, progress io.Writer) (Release, error) {
	cache, err := cacheFolder()
	if err != nil {
		return Release{}, err
	}
	if r, err := kept(cache, wish); err == nil {
		return r, nil
	}
	scratch, err := os.MkdirTemp(cache, "fetching-")
	if err != nil {
		return Release{}, fmt.Errorf("make a folder for WordPress: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	origins := []origin{&suite{name: "sid", folder: filepath.Join(scratch, "sid")}, &suite{name: "trixie", folder: filepath.Join(scratch, "trixie")}, &builds{folder: scratch}}
	var reasons []error
	for _, wanted := range []string{wish, ""} { // what was wished for, else whatever there is
		for _, from := range origins {
			r, err := take(ctx, from, wanted, cache, progress)
			if err == nil {
				return r, nil
			}
			reasons = append(reasons, fmt.Errorf("%s: %w", from, err))
		}
	}
	return Release{}, fmt.Errorf("get WordPress %s: %w", wish, errors.Join(reasons...))
}

func cacheFolder() (string, error) {
	folder := os.Getenv(CacheVariable)
	if folder == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find a folder to keep WordPress in; %s may name one: %w", CacheVariable, err)
		}
		folder = filepath.Join(user, "ddap", "wordpress")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // G301: nothing there is secret
		return "", fmt.Errorf("make a folder to keep WordPress in: %w", err)
	}
	return folder, nil
}

// originFile is where a kept release says where it comes from.
const originFile = ".origin"

func kept(cache, wish string) (Release, error) {
	folders, _ := filepath.Glob(filepath.Join(cache, wish+".*"))
	for _, folder := range append(folders, filepath.Join(cache, wish)) {
		if origin, err := os.ReadFile(filepath.Join(folder, originFile)); err == nil {
			return Release{Version: filepath.Base(folder), Origin: string(origin), Folder: folder}, nil
		}
	}
	return Release{}, errors.New("none is kept")
}

// take fetches a release and keeps it under its version. It moves in whole, so
// that several programs may do so at once.
func take(ctx context.Context, from origin, wish, cache string, progress io.Writer) (Release, error) {
	expected, err := from.Has(ctx, wish)
	if err != nil {
		return Release{}, err
	}
	if r, err := kept(cache, expected); err == nil {
		return r, nil
	}
	_, _ = fmt.Fprintf(progress, "Getting WordPress %s from %s, once ...\n", expected, from)
	files, err := os.MkdirTemp(cache, "fetching-")
	if err != nil {
		return Release{}, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(files) }()
	if err := from.Fetch(ctx, files); err != nil {
		return Release{}, err
	}
	version, err := versionOf(files)
	if err != nil {
		return Release{}, err
	}
	if err := os.WriteFile(filepath.Join(files, originFile), []byte(from.String()), 0o600); err != nil {
		return Release{}, fmt.Errorf("note where WordPress comes from: %w", err)
	}
	if err := os.Chmod(files, 0o755); err != nil { //nolint:gosec // G302: nothing there is secret
		return Release{}, fmt.Errorf("open the folder: %w", err)
	}
	if err := os.Rename(files, filepath.Join(cache, version)); err != nil {
		if r, keptErr := kept(cache, version); keptErr == nil {
			return r, nil // another program was quicker
		}
		return Release{}, fmt.Errorf("keep WordPress: %w", err)
	}
	return kept(cache, version)
}

var versionLine = regexp.MustCompile(`\$wp_version = '([0-9.]+)`)

// versionOf reads which version lies in a folder.
func versionOf(folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "wp-includes", "version.php"))
	if err != nil {
		return "", fmt.Errorf("read the version of WordPress: %w", err)
	}
	found := versionLine.FindSubmatch(text)
	if found == nil {
		return "", errors.New("WordPress does not say its version where it used to")
	}
	return string(found[1]), nil
}

// suits says whether a version such as 7.1.4 is what a wish such as 7.1 means.
func suits(version, wish string) bool {
	return wish == "" || version == wish || strings.HasPrefix(version, wish+".")
}
