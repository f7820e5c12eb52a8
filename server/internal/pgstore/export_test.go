package pgstore

import (
	"context"

	"github.com/uptrace/bun"
)

// EndSession ends a session of pg_restore in a transaction that has seen it, after
// what is done between.
func EndSession(ctx context.Context, s *Store, pid int, between func()) (ended bool, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var seen int
		if err := tx.NewRaw("SELECT count(*) FROM pg_stat_activity WHERE pid = ?", pid).Scan(ctx, &seen); err != nil {
			return err
		}
		between()
		ended, err = endSession(ctx, tx, pid)
		return err
	})
	return ended, err
}
