package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun_PacksThePluginWithoutItsTests_AlwaysTheSame(t *testing.T) {
	plugin := filepath.Join("..", "..", "..", "wordpress-plugin")
	first, second := filepath.Join(t.TempDir(), "a.zip"), filepath.Join(t.TempDir(), "new", "b.zip")
	require.NoError(t, run(plugin, first))
	require.NoError(t, run(plugin, second))

	a, err := os.ReadFile(first)
	require.NoError(t, err)
	b, err := os.ReadFile(second)
	require.NoError(t, err)
	assert.Equal(t, a, b)

	archive, err := zip.OpenReader(first)
	require.NoError(t, err)
	t.Cleanup(func() { _ = archive.Close() })
	var names []string
	for _, file := range archive.File {
		names = append(names, file.Name)
		assert.True(t, strings.HasPrefix(file.Name, "ddap-data-analysis/"), file.Name)
		assert.NotContains(t, file.Name, "/tests/")
	}
	assert.Contains(t, names, "ddap-data-analysis/ddap-data-analysis.php")
	assert.Contains(t, names, "ddap-data-analysis/readme.txt")
}
