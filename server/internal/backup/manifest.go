// Package backup copies the whole state of a server into one archive, while it
// runs, and brings it back.
//
// An archive is a tar file with mode 0600:
//
//	database.dump     of pg_dump, in its custom format, of one snapshot
//	artifacts/KEY     each content of the storage, copied after that snapshot
//	manifest.json     what this is a copy of
//	SHA256SUMS        of all the files before, in the form of sha256sum, at the end
//
// Where SHA256SUMS is missing or does not fit, the archive is not whole and
// nothing of it is used. The archive holds the hashes of credentials and none
// of their secrets, but all results and artifacts.
package backup

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// formatVersion is the version of the archive's form.
const formatVersion = 1

// The names of an archive's files.
const (
	dumpName      = "database.dump"
	contentPrefix = "artifacts/"
	manifestName  = "manifest.json"
	sumsName      = "SHA256SUMS"
)

// Manifest says what an archive is a copy of.
type Manifest struct {
	Format int `json:"format"`
	// ServerVersion is the release of the program that made the archive.
	ServerVersion string `json:"server_version"`
	// SchemaVersion is the newest migration in the database.
	SchemaVersion string `json:"schema_version"`
	// PostgreSQLMajor is the version of the database, DumpMajor that of pg_dump.
	PostgreSQLMajor int `json:"postgresql_major"`
	DumpMajor       int `json:"dump_major"`
	// Epoch is what lease tokens began with.
	Epoch int64 `json:"epoch"`
	// CreatedAt is the database's time of the snapshot.
	CreatedAt time.Time `json:"created_at"`
	// Counts are rows of the database, and the tasks in each state.
	Counts map[string]int64 `json:"counts"`
	// Contents and ContentBytes count what lies below artifacts/.
	Contents     int   `json:"contents"`
	ContentBytes int64 `json:"content_bytes"`
	// Missing counts contents that a record names and the storage does not have;
	// MissingKeys are the first of them.
	Missing     int      `json:"missing"`
	MissingKeys []string `json:"missing_keys,omitempty"`
}

// missingShown bounds MissingKeys.
const missingShown = 20

// Describe says in a few lines what is in the archive.
func (m Manifest) Describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "made %s by ddap-server %s, schema %s, PostgreSQL %d, epoch %d\n",
		m.CreatedAt.UTC().Format(time.RFC3339), m.ServerVersion, m.SchemaVersion, m.PostgreSQLMajor, m.Epoch)
	fmt.Fprintf(&b, "workspaces: %d, keys: %d, runners: %d, tasks: %d%s, results: %d\n",
		m.Counts["workspaces"], m.Counts["keys"], m.Counts["runners"], m.Counts["tasks"], m.states(), m.Counts["results"])
	fmt.Fprintf(&b, "files of artifacts: %d, bytes: %d\n", m.Contents, m.ContentBytes)
	if m.Missing > 0 {
		fmt.Fprintf(&b, "WARNING: %d artifacts have a record and no content; they were lost before this backup: %s\n",
			m.Missing, strings.Join(m.MissingKeys, ", "))
	}
	return b.String()
}

func (m Manifest) states() string {
	var parts []string
	for name, n := range m.Counts {
		if state, ok := strings.CutPrefix(name, "tasks "); ok {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	slices.SortFunc(parts, func(a, b string) int { return strings.Compare(word(a), word(b)) })
	return " (" + strings.Join(parts, ", ") + ")"
}

func word(part string) string { return part[strings.IndexByte(part, ' ')+1:] }
