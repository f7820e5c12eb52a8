package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

const (
	secretPrefix = "whsec_"
	// secretBytes is within the 24 to 64 that Standard Webhooks asks for.
	secretBytes = 32
)

func newSecret() string {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // it never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// signatures signs a message once with each secret, so that a receiver that
// knows either of them finds its own.
//
//	v1,BASE64(HMAC-SHA256(key, id "." timestamp "." body))
//
// Source: Standard Webhooks 1.0.0, "Signature scheme".
func signatures(secrets []string, id string, at time.Time, body []byte) (string, error) {
	out := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil { // the error of base64 names no byte of it
			return "", fmt.Errorf("read a secret: %w", err)
		}
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		_, _ = mac.Write(body)
		out[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(out, " "), nil
}
