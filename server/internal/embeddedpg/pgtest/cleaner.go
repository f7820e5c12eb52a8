package pgtest

import (
	"fmt"
	"io"
	"os/exec"
)

// cleanScript waits until the test program has ended, however it ended (a
// panic, a time limit and a kill run no deferred functions), and leaves
// nothing behind. SIGQUIT makes PostgreSQL quit without saving anything.
const cleanScript = `
read -r _
pid=$(head -n 1 "$1/postgres/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do
	rm -rf "$1" 2>/dev/null && exit 0
	sleep 0.2
done
rm -rf "$1"
`

// cleaner is a process beside the test program that outlives it by a moment.
type cleaner struct {
	process *exec.Cmd
	// alive is closed by the system when this process ends.
	alive io.Closer
}

func startCleaner(dir string) (*cleaner, error) {
	//nolint:noctx // it must outlive everything here
	process := exec.Command("/bin/sh", "-c", cleanScript, "sh", dir)
	detach(process)
	alive, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("start what cleans up after the tests: %w", err)
	}
	return &cleaner{process: process, alive: alive}, nil
}

// finish cleans up and returns when it is done.
func (c *cleaner) finish() {
	_ = c.alive.Close()
	_ = c.process.Wait() // it reports to nobody
}
