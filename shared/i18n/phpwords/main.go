// Command phpwords writes the words of states and reasons, in both languages,
// for the WordPress plugin: it shows the same sentences as all other screens.
package main

import (
	"fmt"
	"os"
	"strings"

	"ddap/shared/i18n"
	"ddap/shared/task"
)

// page is relative to shared/i18n, where go generate runs.
const page = "../../wordpress-plugin/includes/words.php"

func main() {
	if err := os.WriteFile(page, []byte(text()), 0o644); err != nil { //nolint:gosec // source code that everybody may read
		fmt.Fprintln(os.Stderr, "write the plugin's words:", err)
		os.Exit(1)
	}
}

func text() string {
	var b strings.Builder
	b.WriteString(`<?php
/**
 * The words of states and reasons.
 *
 * Generated from shared/i18n and shared/task by ` + "`./task generate`" + `; edit them there.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

return array(
`)
	b.WriteString("\t'states'         => array(\n")
	for _, s := range task.States() {
		look, word := s.Appearance(), i18n.State(s)
		entry(&b, string(s), [][2]string{
			{"glyph", look.Glyph}, {"light", look.Light}, {"dark", look.Dark}, {"en", word.EN}, {"id", word.ID},
		})
	}
	b.WriteString("\t),\n\t'reasons'        => array(\n")
	for _, r := range task.Reasons() {
		sentence(&b, string(r), i18n.Reason(r))
	}
	b.WriteString("\t),\n\t'runner_reasons' => array(\n")
	for _, r := range task.RunnerReasons() {
		sentence(&b, string(r), i18n.RunnerReason(r))
	}
	b.WriteString("\t),\n);\n")
	return b.String()
}

// sentence writes a text in both languages.
func sentence(b *strings.Builder, name string, t i18n.Text) {
	entry(b, name, [][2]string{{"en", t.EN}, {"id", t.ID}})
}

// entry writes an array of named texts, aligned as WordPress's coding standards ask.
func entry(b *strings.Builder, name string, texts [][2]string) {
	widest := 0
	for _, t := range texts {
		widest = max(widest, len(t[0]))
	}
	fmt.Fprintf(b, "\t\t%s => array(\n", quote(name))
	for _, t := range texts {
		fmt.Fprintf(b, "\t\t\t%s%s => %s,\n", quote(t[0]), strings.Repeat(" ", widest-len(t[0])), quote(t[1]))
	}
	b.WriteString("\t\t),\n")
}

// quote writes a PHP string in which nothing is interpreted.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
