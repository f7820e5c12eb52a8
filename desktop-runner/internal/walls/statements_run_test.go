//go:build linux

package walls_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/sandbox"
)

// requireWholeSandbox: a wall that is down must not pass for one that holds.
func requireWholeSandbox(t *testing.T) {
	t.Helper()
	if missing := sandbox.Probe().Missing(); len(missing) > 0 {
		require.Emptyf(t, os.Getenv("CI"), "CI must try the whole wall: %v", missing)
		t.Skip("this kernel does not offer the whole sandbox: " + strings.Join(missing, "; "))
	}
}

func eachStatement(t *testing.T, do func(t *testing.T, s statement)) {
	t.Helper()
	tried := 0
	for kind, list := range statements {
		for _, s := range list {
			tried++
			t.Run(kind+"/"+s.name, func(t *testing.T) { t.Parallel(); do(t, s) })
		}
	}
	require.GreaterOrEqual(t, tried, 100)
}

func TestStatements_AreRefusedByDuckDBAlone(t *testing.T) {
	t.Parallel()
	eachStatement(t, func(t *testing.T, s statement) {
		w := newWorld(t)
		a := ask(t, w, s.sql, true, false)
		require.NotEmpty(t, a.Refused, "got rows %s", a.Rows)
		require.NotContains(t, a.Rows, mark)
		w.requireNoTrace(t)
		require.Regexp(t, `^[A-Z][^/'"]+\.$`, a.Leaves, "one sentence, without a path or a quotation")
		require.NotContains(t, a.Leaves, mark)
	})
}

func TestStatements_AreRefusedByTheSystemAlone(t *testing.T) {
	t.Parallel()
	requireWholeSandbox(t)
	eachStatement(t, func(t *testing.T, s statement) {
		w := newWorld(t)
		a := ask(t, w, s.sql, false, true)
		require.NotContains(t, a.Rows, mark)
		w.requireNoTrace(t)
		// Where a folder may not be listed, a pattern finds nothing, which is
		// as good as a refusal.
		stopped := a.Refused != "" || a.Rows == "[]"
		if s.stop == byDuckDB {
			require.NotEmpty(t, s.why)
			require.Empty(t, a.Refused, "the table says that only DuckDB refuses this")
			return
		}
		require.True(t, stopped, "got rows %s", a.Rows)
	})
}

// With no wall at all the attempts are real: they read, write and call. Else the
// tests above would hold whatever the walls do.
func TestStatements_DoTheirHarm_WithoutAnyWall(t *testing.T) {
	t.Parallel()
	eachStatement(t, func(t *testing.T, s statement) {
		if s.stop != both {
			require.NotEmpty(t, s.why)
			return // it asks for nothing that is there to be had
		}
		w := newWorld(t)
		a := ask(t, w, s.sql, false, false)
		require.NotContains(t, a.Refused, "Permission denied")
		require.NotContains(t, a.Refused, "not permitted")
	})
}
