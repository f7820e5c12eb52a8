//go:build unix

package durable

import (
	"fmt"
	"os"
)

// SyncFolder makes sure that names created, renamed or removed in a folder are
// on the disk.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
