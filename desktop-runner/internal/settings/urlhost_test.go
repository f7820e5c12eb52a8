package settings_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
)

func TestFile_NamesFilesOfTheWeb(t *testing.T) {
	t.Parallel()
	path := config(t, `
server: http://127.0.0.1:1
url-hosts: data.example.org, http://inner:8080
url-limit: 10MiB
datasets:
  birds: {url: "https://data.example.org/birds.parquet?version=2"}
  odd: {url: "http://inner:8080/export", format: csv, delimiter: ";"}
`)
	s, err := read(t, nil, "--config", path)
	require.NoError(t, err)
	require.Equal(t, []settings.URLHost{{Name: "data.example.org"}, {Name: "inner:8080", Plain: true}}, s.URLHosts)
	require.Equal(t, int64(10<<20), s.URLBytes)
	require.Equal(t, []plan.Format{plan.Parquet, plan.CSV}, []plan.Format{s.Shares[0].Format, s.Shares[1].Format})
	require.Empty(t, s.Shares[0].Path)
	s, err = read(t, nil, "--server", "http://127.0.0.1:1")
	require.NoError(t, err)
	require.Empty(t, s.URLHosts, "no host is allowed unless the owner says so")
	require.Equal(t, int64(1<<30), s.URLBytes)
}
