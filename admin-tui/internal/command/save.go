package command

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// maxName is how long a file's name may be on the systems of today, in bytes.
const maxName = 255

// harmless reports whether a name that a server gives can become that of a file
// here: it leads nowhere else, hides nothing, and shows what it is.
func harmless(name string) bool {
	return name != "" && len(name) <= maxName && !strings.HasPrefix(name, ".") && filepath.IsLocal(name) &&
		!strings.ContainsFunc(name, func(r rune) bool {
			return r == unicode.ReplacementChar || !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|`, r)
		})
}

// save downloads a file into a folder, checks it against its hash, and only then
// gives it its name.
func (s *session) save(folder, name, sha256Hex string, download func(io.Writer) error) (err error) {
	if !harmless(name) {
		return fault.New("command.save", fault.Internal, "bad_file_name", "the server names a file %q, which cannot be saved", name)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // G301: people's own files, under their umask
		return fmt.Errorf("make the folder: %w", err)
	}
	file, err := os.CreateTemp(folder, ".download-*")
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	defer func() {
		_ = file.Close()
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	hash := sha256.New()
	if err := download(io.MultiWriter(file, hash)); err != nil {
		return err
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sha256Hex != "" && sum != sha256Hex {
		return fault.New("command.save", fault.Internal, "download_damaged", "%s came damaged: its SHA-256 is %s and should be %s", name, sum, sha256Hex)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	path := filepath.Join(folder, name)
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // G302: as any file that a program saves for its user
		return fmt.Errorf("save %s: %w", name, err)
	}
	s.say(i18n.Text{EN: "saved %s", ID: "tersimpan %s"}, path)
	return nil
}
