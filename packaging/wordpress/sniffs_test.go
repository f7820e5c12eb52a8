package wordpress_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sniffs is the folder with the plugin's own rules for phpcs.
var sniffs = filepath.Join("..", "..", "wordpress-plugin", "tests", "sniffs", "DDAP")

// expectation is what an example says of its line: that a rule finds something.
var expectation = regexp.MustCompile(`// expect: (\S+)`)

// TestSniffs_FindWhatTheyAreFor and nothing else: each example marks the lines
// that break a rule.
func TestSniffs_FindWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob(filepath.Join(sniffs, "Tests", "*.inc"))
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	expected := map[string]bool{}
	for _, example := range examples {
		text, err := os.ReadFile(example)
		require.NoError(t, err)
		var want []string
		for i, line := range strings.Split(string(text), "\n") {
			for _, found := range expectation.FindAllStringSubmatch(line, -1) {
				want = append(want, fmt.Sprintf("%d %s", i+1, found[1]))
				expected[strings.SplitN(found[1], ".", 2)[0]] = true
			}
		}
		require.Equal(t, want, sniff(t, example), filepath.Base(example))
	}
	rules, err := filepath.Glob(filepath.Join(sniffs, "Sniffs", "*", "*Sniff.php"))
	require.NoError(t, err)
	for _, rule := range rules {
		require.Truef(t, expected[strings.TrimSuffix(filepath.Base(rule), "Sniff.php")], "no example shows that %s can fail", rule)
	}
}

// sniff gives what the rules find in a file, as "LINE Rule.Kind". That a file
// guards itself is asked only of the examples for it.
func sniff(t *testing.T, file string) []string {
	t.Helper()
	args := []string{"--standard=" + sniffs, "--extensions=inc", "--report=json", "-q"}
	if !strings.HasPrefix(filepath.Base(file), "guard") {
		args = append(args, "--exclude=DDAP.Files.Guard")
	}
	out, err := exec.CommandContext(t.Context(), "phpcs", append(args, file)...).Output()
	if exit := (*exec.ExitError)(nil); err != nil {
		require.ErrorAs(t, err, &exit, "./task setup:test installs phpcs")
	}
	var report struct {
		Files map[string]struct {
			Messages []struct {
				Line   int
				Source string
			}
		}
	}
	require.NoError(t, json.Unmarshal(out, &report), string(out))
	var found []string
	for _, of := range report.Files {
		for _, message := range of.Messages {
			parts := strings.Split(message.Source, ".")
			found = append(found, fmt.Sprintf("%d %s", message.Line, strings.Join(parts[2:], ".")))
		}
	}
	return slices.Compact(found)
}
