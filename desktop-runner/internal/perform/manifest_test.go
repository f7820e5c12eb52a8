package perform_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// shared is a file of 13 rows with what the agent knows of it.
func shared(t *testing.T, policy result.Policy) plan.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), "payroll-of-anna.csv")
	require.NoError(t, os.WriteFile(path, []byte("a,b\n"+strings.Repeat("1,x\n", 13)), 0o600))
	in := input("payroll", path, policy)
	sum, err := source.Digest(t.Context(), *in.File)
	require.NoError(t, err)
	in.Origin = plan.Origin{Kind: result.SourceFile, Name: "payroll-of-anna.csv", SHA256: sum, Stamp: sharepath.Stamp([]string{path}).Stamp}
	return in
}

func manifest(t *testing.T, in plan.Input) *result.Manifest {
	t.Helper()
	out := succeed(t, planFor(t, operation.Fetch, `{"source":{"dataset":"payroll"},"columns":["a"],"limit":5,"preview_rows":0,"profile":false}`, in))
	require.NotNil(t, out.Document.Manifest)
	return out.Document.Manifest
}

func TestFetch_SaysWhichDataItWas(t *testing.T) {
	t.Parallel()
	in := shared(t, result.Rows)
	m := manifest(t, in)
	require.Regexp(t, `^DuckDB v1\.\d+\.\d+$`, m.Engine)
	m.Engine = ""
	require.Equal(t, &result.Manifest{
		Source: result.ManifestSource{Kind: result.SourceFile, Format: "csv", Name: "payroll-of-anna.csv", Files: 1, Revision: "1"},
		Rows:   new(int64(13)), Bytes: new(int64(4 + 13*4)), SHA256: in.Origin.SHA256, SHA256State: result.HashKnown, ColumnCount: 2,
		Columns: []result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Text}},
	}, m, "of the whole source, whatever part was asked for")
}

func TestFetch_NamesNoHash_ThatIsNotThatOfTheDataWhichWasRead(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, in *plan.Input){
		"not computed yet":  func(_ *testing.T, in *plan.Input) { in.Origin.SHA256 = "" },
		"of an older agent": func(_ *testing.T, in *plan.Input) { in.Origin = plan.Origin{} },
		"changed since": func(t *testing.T, in *plan.Input) {
			t.Helper()
			require.NoError(t, os.WriteFile(in.File.Path, []byte("a,b\n2,y\n3,z\n4,x\n5,x\n6,x\n"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := shared(t, result.Rows)
			change(t, &in)
			m := manifest(t, in)
			require.Equal(t, result.HashPending, m.SHA256State)
			require.Empty(t, m.SHA256)
			require.Equal(t, result.SourceFile, m.Source.Kind)
		})
	}
	for _, kind := range []result.SourceKind{result.SourceOutput, result.SourceConnection, "a newer one"} {
		in := shared(t, result.Rows)
		in.Origin = plan.Origin{Kind: kind}
		require.Equal(t, result.HashNone, manifest(t, in).SHA256State, "nobody computes that of %s", kind)
	}
}

// The exact size of two revisions differs by what one person was added with, and
// a hash confirms a guess of a small file.
func TestFetch_SaysOfSummariesOnly_NoMoreThanTheListOfDatasets(t *testing.T) {
	t.Parallel()
	in := shared(t, result.Aggregates)
	m := manifest(t, in)
	require.Equal(t, result.ManifestSource{Kind: result.SourceFile, Format: "csv", Revision: "1"}, m.Source)
	require.Equal(t, new(int64(10)), m.Rows)
	require.True(t, m.RowsApproximate)
	require.Nil(t, m.Bytes)
	require.Equal(t, result.HashWithheld, m.SHA256State)
	require.Empty(t, m.SHA256)
	require.Len(t, m.Columns, 2)
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	for _, secret := range []string{in.Origin.SHA256, in.Origin.Stamp, "anna", "13"} {
		require.NotContains(t, string(raw), secret)
	}
	in.File.MinGroupSize = 20
	require.Nil(t, manifest(t, in).Rows, "not even that there are fewer than a group, by a zero")
}

func TestFetch_ListsSoManyColumnsOfAWideSource_ThatTheDocumentStaysSmall(t *testing.T) {
	t.Parallel()
	names := make([]string, 3000)
	for i := range names {
		names[i] = fmt.Sprintf("a_rather_long_name_of_a_column_%d", i)
	}
	path := filepath.Join(t.TempDir(), "wide.csv")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(names, ",")+"\n"+strings.Repeat("1,", 2999)+"1\n"), 0o600))
	out := succeed(t, planFor(t, operation.Fetch, `{"source":{"dataset":"wide"},"preview_rows":0,"profile":false}`, input("wide", path, result.Rows)))
	require.Equal(t, 3000, out.Document.Manifest.ColumnCount)
	require.Len(t, out.Document.Manifest.Columns, result.MaxManifestColumns)
}
