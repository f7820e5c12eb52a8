package main

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // G501: how WordPress names its files
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// compile writes what WordPress reads of a translation: one file for PHP, and
// one for each script with texts.
func (p plugin) compile(ctx context.Context, locale string) error {
	file := p.catalogue(locale)
	if _, err := gettext(ctx, string(p), "msgfmt", "--output-file="+absolute(strings.TrimSuffix(file, ".po")+".mo"), file); err != nil {
		return err
	}
	messages, err := read(file)
	if err != nil {
		return err
	}
	old, _ := filepath.Glob(p.path("languages", domain+"-"+locale+"-*.json"))
	for _, stale := range old {
		if err := os.Remove(stale); err != nil {
			return fmt.Errorf("remove the translation of a script: %w", err)
		}
	}
	for _, script := range scripts(messages) {
		text, err := forScript(messages, script, locale)
		if err != nil {
			return err
		}
		sum := md5.Sum([]byte(script)) //nolint:gosec // G401: how WordPress names its files
		name := p.path("languages", domain+"-"+locale+"-"+hex.EncodeToString(sum[:])+".json")
		if err := os.WriteFile(name, text, 0o644); err != nil { //nolint:gosec // G306: part of the repository
			return fmt.Errorf("write the translation of a script: %w", err)
		}
	}
	return nil
}

// scripts lists the scripts in which messages stand.
func scripts(messages []*message) []string {
	var found []string
	for _, m := range messages {
		for _, file := range m.Files {
			if strings.HasSuffix(file, ".js") && !slices.Contains(found, file) {
				found = append(found, file)
			}
		}
	}
	return found
}

// forScript gives the translations of one script, as wp.i18n takes them.
func forScript(messages []*message, script, locale string) ([]byte, error) {
	data := map[string]any{}
	for _, m := range messages {
		switch {
		case m.ID == "":
			data[""] = map[string]string{"domain": "messages", "lang": locale, "plural-forms": m.pluralForms()}
		case slices.Contains(m.Files, script) && m.incomplete() == "":
			key := m.ID
			if m.Context != "" {
				key = m.Context + "\x04" + m.ID
			}
			data[key] = m.Translations
		}
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "\t")
	err := out.Encode(map[string]any{"domain": "messages", "source": script, "locale_data": map[string]any{"messages": data}})
	if err != nil {
		return nil, fmt.Errorf("write the translation of %s: %w", script, err)
	}
	return b.Bytes(), nil
}
