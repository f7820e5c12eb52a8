package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/config"
)

// filesTimeout bounds how long an object store may take to answer at the start.
const filesTimeout = 15 * time.Second

// OpenFiles opens what keeps artifacts and uploads, and makes sure that it
// answers: a wrong bucket or key is noticed at the start and not by the first
// runner that has a report to send. The caller closes it.
func OpenFiles(ctx context.Context, cfg config.Config) (*blobstore.Store, error) {
	files, err := blobstore.Open(ctx, cfg.BlobURL, filepath.Join(cfg.DataDir, "artifacts"))
	if err != nil {
		return nil, fmt.Errorf("--blob-url: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, filesTimeout)
	defer cancel()
	if err := files.Check(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("--blob-url: %w", err), files.Close())
	}
	return files, nil
}
