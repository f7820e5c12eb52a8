// Command ddap-admin lets people ask questions of shared data, and lets
// operators steer the computers that answer them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"ddap/admin-tui/internal/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command.Run(ctx, os.Args[1:], command.Process())
	stop()
	os.Exit(code)
}
