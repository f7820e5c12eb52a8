package embeddedpg

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChooseTools_TakesTheOldestThatFit(t *testing.T) {
	t.Parallel()
	found := []Tools{{Dir: "17", Major: 17}, {Dir: "16", Major: 16}, {Dir: "14", Major: 14}}
	for major, want := range map[int]int{14: 14, 15: 16, 16: 16, 17: 17} {
		got, err := chooseTools(found, major)
		require.NoError(t, err)
		require.Equal(t, want, got.Major)
	}
	_, err := chooseTools(found, 18)
	var none *NoToolsError
	require.ErrorAs(t, err, &none)
	require.ErrorContains(t, err, "PostgreSQL 18 or newer are needed, and installed is 14, 16, 17")
}

func TestTools_ConnectWithoutASecretOnTheCommandLine(t *testing.T) {
	t.Parallel()
	cmd, err := Tools{Dir: "/bin"}.command(t.Context(), "pg_dump",
		"postgres://me:s3cret%40@db.example:5433/main?sslmode=verify-full&sslrootcert=/ca.pem&read_timeout=5s", "--format=custom")
	require.NoError(t, err)
	require.NotContains(t, strings.Join(cmd.Args, " "), "s3cret")
	for _, want := range []string{
		"PGHOST=db.example", "PGPORT=5433", "PGUSER=me", "PGPASSWORD=s3cret@", "PGDATABASE=main", "PGSSLMODE=verify-full", "PGSSLROOTCERT=/ca.pem",
	} {
		require.Contains(t, cmd.Env, want)
	}
	_, err = Tools{}.command(t.Context(), "pg_dump", "postgres://me:s3cret@%zz/")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "s3cret")
}
