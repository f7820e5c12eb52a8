package pgstore_test

import (
	"sync/atomic"
	"testing"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
)

// BenchmarkLife is the whole life of a task, one at a time on each of eight
// connections: create, claim, report.
func BenchmarkLife(b *testing.B) {
	db := storetest.Open(b)
	ws := storetest.Workspace(b, db)
	analyst := storetest.Analyst(b, db, ws)
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		runner := storetest.Runner(b, db, ws, storetest.Shares(storetest.SharedName))
		for pb.Next() {
			storetest.Task(b, db, analyst)
			given := storetest.Claim(b, db, runner)
			for _, a := range given {
				storetest.Succeed(b, db, runner, a)
			}
		}
	})
}

// BenchmarkClaim_WithQueue claims and releases with many tasks in the queue:
// of this runner's own, and of others that it cannot take. Both should leave the
// time of a claim alone.
func BenchmarkClaim_WithQueue(b *testing.B) {
	for name, queue := range map[string]struct{ own, others int }{
		"Empty": {1, 0}, "10kOwn": {10_000, 0}, "30kOthers": {1, 30_000},
	} {
		b.Run(name, func(b *testing.B) {
			db := storetest.Open(b)
			ws := storetest.Workspace(b, db)
			analyst := storetest.Analyst(b, db, ws)
			fill(b, db, analyst, storetest.SharedName, queue.own)
			fill(b, db, analyst, "elsewhere", queue.others)
			db.Exec(b, "ANALYZE")
			runner := storetest.Runner(b, db, ws, storetest.Shares(storetest.SharedName))
			var given atomic.Int64
			for b.Loop() {
				for _, a := range storetest.Claim(b, db, runner) {
					given.Add(1)
					db.Exec(b, `UPDATE tasks SET state = 'queued', reason = 'waiting_for_runner', lease_token = NULL,
						lease_runner_id = NULL, leased_at = NULL, lease_expires_at = NULL, timeout_at = NULL, attempt = 0 WHERE id = $1`, a.TaskID)
					db.Exec(b, "DELETE FROM attempts WHERE task_id = $1", a.TaskID)
				}
			}
			if given.Load() == 0 {
				b.Fatal("nothing was handed out")
			}
		})
	}
}

func fill(b *testing.B, db *storetest.DB, creator store.Principal, dataset string, n int) {
	b.Helper()
	for n > 0 {
		batch := make([]store.NewTask, min(n, api.MaxTasks))
		for i := range batch {
			batch[i] = storetest.NewTask(b, storetest.Reading(dataset))
		}
		if _, _, err := db.CreateTasks(b.Context(), creator, nil, batch); err != nil {
			b.Fatal(err)
		}
		n -= len(batch)
	}
}
