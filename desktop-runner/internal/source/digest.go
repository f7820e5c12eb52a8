package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path/filepath"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// digestBuffer is read at once: between two of them a cancel is heeded.
const digestBuffer = 1 << 20

// Digest gives the SHA-256 of a dataset's file in hexadecimal digits. Of several
// files it is that of the lines which sha256sum prints for them, in their order,
// so that anybody can compute it again. The error is a fault with the code
// source_unreadable, or that of ctx.
func Digest(ctx context.Context, file plan.File) (string, error) {
	if err := CheckPlaces(filepath.Base(file.Path), file); err != nil {
		return "", err
	}
	all, buffer := sha256.New(), make([]byte, digestBuffer)
	for _, path := range file.Paths() {
		sum, err := digestFile(ctx, path, buffer)
		if err != nil && ctx.Err() == nil {
			err = fault.New("source.Digest", fault.Invalid, string(task.SourceUnreadable), "%s: the file could not be read to its end", filepath.Base(path))
		}
		if err != nil || len(file.More) == 0 {
			return sum, err
		}
		all.Write(fmt.Appendf(nil, "%s  %s\n", sum, filepath.Base(path)))
	}
	return hexOf(all), nil
}

func digestFile(ctx context.Context, path string, buffer []byte) (string, error) {
	held, err := sharepath.Hold(path)
	if err != nil {
		return "", fmt.Errorf("open a file: %w", err)
	}
	defer held.Close()
	sum := sha256.New()
	for {
		n, err := held.File().Read(buffer)
		sum.Write(buffer[:n])
		switch {
		case errors.Is(err, io.EOF):
			return hexOf(sum), nil
		case err != nil:
			return "", fmt.Errorf("read a file: %w", err)
		case ctx.Err() != nil:
			return "", context.Cause(ctx)
		}
	}
}

func hexOf(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }
