package artifacts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/fault"
)

// content is the place of an upload's bytes. It follows from what they are and
// who uploaded them, so that an upload that is sent again lands in the same
// place, and two different ones never do.
type content store.Content

func contentOf(a store.Artifact) content {
	return content{TaskID: a.TaskID, Attempt: a.Attempt, SHA256: a.SHA256}
}

// key names the content in the bucket. The leading digits spread the files of
// a folder; the tasks' ids could not, because they begin with the time.
func (c content) key() string {
	return fmt.Sprintf("%s/%s_%d_%s", c.SHA256[:2], c.TaskID, c.Attempt, c.SHA256)
}

// Key names a content in the storage.
func Key(c store.Content) string { return content(c).key() }

// readKey is the reverse of key; ok is false for files that are not ours.
func readKey(key string) (c content, ok bool) {
	_, name, _ := strings.Cut(key, "/")
	parts := strings.Split(name, "_")
	if len(parts) != 3 || !hashForm.MatchString(parts[2]) {
		return content{}, false
	}
	id, err := uuid.Parse(parts[0])
	if err != nil {
		return content{}, false
	}
	attempt, err := strconv.Atoi(parts[1])
	c = content{TaskID: id, Attempt: attempt, SHA256: parts[2]}
	return c, err == nil && c.key() == key
}

var (
	nameForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func checkName(op, name string) error {
	if nameForm.MatchString(name) && name != "." && name != ".." {
		return nil
	}
	return fault.BadFields(op, "invalid_request", fault.Field{
		Path: "path.name", Message: "must have 1 to 128 letters, digits, dots, hyphens or underscores",
	})
}
