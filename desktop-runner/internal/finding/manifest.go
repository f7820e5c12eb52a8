package finding

import "ddap/shared/result"

// Manifest says which data a fetch was about. Egress decides how much of it leaves.
type Manifest struct {
	// Rows and Columns are those of the whole source.
	Rows    int64
	Columns []result.Column
	// What follows is not the operation's to know, see package perform.
	Source result.ManifestSource
	Bytes  *int64
	SHA256 string
	// HashState is never HashWithheld: that is the policy's.
	HashState result.HashState
	Engine    string
}
