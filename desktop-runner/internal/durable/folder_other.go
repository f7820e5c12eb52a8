//go:build !unix

package durable

// SyncFolder does nothing here: Windows has no way to sync a folder, and NTFS
// keeps its names in a journal.
func SyncFolder(string) error { return nil }
