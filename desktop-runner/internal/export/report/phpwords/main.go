// Command phpwords writes the words of results, in both languages, for the
// WordPress plugin: it says the same as reports do.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"ddap/desktop-runner/internal/export/report"
)

// page is relative to the package report, where go generate runs.
const page = "../../../../wordpress-plugin/includes/result-words.json"

func main() {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	err := e.Encode(report.Words())
	if err == nil {
		err = os.WriteFile(page, b.Bytes(), 0o644) //nolint:gosec // what everybody may read
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "write the words of results:", err)
		os.Exit(1)
	}
}
