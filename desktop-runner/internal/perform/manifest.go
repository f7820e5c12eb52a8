package perform

import (
	"cmp"
	"context"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/shared/result"
)

// hashed are the kinds of sources of which the agent has a hash, sooner or later.
var hashed = map[result.SourceKind]bool{result.SourceFile: true, result.SourceFiles: true, result.SourceUpload: true, result.SourceURL: true}

// complete puts into a manifest what the operation does not know: where the data
// comes from, and how its files are. Call it after the work: files that then still
// have the stamp which they had when their hash was computed are those that were
// read.
func complete(ctx context.Context, m *finding.Manifest, in plan.Input, db *engine.DB) error {
	version, err := db.Version(ctx)
	if err != nil {
		return err
	}
	m.Engine = version
	paths := in.File.Paths()
	m.Source = result.ManifestSource{
		Kind: cmp.Or(in.Origin.Kind, result.SourceFile), Format: string(in.File.Format), Name: in.Origin.Name, Files: len(paths),
	}
	if len(in.Sources) == 1 {
		m.Source.Revision = in.Sources[0].Revision
	}
	now := sharepath.Stamp(paths)
	switch {
	case in.File.Table != nil: // a database's file has other tables as well
		m.Source.Files = 0
	case now.Stamp != "":
		m.Bytes = &now.Bytes
	}
	switch {
	case !hashed[m.Source.Kind]:
		m.HashState = result.HashNone
	case in.Origin.SHA256 != "" && in.Origin.Stamp == now.Stamp:
		m.SHA256, m.HashState = in.Origin.SHA256, result.HashKnown
	default:
		m.HashState = result.HashPending
	}
	return nil
}
