package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// TestEveryTaskEndsOnce_WhateverIsKilled kills, with many tasks on their way,
// the runner in the middle of one, the server in the middle of another, and
// PostgreSQL in the middle of a third.
func TestEveryTaskEndsOnce_WhateverIsKilled(t *testing.T) {
	t.Parallel()
	penguins, err := filepath.Abs("../../examples/data/penguins.json")
	require.NoError(t, err)
	h := newHouse(t, 1, "clouds="+clouds(t, 40_000)+":rows", "penguins="+penguins+":rows")
	var slowOnes, all []string
	for i := range 4 {
		slowOnes = append(slowOnes, h.create(fmt.Sprintf("slow %d", i), operation.Analyze, slow(20)))
		all = append(all, slowOnes[i])
		for k := range 3 {
			all = append(all, h.create(fmt.Sprintf("quick %d.%d", i, k), operation.Filter,
				fmt.Sprintf(`{"source":{"dataset":"penguins"},"limit":%d}`, 10*i+k+1)))
		}
	}

	h.awaitMiddle(slowOnes[0])
	children := programs.Children(h.working.PID())
	h.working.Kill()
	h.await("no child outlives the runner", func() bool { return !anyAlive(children) })
	h.startRunner()

	h.awaitMiddle(slowOnes[1])
	h.serving.Kill()
	h.startServer()

	h.awaitMiddle(slowOnes[2])
	h.killDatabase()

	for _, id := range all {
		h.awaitEnd(id)
	}
	h.requireResults(all, slowOnes)
	first, err := h.client.Task(t.Context(), slowOnes[0])
	require.NoError(t, err)
	require.Equal(t, 2, first.Attempt, "the runner that came back began the task anew")
	second, err := h.client.Task(t.Context(), slowOnes[1])
	require.NoError(t, err)
	require.Equal(t, 1, second.Attempt, "the time without a server does not count against a lease")
	third, err := h.client.Task(t.Context(), slowOnes[2])
	require.NoError(t, err)
	require.Equal(t, 1, third.Attempt, "nor does the time without a database")
}

// requireResults looks at every task: it ended once, with a result, and equal
// questions have equal answers.
func (h *house) requireResults(all, slowOnes []string) {
	h.t.Helper()
	documents := map[string]*result.Document{}
	for _, id := range all {
		h.requireEndedOnce(id)
		ended, view := h.awaitEnd(id)
		require.Equalf(h.t, task.Succeeded, ended.State, "%s: %s", ended.Name, ended.Message)
		require.NotNil(h.t, view.Result)
		documents[id] = view.Result
		if ended.OperationCode == int(operation.Filter) {
			var i, k int64
			_, err := fmt.Sscanf(ended.Name, "quick %d.%d", &i, &k)
			require.NoError(h.t, err)
			require.Equal(h.t, 10*i+k+1, view.Result.Dataset.Rows, ended.Name)
		}
	}
	for _, id := range slowOnes[1:] {
		require.Equal(h.t, documents[slowOnes[0]].Tables, documents[id].Tables)
		require.Equal(h.t, documents[slowOnes[0]].Metrics, documents[id].Metrics)
	}
	counts, err := h.client.Tasks(h.t.Context(), taskFilter())
	require.NoError(h.t, err)
	require.Equal(h.t, len(all), counts.Counts[task.Succeeded])
}

// killDatabase kills the server's PostgreSQL as a failing machine would.
func (h *house) killDatabase() {
	h.t.Helper()
	for _, process := range programs.Mentioning(h.folder) {
		if process.Command != "postgres" { // its own processes name no folder
			continue
		}
		p, err := os.FindProcess(process.PID)
		require.NoError(h.t, err)
		require.NoError(h.t, p.Kill())
		return
	}
	require.Fail(h.t, "the server has no PostgreSQL of its own")
}

func anyAlive(these []programs.Process) bool {
	for _, now := range programs.Processes() {
		for _, p := range these {
			if now.PID == p.PID && now.Line == p.Line {
				return true
			}
		}
	}
	return false
}
