package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// domain is the plugin's text domain, by which WordPress finds its translations.
const domain = "ddap-data-analysis"

// header begins the template. It names no time: what has not changed is not
// written anew.
const header = `# Texts of the plugin DDAP Data Analysis.
# This file is distributed under the GPL-2.0-or-later.
msgid ""
msgstr ""
"Project-Id-Version: DDAP Data Analysis\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"X-Domain: ddap-data-analysis\n"

`

// headers are what a new translation begins with, beside what the template has.
var headers = map[string]string{
	"id_ID": "\"Language: id_ID\\n\"\n\"Plural-Forms: nplurals=1; plural=0;\\n\"\n",
}

// keywords are WordPress's functions that take texts, as xgettext has them: the
// place of the text, of its plural, and of what tells it from the same text
// elsewhere.
var keywords = []string{
	"__:1", "_e:1", "esc_html__:1", "esc_html_e:1", "esc_attr__:1", "esc_attr_e:1", "_x:1,2c", "_ex:1,2c", "esc_html_x:1,2c", "esc_attr_x:1,2c",
	"_n:1,2", "_nx:1,2,4c", "_n_noop:1,2", "_nx_noop:1,2,3c",
}

// plugin is the folder of the plugin.
type plugin string

func (p plugin) path(parts ...string) string {
	return filepath.Join(append([]string{string(p)}, parts...)...)
}

func (p plugin) template() string { return p.path("languages", domain+".pot") }

func (p plugin) catalogue(locale string) string {
	return p.path("languages", domain+"-"+locale+".po")
}

// gettext runs one of gettext's programs in a folder.
func gettext(ctx context.Context, folder, program string, args ...string) ([]byte, error) {
	for i, arg := range args {
		if strings.HasPrefix(arg, folder) {
			absolute, err := filepath.Abs(arg)
			if err != nil {
				return nil, fmt.Errorf("find %s: %w", arg, err)
			}
			args[i] = absolute
		}
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	var said bytes.Buffer
	cmd.Stderr = &said // warnings too, of which only those of a failure matter
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s (./task setup:verify installs gettext): %w\n%s", program, err, said.Bytes())
	}
	return out, nil
}

// collect writes the template from what the plugin's PHP, scripts, header and
// blocks say.
func (p plugin) collect(ctx context.Context) error {
	files, err := p.sources()
	if err != nil {
		return err
	}
	extra, err := p.metadata()
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(p.path(metadataFile)) }()
	if err := os.WriteFile(p.path(metadataFile), extra, 0o600); err != nil {
		return fmt.Errorf("note the texts of the header and the blocks: %w", err)
	}
	args := []string{"--from-code=UTF-8", "--add-comments=translators:", "--add-location=file", "--sort-by-file", "--no-wrap", "--output=-", "--keyword"}
	for _, keyword := range keywords {
		args = append(args, "--keyword="+keyword)
	}
	out, err := gettext(ctx, string(p), "xgettext", append(append(args, metadataFile), files...)...)
	if err != nil {
		return err
	}
	_, text, _ := strings.Cut(string(out), "\n\n") // after its own header, which has the time
	text = strings.ReplaceAll(text, metadataFile, domain+".php")
	if err := os.WriteFile(p.template(), []byte(header+text), 0o644); err != nil { //nolint:gosec // G306: part of the repository
		return fmt.Errorf("write the template: %w", err)
	}
	return nil
}

// sources are the files with texts, but for what others have made and what tests.
func (p plugin) sources() ([]string, error) {
	var files []string
	err := filepath.WalkDir(string(p), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(string(p), path)
		switch {
		case err != nil:
			return fmt.Errorf("name %s: %w", path, err)
		case entry.IsDir() && (name == "tests" || name == "languages" || entry.Name() == "vendor"):
			return filepath.SkipDir
		case filepath.Ext(name) == ".php" || filepath.Ext(name) == ".js":
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for files with texts: %w", err)
	}
	return files, nil
}

// metadataFile holds what stands in no call of a function, while it is collected.
const metadataFile = "texts-of-metadata.php"

var headerLine = regexp.MustCompile(`(?m)^ \* (?:Plugin Name|Description|Author): +(.+)$`)

// metadata gives the texts of the plugin's header and of its blocks as PHP, in
// the contexts in which WordPress looks for them.
func (p plugin) metadata() ([]byte, error) {
	main, err := os.ReadFile(p.path(domain + ".php"))
	if err != nil {
		return nil, fmt.Errorf("read the plugin's header: %w", err)
	}
	var b strings.Builder
	b.WriteString("<?php\n")
	quote := func(text string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
	}
	for _, found := range headerLine.FindAllSubmatch(main, -1) {
		fmt.Fprintf(&b, "__( %s );\n", quote(string(found[1])))
	}
	blocks, _ := filepath.Glob(p.path("blocks", "*", "block.json"))
	for _, file := range blocks {
		var block struct {
			Title       string   `json:"title"`
			Description string   `json:"description"`
			Keywords    []string `json:"keywords"`
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a block: %w", err)
		}
		if err := json.Unmarshal(text, &block); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		fmt.Fprintf(&b, "_x( %s, 'block title' );\n_x( %s, 'block description' );\n", quote(block.Title), quote(block.Description))
		for _, keyword := range block.Keywords {
			fmt.Fprintf(&b, "_x( %s, 'block keyword' );\n", quote(keyword))
		}
	}
	return []byte(b.String()), nil
}

// merge brings a translation up to date with the template: texts that are gone
// go, new ones come without a translation, and nothing is guessed.
func (p plugin) merge(ctx context.Context, locale string) error {
	file := p.catalogue(locale)
	if _, err := os.Stat(file); err != nil {
		begin := strings.TrimSuffix(header, "\n") + headers[locale] + "\n"
		if err := os.WriteFile(file, []byte(begin), 0o644); err != nil { //nolint:gosec // G306: part of the repository
			return fmt.Errorf("begin a translation: %w", err)
		}
	}
	if _, err := gettext(ctx, string(p), "msgmerge", "--quiet", "--update", "--backup=none", "--no-fuzzy-matching", "--no-wrap", "--sort-by-file", "--add-location=file", file, p.template()); err != nil {
		return err
	}
	_, err := gettext(ctx, string(p), "msgattrib", "--no-obsolete", "--no-wrap", "--sort-by-file", "--add-location=file", "--output-file="+absolute(file), file)
	return err
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
