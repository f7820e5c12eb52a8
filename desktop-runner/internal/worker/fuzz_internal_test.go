package worker

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
)

// FuzzOrder holds that a child which was given a complete order can put up its
// sandbox for it, and opens no file that the order does not name.
func FuzzOrder(f *testing.F) {
	for _, seed := range []string{
		`{"plan":{"task_id":"t","attempt":1,"operation_code":100,"params":{},"inputs":[{"path":"params.source","name":"d","file":{"path":"/a.csv","format":"csv","policy":"rows","more":["/b.csv"]}}],"work_dir":"/w","limits":{"memory_bytes":1,"disk_bytes":2,"timeout_ns":3}}}`,
		`{"plan":{"inputs":[{"document":{"version":1}},{}]}}`,
		`{"inspect":{"file":{"path":"/a.csv","reading":{"delimiter":";","na_values":[]}},"work_dir":"/w"},"require_sandbox":true}`,
		`{"digest":{"file":{"path":"/a.csv"}}}`, `{"plan":{},"inspect":{}}`, `{}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var o order
		if json.NewDecoder(bytes.NewReader(raw)).Decode(&o) != nil || !o.complete() {
			return
		}
		for _, path := range o.policy().Read {
			if path != "" {
				// The JSON may write it with escapes; the order as it is written now does not.
				written, err := json.Marshal(o)
				require.NoError(t, err)
				quoted, err := json.Marshal(path)
				require.NoError(t, err)
				require.Contains(t, string(written), string(quoted))
			}
		}
		require.Positive(t, o.fileBytes())
		_ = o.limits()
		require.NotPanics(t, func() { _ = workFolder(o) })
	})
}

// FuzzListen holds that whatever a child sends ends in messages or in one error,
// and that no more than one outcome counts.
func FuzzListen(f *testing.F) {
	for _, seed := range []string{
		`{"progress":{"stage":"reading","fraction":0.5,"remaining_seconds":20}}` + "\n" + `{"outcome":{"failure":{"reason":"timeout","message":"m"}}}` + "\n",
		`{"description":{"format":"csv","columns":[]}}` + "\n" + `{"outcome":{}}` + "\n", `{"sha256":"00"}` + "\n",
		"{}\n", "null\n", "\n\n", `{"progress":null}` + "\n", `{"outcome":{}}`, strings.Repeat("[", 20000) + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e ending
		ends, errors := 0, 0
		for l := range listen(bytes.NewReader(raw)) {
			require.Zero(t, errors, "nothing comes after an error")
			if l.err != nil {
				errors++
			}
			if e.take(l, func(plan.Progress) {}) {
				ends++
			}
		}
		require.LessOrEqual(t, ends, 1)
		require.LessOrEqual(t, errors, 1)
	})
}
