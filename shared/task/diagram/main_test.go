package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatesPage_IsFresh(t *testing.T) {
	t.Parallel()
	// The page stands one folder further up from here than from shared/task.
	page, err := os.ReadFile("../" + page)
	require.NoError(t, err)
	require.Equal(t, text(), string(page), "docs/states.md is stale; ./task generate writes it")
}
