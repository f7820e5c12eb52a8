package database

import (
	"context"
	"database/sql"
	"time"
)

// control is a second connection, by which the server is told to stop what the
// first one runs. That one cannot tell it: it waits for the answer. And to close
// it is not enough, since a server that sorts or counts does not look.
type control struct {
	pool  *sql.DB
	conn  *sql.Conn
	stop  string
	args  []any
	found found
}

// stopTime bounds the telling; a task that is canceled has a second in all.
const stopTime = 700 * time.Millisecond

// newControl signs in at once: a server closes a connection that does not. It is
// nil-safe for databases that have no server.
func newControl(ctx context.Context, pool *sql.DB, d dialect, id any) (*control, error) {
	c := &control{pool: pool}
	c.stop, c.args = d.stop(id)
	if pool == nil {
		return c, nil
	}
	var err error
	if c.conn, err = pool.Conn(ctx); err != nil {
		c.close()
		return c, err
	}
	return c, nil
}

// guard stops what runs when ctx ends. The function that it gives ends the
// guarding, and waits until the server was told.
func (c *control) guard(ctx context.Context) (done func()) {
	if c.conn == nil {
		return func() {}
	}
	told := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(told)
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		// A server that does not hear it ends the statement at its time limit.
		_, _ = c.conn.ExecContext(limited, c.stop, c.args...)
	})
	return func() {
		if !forget() {
			<-told
		}
	}
}

func (c *control) close() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
	_ = closeOf(c.pool)
}
