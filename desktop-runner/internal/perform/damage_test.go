package perform_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// parquet makes a file and gives it with the place of its footer.
func parquet(t *testing.T) (good []byte, footer int) {
	t.Helper()
	dir := t.TempDir()
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: dir})
	require.NoError(t, err)
	_, _, err = db.WriteParquet(t.Context(), "a.parquet", "SELECT range AS id, 'secret' || md5(range::VARCHAR) AS s, range * 1.5 AS f FROM range(20000)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	good, err = os.ReadFile(filepath.Join(dir, "a.parquet"))
	require.NoError(t, err)
	return good, len(good) - 8 - int(binary.LittleEndian.Uint32(good[len(good)-8:]))
}

// damages are ways in which bytes go bad; random bytes come from a seed.
var damages = map[string]func(bad []byte, footer int, rng *rand.Rand){
	"junk footer": func(bad []byte, footer int, rng *rand.Rand) { junk(bad[footer:len(bad)-8], rng) },
	"footer with a wrong byte": func(bad []byte, footer int, rng *rand.Rand) {
		bad[footer+rng.IntN(len(bad)-8-footer)] ^= byte(1 + rng.IntN(255))
	},
	"wrong length": func(bad []byte, _ int, rng *rand.Rand) {
		binary.LittleEndian.PutUint32(bad[len(bad)-8:], rng.Uint32()>>rng.IntN(31))
	},
	"junk pages": func(bad []byte, footer int, rng *rand.Rand) { junk(bad[4:footer], rng) },
	"pages with wrong bytes": func(bad []byte, footer int, rng *rand.Rand) {
		for range 20 {
			bad[4+rng.IntN(footer-4)] ^= byte(1 + rng.IntN(255))
		}
	},
}

func junk(to []byte, rng *rand.Rand) {
	for i := range to {
		to[i] = byte(rng.Uint32())
	}
}

func TestRun_NamesADamagedParquetFile_AndNothingOfIt(t *testing.T) {
	t.Parallel()
	good, footer := parquet(t)
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := 0
			for seed := range uint64(12) {
				bad := append([]byte(nil), good...)
				damage(bad, footer, rand.New(rand.NewPCG(seed, 1)))
				path := filepath.Join(t.TempDir(), "b.parquet")
				require.NoError(t, os.WriteFile(path, bad, 0o600))
				p := planFor(t, operation.Fetch, `{"source":{"dataset":"birds"}}`, input("birds", path, result.Aggregates))
				out := run(t, p)
				if out.Failure == nil {
					continue // some bytes mean nothing
				}
				failed++
				require.Equalf(t, task.SourceUnreadable, out.Failure.Reason, "seed %d: %+v", seed, out.Failure)
				require.Regexpf(t, "^birds: it is (not a complete|a damaged) Parquet file", out.Failure.Message, "seed %d", seed)
				for _, secret := range []string{"secret", path, "b.parquet", "/"} {
					require.NotContains(t, out.Failure.Message, secret)
				}
			}
			require.Positive(t, failed)
		})
	}
}

func TestRun_SaysWhichOfManyFilesIsDamaged(t *testing.T) {
	t.Parallel()
	good, footer := parquet(t)
	for _, name := range []string{"junk footer", "junk pages"} {
		dir := t.TempDir()
		file := plan.File{Format: plan.Parquet, Policy: result.Rows}
		for i := range 3 {
			bytes := append([]byte(nil), good...)
			if i == 1 {
				damages[name](bytes, footer, rand.New(rand.NewPCG(1, 1)))
			}
			path := filepath.Join(dir, fmt.Sprintf("part%d.parquet", i))
			require.NoError(t, os.WriteFile(path, bytes, 0o600))
			if file.Path == "" {
				file.Path = path
			} else {
				file.More = append(file.More, path)
			}
		}
		in := plan.Input{Path: "params.source", Name: "birds", File: &file}
		out := run(t, planFor(t, operation.Fetch, `{"source":{"dataset":"birds"}}`, in))
		require.NotNil(t, out.Failure, name)
		require.Truef(t, strings.HasPrefix(out.Failure.Message, "birds: file 2 of 3 in the order of their names: it is a damaged Parquet file"), "%s: %s", name, out.Failure.Message)
	}
}

func TestRun_BlamesNoFile_ForAWrongQuestion(t *testing.T) {
	t.Parallel()
	good, _ := parquet(t)
	path := filepath.Join(t.TempDir(), "a.parquet")
	require.NoError(t, os.WriteFile(path, good, 0o600))
	out := run(t, planFor(t, operation.Filter, `{"source":{"dataset":"birds"},"where":{"column":"s","op":"matches","value":"(a"}}`, input("birds", path, result.Rows)))
	require.NotNil(t, out.Failure)
	require.NotContains(t, out.Failure.Message, "damaged")
}
