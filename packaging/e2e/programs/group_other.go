//go:build !unix

package programs

import "os/exec"

// ownGroup does nothing where there are no process groups.
func ownGroup(*exec.Cmd) {}

// guarded changes nothing: what needs it does not run where there are none.
func guarded(spec Spec) (path string, args []string) { return spec.Path, spec.Args }

// endGroup has nobody to wait for.
func endGroup(int) {}
