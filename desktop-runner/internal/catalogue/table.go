package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/sharepath"
)

// errSecret means that the password or the certificates of a connection cannot be had.
var errSecret = errors.New("has no password")

// findTable gives a dataset that is a table of a database. The version of one on
// a server is that of the settings; of a SQLite file, which changes with every
// write, that of the file and of what stands beside it.
func findTable(share settings.Share, file plan.File) (plan.File, string, error) {
	connection, err := share.Connection.Reach()
	if err != nil {
		return file, "", fmt.Errorf("%w: %w", errSecret, err)
	}
	file.Table = &plan.Table{Connection: connection, Schema: share.Schema, Name: share.Table}
	settled := *file.Table
	settled.Connection.Password = ""
	stamp, err := json.Marshal([]any{settled, share.Reading})
	if err != nil || file.IsNetworked() {
		return file, digest(stamp), err
	}
	if file.Path, err = sharepath.Resolve(share.Path); err != nil {
		return file, "", err
	}
	for _, path := range append(file.Paths(), file.Beside()[0]) {
		if info, err := os.Stat(path); err == nil {
			stamp = fmt.Appendf(stamp, "/%d/%d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return file, digest(stamp), nil
}
