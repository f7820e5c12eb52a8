package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sample is a plugin with a text of each kind.
func sample(t *testing.T) plugin {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"ddap-data-analysis.php": "<?php\n/**\n * Plugin Name:       DDAP Data Analysis\n * Version: 1\n */\n",
		"includes/rows.php": "<?php\nesc_html_e( 'Rows', 'ddap-data-analysis' );\n/* translators: %s: a number. */\n" +
			"_n( '%s row', '%s rows', $n, 'ddap-data-analysis' );\n_x( 'Post', 'a verb', 'ddap-data-analysis' );\n",
		"assets/js/ask.js":        "const { __ } = wp.i18n;\n__( 'Asking \"you\"…', 'ddap-data-analysis' );\n__( 'Rows', 'ddap-data-analysis' );\n",
		"assets/js/still.js":      "document.title = '';\n",
		"assets/vendor/other.js":  "__( 'Of others', 'other' );\n",
		"tests/rows-test.php":     "<?php\n__( 'Of a test', 'ddap-data-analysis' );\n",
		"blocks/table/block.json": `{"title": "Analysis result", "description": "Shows it.", "keywords": ["chart"]}`,
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return plugin(folder)
}

// translate puts a translation into the catalogue in place of nothing.
func translate(t *testing.T, p plugin, from, to string) {
	t.Helper()
	text, err := os.ReadFile(p.catalogue("id_ID"))
	require.NoError(t, err)
	require.Contains(t, string(text), from)
	require.NoError(t, os.WriteFile(p.catalogue("id_ID"), []byte(strings.Replace(string(text), from, to, 1)), 0o600))
}

func TestWrite_CollectsWhatPeopleRead(t *testing.T) {
	t.Parallel()
	p := sample(t)
	require.NoError(t, write(t.Context(), p))
	template, err := os.ReadFile(p.template())
	require.NoError(t, err)
	for _, part := range []string{
		"#: ddap-data-analysis.php\nmsgid \"DDAP Data Analysis\"", "#: assets/js/ask.js includes/rows.php\nmsgid \"Rows\"", `msgid "Asking \"you\"…"`,
		"#. translators: %s: a number.\n", "msgid_plural \"%s rows\"", "msgctxt \"a verb\"\nmsgid \"Post\"", "msgctxt \"block title\"\nmsgid \"Analysis result\"", `msgid "chart"`,
	} {
		require.Contains(t, string(template), part)
	}
	require.NotContains(t, string(template), "Of others")
	require.NotContains(t, string(template), "Of a test")
	require.NotContains(t, string(template), "Creation-Date")
	require.NoError(t, write(t.Context(), p))
	again, err := os.ReadFile(p.template())
	require.NoError(t, err)
	require.Equal(t, string(template), string(again), "what has not changed is not written anew")
}

func TestWrite_KeepsTranslationsAndGivesThemToScripts(t *testing.T) {
	t.Parallel()
	p := sample(t)
	require.NoError(t, write(t.Context(), p))
	translate(t, p, "msgid \"Rows\"\nmsgstr \"\"", "msgid \"Rows\"\nmsgstr \"Baris\"")
	require.NoError(t, write(t.Context(), p))
	// md5sum of "assets/js/ask.js"; a script without texts has no file.
	files, err := filepath.Glob(p.path("languages", "*.json"))
	require.NoError(t, err)
	require.Equal(t, []string{p.path("languages", "ddap-data-analysis-id_ID-c8c0347a2a33f84d3dcaaec0d5441b43.json")}, files)
	text, err := os.ReadFile(files[0])
	require.NoError(t, err)
	var jed struct {
		LocaleData struct {
			Messages map[string]json.RawMessage
		} `json:"locale_data"`
	}
	require.NoError(t, json.Unmarshal(text, &jed))
	require.JSONEq(t, `["Baris"]`, string(jed.LocaleData.Messages["Rows"]))
	require.Len(t, jed.LocaleData.Messages, 2, "what is not translated stays away, so that English is shown")
	require.FileExists(t, p.path("languages", "ddap-data-analysis-id_ID.mo"))
}

func TestVerify_NamesWhatIsNotTranslated(t *testing.T) {
	t.Parallel()
	p := sample(t)
	require.NoError(t, write(t.Context(), p))
	require.ErrorContains(t, verify(t.Context(), p), `not translated: "Rows"`)
	translate(t, p, "msgid \"Rows\"\nmsgstr \"\"", "#, fuzzy\nmsgid \"Rows\"\nmsgstr \"Baris\"")
	require.ErrorContains(t, verify(t.Context(), p), `only guessed: "Rows"`)
	translate(t, p, "#, fuzzy\n", "")
	err := verify(t.Context(), p)
	require.Error(t, err)
	require.NotContains(t, err.Error(), `"Rows"`)
	translate(t, p, "msgstr[0] \"\"", "msgstr[0] \"%d baris\"")
	require.ErrorContains(t, verify(t.Context(), p), "format specifications", "a placeholder that is another is an error")
}
