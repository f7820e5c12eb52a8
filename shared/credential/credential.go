// Package credential makes and reads the secrets that people and runners show
// to the server.
//
// A credential looks like ddap_<kind>_<id>_<secret><checksum>, letters and
// digits only inside each part, so that it survives a double click, a shell and
// a URL, and secret scanners can find it. The secret has 256 random bits; the
// server stores its SHA-256 and compares in constant time. The checksum lets a
// mistyped or cut credential be told from a wrong one without asking anybody.
package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"

	"github.com/google/uuid"
)

// Kind says whose credential it is.
type Kind string

// The kinds of credentials.
const (
	// Key is an API key of a person or a site.
	Key Kind = "key"
	// Enrollment lets a new runner register.
	Enrollment Kind = "enr"
	// Runner is what a runner got for its enrolment.
	Runner Kind = "run"
	// Session is a login of a terminal, bound to an API key.
	Session Kind = "ses"
)

const (
	prefix       = "ddap"
	secretBytes  = 32
	secretDigits = 43 // base62 digits of 256 bits
	idDigits     = 22 // base62 digits of 128 bits
	sumDigits    = 6  // base62 digits of 32 bits
	base62       = 62
)

// ErrMalformed is returned for text that is no credential at all: a wrong
// prefix, kind, length, alphabet or checksum.
var ErrMalformed = errors.New("malformed credential: it should look like ddap_<kind>_<id>_<secret>, whole and unchanged")

// Hash is the SHA-256 of a credential's secret; all that the server keeps.
type Hash [sha256.Size]byte

// Credential is a parsed credential. Its String is the secret itself: it is
// shown once, sent in the Authorization header, and never logged.
type Credential struct {
	Kind   Kind
	ID     uuid.UUID
	secret string
}

// New makes a credential with a fresh random secret for the record with this id.
func New(kind Kind, id uuid.UUID) (Credential, error) {
	var b [secretBytes]byte
	if _, err := rand.Read(b[:]); err != nil {
		return Credential{}, fmt.Errorf("read random bytes: %w", err)
	}
	return Credential{Kind: kind, ID: id, secret: encode(b[:], secretDigits)}, nil
}

// Parse reads a credential and verifies its checksum. Every failure is ErrMalformed.
func Parse(text string) (Credential, error) {
	parts := strings.Split(text, "_")
	if len(parts) != 4 || parts[0] != prefix || !known(Kind(parts[1])) {
		return Credential{}, ErrMalformed
	}
	tail := parts[3]
	if len(parts[2]) != idDigits || len(tail) != secretDigits+sumDigits {
		return Credential{}, ErrMalformed
	}
	id, ok := decodeID(parts[2])
	c := Credential{Kind: Kind(parts[1]), ID: id, secret: tail[:secretDigits]}
	if !ok || c.String() != text {
		return Credential{}, ErrMalformed
	}
	return c, nil
}

// String gives the whole credential, secret included.
func (c Credential) String() string {
	head := strings.Join([]string{prefix, string(c.Kind), encode(c.ID[:], idDigits), c.secret}, "_")
	sum := crc32.ChecksumIEEE([]byte(head))
	return head + encode([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}, sumDigits)
}

// GoString keeps the secret out of %#v.
func (c Credential) GoString() string { return "credential.Credential{" + c.Masked() + "}" }

// Masked gives the credential without its secret, for people to tell two apart.
func (c Credential) Masked() string {
	return prefix + "_" + string(c.Kind) + "_" + encode(c.ID[:], idDigits) + "_…"
}

// Hash gives what the server stores.
func (c Credential) Hash() Hash { return sha256.Sum256([]byte(c.secret)) }

// Matches reports, in constant time, whether the stored hash is this credential's.
func (c Credential) Matches(stored []byte) bool {
	h := c.Hash()
	return subtle.ConstantTimeCompare(h[:], stored) == 1
}

func known(k Kind) bool {
	switch k {
	case Key, Enrollment, Runner, Session:
		return true
	default:
		return false
	}
}

// encode writes b as base62 (0-9a-zA-Z), padded with zeros to the given digits.
func encode(b []byte, digits int) string {
	text := new(big.Int).SetBytes(b).Text(base62)
	return strings.Repeat("0", digits-len(text)) + text
}

func decodeID(text string) (uuid.UUID, bool) {
	n, ok := new(big.Int).SetString(text, base62)
	if !ok || n.Sign() < 0 || n.BitLen() > 128 {
		return uuid.Nil, false
	}
	var id uuid.UUID
	n.FillBytes(id[:])
	return id, true
}
