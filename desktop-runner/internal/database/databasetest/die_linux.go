package databasetest

import "syscall"

// dieWithParent ends a server with tests that were killed.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
