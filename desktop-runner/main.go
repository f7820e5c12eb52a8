// Command ddap-runner is the agent on somebody's computer: it takes tasks from
// the server, does them on the data that its owner shares, and sends back what
// the owner's policy lets out.
package main

import (
	"os"

	"ddap/desktop-runner/internal/app"
	"ddap/desktop-runner/internal/worker"
)

func main() {
	// Before anything else is read: a task's process must start fast and touch nothing.
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(app.Work())
	}
	os.Exit(run(os.Args[1:], os.LookupEnv, os.Stderr))
}
