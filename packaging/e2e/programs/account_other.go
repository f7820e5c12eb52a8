//go:build !unix

package programs

import "syscall"

// unprivileged changes nothing where there is no root.
func unprivileged(string) (*syscall.SysProcAttr, error) { return nil, nil } //nolint:nilnil // no attributes are the default
