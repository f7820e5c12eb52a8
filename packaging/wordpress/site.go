package wordpress

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"ddap/packaging/e2e/programs"
)

//go:embed scripts
var scripts embed.FS

// Slug names the plugin's folder on a site.
const Slug = "ddap-data-analysis"

// Spec says what a site is made of.
type Spec struct {
	Release Release
	// Folder is the site's own, and empty.
	Folder string
	// Plugin is the folder with the plugin, to which the site has a link.
	Plugin string
	// Inactive leaves the plugin for somebody to activate.
	Inactive bool
	Database *programs.MariaDB
	// Multisite makes a network with a second site at /second/.
	Multisite bool
	// Language is the site's locale, such as id_ID; English where it is empty.
	Language string
	// Constants are defined in wp-config.php, beside those that any site needs.
	Constants map[string]any
}

// Site is a WordPress that runs.
type Site struct {
	Release Release
	// URL is its address, without a slash at the end.
	URL string
	// Password is that of all users: admin, editor, author, subscriber.
	Password string
	// DebugLog is where PHP writes what it has to complain of; it is not there
	// while there is nothing.
	DebugLog string
	// Mail is the folder that takes a JSON file for each letter.
	Mail string
	// ConstantsFile holds the constants of wp-config.php as JSON; every request
	// reads it.
	ConstantsFile string
	// Root holds WordPress's files.
	Root string

	folder    string
	constants map[string]any
	program   *programs.Program
}

// Start makes the site and waits until it answers.
func (s Spec) Start(ctx context.Context) (*Site, error) {
	port, err := programs.FreePort()
	if err != nil {
		return nil, err //nolint:wrapcheck // says what was looked for
	}
	host := programs.Loopback(port)
	site := &Site{
		Release: s.Release, URL: "http://" + host, Password: rand.Text(), Root: filepath.Join(s.Folder, "site"),
		DebugLog: filepath.Join(s.Folder, "debug.log"), Mail: filepath.Join(s.Folder, "mail"),
		ConstantsFile: filepath.Join(s.Folder, "constants.json"), folder: s.Folder,
	}
	if err := s.layOut(site); err != nil {
		return nil, err
	}
	if err := s.install(ctx, site, host); err != nil {
		return nil, err
	}
	return site, site.serve(ctx, host)
}

// layOut puts the files of a site in place.
func (s Spec) layOut(site *Site) error {
	if err := linkTree(s.Release.Folder, site.Root); err != nil {
		return err
	}
	content := filepath.Join(site.Root, "wp-content")
	for _, folder := range []string{site.Mail, filepath.Join(content, "mu-plugins"), filepath.Join(content, "uploads")} {
		if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // G301: a site as any other
			return fmt.Errorf("make a folder of the site: %w", err)
		}
	}
	for name, target := range map[string]string{
		"wp-config.php": filepath.Join(site.Root, "wp-config.php"), "router.php": filepath.Join(s.Folder, "router.php"),
		"mu-plugin.php": filepath.Join(content, "mu-plugins", "site.php"), "install.php": filepath.Join(s.Folder, "install.php"),
		"activate.php": filepath.Join(s.Folder, "activate.php"),
	} {
		script, err := scripts.ReadFile("scripts/" + name)
		if err != nil {
			return fmt.Errorf("read a script: %w", err)
		}
		if err := os.WriteFile(target, script, 0o600); err != nil {
			return fmt.Errorf("write a script: %w", err)
		}
	}
	plugin, err := filepath.Abs(s.Plugin)
	if err != nil {
		return fmt.Errorf("find the plugin: %w", err)
	}
	if err := os.Symlink(plugin, filepath.Join(content, "plugins", Slug)); err != nil {
		return fmt.Errorf("link the plugin: %w", err)
	}
	return nil
}

// linkTree gives a site its files. They are links to those of the release where
// the disk allows it: WordPress changes none of them.
func linkTree(from, to string) error {
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755) //nolint:gosec // G301: a site as any other
		case os.Link(path, target) == nil: //nolint:gosec // G122: nobody else writes there
			return nil
		}
		return copyFile(path, target)
	})
	if err != nil {
		return fmt.Errorf("lay out the site: %w", err)
	}
	return nil
}

// install has WordPress make its tables, the users, and what else was asked for.
func (s Spec) install(ctx context.Context, site *Site, host string) error {
	database := "wordpress_" + strings.ToLower(rand.Text())
	site.constants = map[string]any{
		"DB_NAME": database, "DB_USER": "root", "DB_PASSWORD": "", "DB_HOST": s.Database.Address, "DB_CHARSET": "utf8mb4", "DB_COLLATE": "",
		"WP_DEBUG": true, "WP_DEBUG_LOG": site.DebugLog, "WP_DEBUG_DISPLAY": false, "SCRIPT_DEBUG": true,
		"DISABLE_WP_CRON": true, "WP_HTTP_BLOCK_EXTERNAL": true, "AUTOMATIC_UPDATER_DISABLED": true,
		"DISALLOW_FILE_MODS":  true, // deleting the plugin would follow the link and delete its sources
		"WP_ENVIRONMENT_TYPE": "local", "FS_METHOD": "direct", "DDAP_MAIL_FOLDER": site.Mail,
	}
	for _, salt := range []string{"AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"} {
		site.constants[salt+"_KEY"], site.constants[salt+"_SALT"] = rand.Text(), rand.Text()
	}
	if err := site.Define(s.Constants); err != nil {
		return err
	}
	wanted := map[string]any{
		"site": site.Root, "host": host, "database": database, "database_address": s.Database.Address, "password": site.Password,
		"language": s.Language, "multisite": s.Multisite, "activate": !s.Inactive,
	}
	if err := site.script(ctx, "install.php", wanted); err != nil {
		return err
	}
	if s.Multisite {
		network := map[string]any{"MULTISITE": true, "SUBDOMAIN_INSTALL": false, "DOMAIN_CURRENT_SITE": host, "PATH_CURRENT_SITE": "/", "SITE_ID_CURRENT_SITE": 1, "BLOG_ID_CURRENT_SITE": 1}
		if err := site.Define(network); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.Folder, "network"), nil, 0o600); err != nil { // router.php looks for it
			return fmt.Errorf("tell the router of the network: %w", err)
		}
	}
	return site.script(ctx, "activate.php", wanted)
}

// Define sets constants of wp-config.php, from the next request on.
func (s *Site) Define(constants map[string]any) error {
	maps.Copy(s.constants, constants)
	text, err := json.Marshal(s.constants)
	if err != nil {
		return fmt.Errorf("write the site's constants: %w", err)
	}
	file := s.ConstantsFile
	if err := os.WriteFile(file+".part", text, 0o600); err != nil {
		return fmt.Errorf("write the site's constants: %w", err)
	}
	if err := os.Rename(file+".part", file); err != nil {
		return fmt.Errorf("write the site's constants: %w", err)
	}
	return nil
}

// script runs one of the scripts, which get what they need to know as JSON.
func (s *Site) script(ctx context.Context, name string, wanted map[string]any) error {
	text, err := json.Marshal(wanted)
	if err != nil {
		return fmt.Errorf("say what is wanted: %w", err)
	}
	cmd := exec.CommandContext(ctx, "php", "-d", "display_errors=stderr", filepath.Join(s.folder, name))
	cmd.Env = append(os.Environ(), "DDAP_INSTALL="+string(text))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s of the site: %w\n%s%s", name, err, out, s.Complaints())
	}
	return nil
}

// workers are so many because a page may ask its own site, and the server calls
// it too.
const workers = "6"

func (s *Site) serve(ctx context.Context, host string) error {
	var err error
	s.program, err = programs.Start(programs.Spec{
		Name: "php", Path: "php", Log: filepath.Join(s.folder, "php.log"), Guarded: true, Env: []string{"PHP_CLI_SERVER_WORKERS=" + workers},
		Args: []string{
			"-d", "upload_max_filesize=64M", "-d", "post_max_size=64M", "-d", "memory_limit=256M", "-S", host, "-t", s.Root, filepath.Join(s.folder, "router.php"),
		},
	})
	if err != nil {
		return err //nolint:wrapcheck // says what was started
	}
	err = s.program.Until(ctx, "answering", func(ctx context.Context) bool {
		request, err := http.NewRequestWithContext(ctx, http.MethodHead, s.URL+"/wp-login.php", http.NoBody)
		if err != nil {
			return false
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, s.Complaints())
		s.Stop()
	}
	return err
}

// Complaints gives what PHP wrote into its log; empty is how it should be.
func (s *Site) Complaints() string {
	text, _ := os.ReadFile(s.DebugLog)
	var complaints strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, ownComplaint) {
			complaints.WriteString(line)
		}
	}
	return complaints.String()
}

// ownComplaint is part of what PHP 8 says of two functions of WordPress's own
// whenever it loads those of networks.
const ownComplaint = "Optional parameter $meta declared before required parameter $signup_id"

// Stop ends the site; its folder and database are for others to remove.
func (s *Site) Stop() {
	if s.program != nil {
		s.program.End()
	}
}
