package command

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func sessionsCommand(s *session) *cobra.Command {
	list := s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		sessions, err := c.Sessions(ctx)
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line { return v.Sessions(sessions) })
	})
	cmd := group("sessions", "Logins of terminals, each bound to a key",
		&cobra.Command{Use: "list", Short: "List those that have not ended", Args: exactly(), RunE: list},
		createSessionCommand(s),
		&cobra.Command{
			Use: "end SESSION_ID", Short: "Refuse a session from its next request on", Args: exactly("SESSION_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				if err := c.EndSession(ctx, args[0]); err != nil {
					return err
				}
				s.say(i18n.Text{EN: "Session %s is refused from now on.", ID: "Sesi %s ditolak mulai sekarang."}, args[0])
				return nil
			}),
		},
	)
	cmd.RunE = list
	return cmd
}

func createSessionCommand(s *session) *cobra.Command {
	var req api.SessionRequest
	var role string
	var expires seconds
	cmd := &cobra.Command{
		Use: "create", Short: "Log in with this key, and print the session, this once", Args: exactly(),
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			req.Role, req.ExpiresInSeconds = api.Role(role), int(expires)
			made, err := c.CreateSession(ctx, req)
			if err != nil {
				return err
			}
			s.say(i18n.Text{
				EN: "A session with the role %s, valid until %s. It is shown this once:",
				ID: "Sesi dengan peran %s, berlaku hingga %s. Hanya ditampilkan kali ini:",
			}, made.Role, made.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC"))
			return s.printSecret(made.Token)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&role, "role", "", "the key's role or a weaker one; the key's when absent")
	f.StringVar(&req.Name, "name", "", "what it is for")
	f.Var(&expires, "expires-in", "how long it is valid, 12h at most and when absent")
	return cmd
}

func sshKeysCommand(s *session) *cobra.Command {
	return group("ssh-keys", "Public keys that log in over SSH as a key",
		&cobra.Command{
			Use: "list KEY_ID", Short: "List those of a key", Args: exactly("KEY_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				keys, err := c.SSHKeys(ctx, args[0])
				if err != nil {
					return err
				}
				return s.print(func(v render.View) []render.Line { return v.SSHKeys(keys) })
			}),
		},
		addSSHKeyCommand(s),
		&cobra.Command{
			Use: "remove KEY_ID SSH_KEY_ID", Short: "Let a public key log nobody in any more", Args: exactly("KEY_ID", "SSH_KEY_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				if err := c.DeleteSSHKey(ctx, args[0], args[1]); err != nil {
					return err
				}
				s.say(i18n.Text{EN: "Public key %s logs nobody in any more.", ID: "Kunci publik %s tidak dapat dipakai masuk lagi."}, args[1])
				return nil
			}),
		},
	)
}

func addSSHKeyCommand(s *session) *cobra.Command {
	var req api.SSHKeyRequest
	var file string
	cmd := &cobra.Command{
		Use: "add KEY_ID --file ~/.ssh/id_ed25519.pub", Short: "Let who has the private key log in as a key", Args: exactly("KEY_ID"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		line, err := os.ReadFile(file)
		if err != nil {
			return wrong(cmd, "--file cannot be read: %v", err)
		}
		req.PublicKey = strings.TrimSpace(string(line))
		return s.do(func(ctx context.Context, c *client.Client, args []string) error {
			added, err := c.AddSSHKey(ctx, args[0], req)
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.SSHKeys(api.SSHKeyList{SSHKeys: []api.SSHKey{added}}) })
		})(cmd, args)
	}
	cmd.Flags().StringVar(&file, "file", "", "the .pub file, with one line")
	cmd.Flags().StringVar(&req.Name, "name", "", "what people call it; the line's comment when absent")
	require(cmd, "file")
	return cmd
}
