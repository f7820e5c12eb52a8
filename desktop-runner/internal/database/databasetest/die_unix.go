//go:build unix && !linux

package databasetest

import "syscall"

func dieWithParent(*syscall.SysProcAttr) {}
