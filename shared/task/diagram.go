package task

import "strings"

// Diagram draws the state machine as a Mermaid state diagram, from the table
// of transitions itself, so that the picture in docs/ cannot drift from it.
func Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, to := range Initial() {
		b.WriteString("    [*] --> " + string(to) + "\n")
	}
	for _, from := range States() {
		for _, to := range from.Next() {
			b.WriteString("    " + string(from) + " --> " + string(to) + "\n")
		}
		if from.Final() {
			b.WriteString("    " + string(from) + " --> [*]\n")
		}
	}
	return b.String()
}
