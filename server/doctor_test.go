package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
)

func TestDoctor_ExitsWithWhatItFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, out, stderr := execute(t, nil, "doctor", "--listen", "127.0.0.1:0", "--data-dir", filepath.Join(dir, "new"), "--database-url", pgtest.Database(t))
	require.Zero(t, code, out+stderr)
	require.Contains(t, out, "the first start makes")

	code, out, stderr = execute(t, nil, "doctor", "--listen", "203.0.113.1:1", "--data-dir", filepath.Join(dir, "new"),
		"--database-url", pgtest.Database(t), "--tls-cert", filepath.Join(dir, "none"), "--tls-key", filepath.Join(dir, "none"), "--output", "json")
	require.Equal(t, 1, code, out+stderr)
	require.Contains(t, stderr, "2 of 16 checks found something wrong")
	var got struct {
		Healthy  bool
		Findings []struct{ Check, Status, Message, Remedy string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.False(t, got.Healthy)
	require.Len(t, got.Findings, 16)

	code, _, stderr = execute(t, nil, "doctor", "--output", "xml")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "--output must be text or json")
}
