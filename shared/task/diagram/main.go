// Command diagram writes the picture of the task's states into docs/states.md,
// from the table of transitions.
package main

import (
	"fmt"
	"os"
	"strings"

	"ddap/shared/i18n"
	"ddap/shared/task"
)

// page is relative to shared/task, where go generate runs.
const page = "../../docs/states.md"

func main() {
	if err := os.WriteFile(page, []byte(text()), 0o644); err != nil { //nolint:gosec // a page of documentation that everybody may read
		fmt.Fprintln(os.Stderr, "write the state diagram:", err)
		os.Exit(1)
	}
}

func text() string {
	var b strings.Builder
	b.WriteString("# The states of a task\n\n" +
		"<!-- Generated from shared/task by `./task generate`; edit the table there. -->\n\n" +
		"Few states for machines, one reason for people. A step that is not drawn does not exist.\n\n" +
		"```mermaid\n" + task.Diagram() + "```\n\n" +
		"| state | shown as | in Indonesian | next |\n|---|---|---|---|\n")
	for _, s := range task.States() {
		fmt.Fprintf(&b, "| `%s` | %s %s | %s | %s |\n", s, s.Appearance().Glyph, i18n.State(s).EN, i18n.State(s).ID, next(s))
	}
	b.WriteString("\n## Reasons\n\nEvery waiting, failed and canceled task carries one.\n\n" +
		"| reason | what people read | in Indonesian |\n|---|---|---|\n")
	for _, r := range task.Reasons() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r, i18n.Reason(r).EN, i18n.Reason(r).ID)
	}
	return b.String()
}

func next(s task.State) string {
	if s.Final() {
		return "none; a retry makes a new task"
	}
	names := make([]string, 0, len(s.Next()))
	for _, to := range s.Next() {
		names = append(names, "`"+string(to)+"`")
	}
	return strings.Join(names, ", ")
}
