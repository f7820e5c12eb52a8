package catalogue

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"ddap/desktop-runner/internal/durable"
	"ddap/shared/result"
)

const keyLength = 32

// UseKey makes the revisions of datasets that are shared as summaries depend on a
// secret. Without it, they are a hash of each file's size and time of change: who
// can guess the time, as of a file that was unpacked, which has whole seconds, can
// find the exact size, and two sizes differ by what one person was added with.
// Call it before anything is offered.
func (c *Catalogue) UseKey(key []byte) { c.key = key }

// ReadKey reads the secret from a file, and makes a new one where there is none:
// then the revisions are others, which is no harm.
func ReadKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil && len(key) == keyLength {
		return key, nil
	}
	key = make([]byte, keyLength)
	_, _ = rand.Read(key) // it never fails
	if err := durable.Write(path, key); err != nil {
		return nil, fmt.Errorf("keep the key of revisions: %w", err)
	}
	return key, nil
}

// revisionOf is what others see of the version of an entry's files.
func (c *Catalogue) revisionOf(e entry) string {
	if c.key == nil || e.share.Policy == result.Rows {
		return e.revision()
	}
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte(e.share.Name + "\x00" + e.revision()))
	return hex.EncodeToString(mac.Sum(nil))[:digestLength]
}
