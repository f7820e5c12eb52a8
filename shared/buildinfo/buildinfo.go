// Package buildinfo knows which build this is.
package buildinfo

// Version is the release, set by the linker; "dev" in a plain build.
var Version = "dev"
