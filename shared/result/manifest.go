package result

// Manifest says exactly which data a fetch was about, so that somebody can tell
// later, or elsewhere, whether it is the same. What the owner's policy withholds
// is absent.
type Manifest struct {
	Source ManifestSource `json:"source"`
	// Rows is how many the whole source has, whatever part of it was asked for;
	// absent where the policy withholds even the rounded number.
	Rows *int64 `json:"rows,omitempty"`
	// RowsApproximate means that Rows is rounded down to whole groups.
	RowsApproximate bool `json:"rows_approximate,omitempty"`
	// Bytes is the size of the source's files, as they lie on their computer.
	Bytes *int64 `json:"bytes,omitempty"`
	// SHA256 is that of the one file, in lower-case hexadecimal digits; of several
	// files, that of the lines which sha256sum prints for them in the order of
	// their names. It is there exactly where SHA256State is HashKnown.
	SHA256      string    `json:"sha256,omitempty"`
	SHA256State HashState `json:"sha256_state"`
	// Engine is what read the data, with its version: "DuckDB v1.5.5".
	Engine      string `json:"engine"`
	ColumnCount int    `json:"column_count"`
	// Columns are those of the whole source, up to MaxManifestColumns of them.
	Columns []Column `json:"columns"`
}

// MaxManifestColumns is how many columns a manifest lists at most; its count is
// that of all.
const MaxManifestColumns = 1000

// ManifestSource is where the data came from.
type ManifestSource struct {
	Kind SourceKind `json:"kind"`
	// Format is that of its files: "csv", "json", "parquet", …
	Format string `json:"format,omitempty"`
	// Name is the file's, without its folder; absent where there are several.
	Name string `json:"name,omitempty"`
	// Files counts them, where there are any.
	Files int `json:"files,omitempty"`
	// Revision changes with the data; it is that of the document's Sources.
	Revision string `json:"revision,omitempty"`
}

// SourceKind says what kind of place data came from. Clients ignore those that
// they do not know.
type SourceKind string

// The kinds of places.
const (
	// SourceFile is one file that an owner shares; SourceFiles is a folder or a
	// pattern, whose files are one dataset.
	SourceFile  SourceKind = "file"
	SourceFiles SourceKind = "files"
	// SourceOutput is what an earlier task left on its runner.
	SourceOutput SourceKind = "output"
	// SourceUpload is a file that somebody sent to the server.
	SourceUpload SourceKind = "upload"
	// SourceConnection is a table or a view of a database.
	SourceConnection SourceKind = "connection"
	// SourceURL is a file of the web, as it was when the runner last got it.
	SourceURL SourceKind = "url"
)

// HashState says why there is a hash of the data, or none.
type HashState string

// The states of a hash.
const (
	HashKnown HashState = "known"
	// HashPending: the runner has not computed it yet, or the data changed since.
	// It does so by itself, and another fetch has it.
	HashPending HashState = "pending"
	// HashWithheld: the policy forbids it. Whoever can guess a small file could
	// find out from its hash whether the guess is right.
	HashWithheld HashState = "withheld"
	// HashNone: this kind of source has none.
	HashNone HashState = "none"
)
