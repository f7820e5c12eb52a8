package api

import "time"

// SSHKeyRequest lets somebody log in over SSH as an API key.
type SSHKeyRequest struct {
	PublicKey string `json:"public_key" minLength:"1" maxLength:"16384" doc:"One line of an authorized_keys file, without options"`
	Name      string `json:"name,omitempty" maxLength:"200" doc:"The line's comment when absent"`
}

// SSHKey is a public key that logs in as an API key.
type SSHKey struct {
	ID          string    `json:"id" format:"uuid"`
	KeyID       string    `json:"key_id" format:"uuid"`
	Name        string    `json:"name"`
	Type        string    `json:"type" doc:"As in ssh-ed25519"`
	Fingerprint string    `json:"fingerprint" doc:"SHA256:…, as ssh-keygen -l prints it"`
	PublicKey   string    `json:"public_key"`
	CreatedAt   time.Time `json:"created_at"`
}

// SSHKeyList lists the public keys of an API key, newest first.
type SSHKeyList struct {
	SSHKeys []SSHKey `json:"ssh_keys"`
}
