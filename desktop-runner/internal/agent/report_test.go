//go:build unix

package agent_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/apitest"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// What is no longer in the spool can never be sent. An attempt that waited for
// it would keep its lease, and this runner its slot, for as long as it lives.
func TestAgent_GivesUpAnAttempt_WhoseReportIsGone(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, entry string){
		"damaged": func(t *testing.T, entry string) {
			require.NoError(t, os.Truncate(filepath.Join(entry, "report.json"), 1))
		},
		"removed": func(t *testing.T, entry string) { require.NoError(t, os.RemoveAll(entry)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.NewFakeServer(t)
			h := newHome(t, f)
			var refuse atomic.Bool
			refuse.Store(true)
			f.Intercept(func(r *http.Request) error {
				if refuse.Load() && r.URL.Path == "/v1/result" {
					return fault.New("test", fault.Unavailable, "", "not now")
				}
				return nil
			})
			r := start(t, h)
			first := f.Enqueue(t, look("succeed"))
			f.Await(t, "it tries to report", func() bool { return f.Calls("POST /v1/result") > 0 })
			spoil(t, filepath.Join(h.state, "spool", first+".1"))
			refuse.Store(false)

			f.Await(t, "it gives the attempt up", func() bool {
				return strings.Contains(r.log.String(), "the report of an attempt is gone")
			})
			f.TakeBack(first) // as the server does when nobody renews the lease
			require.Equal(t, 2, f.AwaitState(t, first, task.Succeeded).Attempt)
		})
	}
}
