package machine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/machine"
	"ddap/desktop-runner/internal/plan"
)

func TestFacts_Share(t *testing.T) {
	t.Parallel()
	facts := machine.Facts{CPUs: 8, MemoryBytes: 16 << 30}
	require.Equal(t, plan.Limits{MemoryBytes: 8 << 30, Threads: 8}, facts.Share(plan.Limits{}, 1))
	require.Equal(t, plan.Limits{MemoryBytes: 2 << 30, Threads: 2}, facts.Share(plan.Limits{}, 4))
	require.Equal(t, plan.Limits{MemoryBytes: 1, Threads: 3}, facts.Share(plan.Limits{MemoryBytes: 1, Threads: 3}, 4))
	require.Equal(t, plan.Limits{Threads: 1}, machine.Facts{CPUs: 1}.Share(plan.Limits{}, 4), "unknown memory stays unlimited")
}
