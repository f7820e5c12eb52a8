package backup

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/store"
)

// Target is what an archive is restored into. No server may use it.
type Target struct {
	Records store.Restores
	Content Content
	// DatabaseURL is where pg_restore finds the database: a secret.
	DatabaseURL string
}

// NotEmptyError says that there is something where an archive should go.
type NotEmptyError struct{ What string }

// Error says how to go on.
func (e *NotEmptyError) Error() string {
	return "nothing was changed: " + e.What + ". Restore into a new data folder or database, or say --replace to give up what is there"
}

// CheckVersion says whether this program can restore an archive, whose schema
// may be older than the program's and not newer. known are the migrations that
// the program knows.
func CheckVersion(m Manifest, known []string) error {
	if slices.Contains(known, m.SchemaVersion) {
		return nil
	}
	return fmt.Errorf("nothing was changed: the archive has the schema %s, which this release does not know: restore with ddap-server %s or a newer release",
		m.SchemaVersion, m.ServerVersion)
}

// Restore brings back an archive that Verify found whole. Where the target has
// something, it refuses with a *NotEmptyError unless replace is set. When it is
// interrupted, servers refuse to start on the target until it has been run again.
func Restore(ctx context.Context, file string, m Manifest, to Target, replace bool) (store.Restored, error) {
	there, err := to.Records.Occupancy(ctx)
	if err != nil {
		return store.Restored{}, err
	}
	if !replace && !there.Unfinished {
		if err := checkEmpty(ctx, to, there); err != nil {
			return store.Restored{}, err
		}
	}
	if there.Major < m.PostgreSQLMajor {
		return store.Restored{}, fmt.Errorf("nothing was changed: the archive is from PostgreSQL %d, and this database is version %d: use version %d or newer",
			m.PostgreSQLMajor, there.Major, m.PostgreSQLMajor)
	}
	tools, err := embeddedpg.ToolsFor(ctx, max(m.DumpMajor, there.Major))
	if err != nil {
		return store.Restored{}, err
	}
	if err := to.Records.BeginRestore(ctx); err != nil {
		return store.Restored{}, err
	}
	err = each(file, func(name string, _ int64, from io.Reader) error {
		if key, ok := strings.CutPrefix(name, contentPrefix); ok {
			return to.Content.PutContent(ctx, key, from)
		}
		if name == dumpName {
			return tools.Restore(ctx, to.DatabaseURL, from)
		}
		return nil
	})
	if err != nil {
		return store.Restored{}, fmt.Errorf("restore (unfinished; run it again): %w", err)
	}
	return to.Records.FinishRestore(ctx)
}

func checkEmpty(ctx context.Context, to Target, there store.Occupancy) error {
	if there.Tables > 0 {
		return &NotEmptyError{What: fmt.Sprintf("the database is not empty (%d tables)", there.Tables)}
	}
	empty, err := to.Content.IsEmpty(ctx)
	if err == nil && !empty {
		err = &NotEmptyError{What: "the storage of artifacts is not empty"}
	}
	return err
}
