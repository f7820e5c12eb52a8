package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/buildinfo"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func keysCommand(s *session) *cobra.Command {
	list := s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		keys, err := c.Keys(ctx)
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line { return v.Keys(keys) })
	})
	cmd := group("keys", "API keys, with which people and programs use this server",
		&cobra.Command{Use: "list", Short: "List the keys, without their secrets", Args: exactly(), RunE: list},
		createKeyCommand(s), showKeyCommand(s), renameKeyCommand(s),
		&cobra.Command{
			Use: "revoke KEY_ID", Short: "Refuse a key from its next request on", Args: exactly("KEY_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				if err := c.RevokeKey(ctx, args[0]); err != nil {
					return err
				}
				s.say(i18n.Text{EN: "Key %s is refused from now on.", ID: "Kunci %s ditolak mulai sekarang."}, args[0])
				return nil
			}),
		},
	)
	cmd.RunE = list
	return cmd
}

func createKeyCommand(s *session) *cobra.Command {
	var req api.KeyRequest
	var role string
	var grants []string
	var expires seconds
	cmd := &cobra.Command{
		Use: "create --name NAME --role ROLE", Short: "Make a key and print it, this once", Args: exactly(),
		Example: `  ddap-admin keys create --name "Site A" --role analyst --expires-in 2160h > site-a.key`,
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			req.Role, req.ExpiresInSeconds = api.Role(role), int(expires)
			for _, g := range grants {
				req.Grants = append(req.Grants, api.Grant(g))
			}
			key, err := c.CreateKey(ctx, req)
			if err != nil {
				return err
			}
			s.say(i18n.Text{
				EN: "A key for %s with the role %s. It is shown this once:",
				ID: "Kunci untuk %s dengan peran %s. Hanya ditampilkan kali ini:",
			}, key.Name, key.Role)
			return s.printSecret(key.Key)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&req.Name, "name", "", "what people call it")
	f.StringVar(&role, "role", "", "viewer, analyst, operator or admin; each may do what the one before may")
	f.BoolVar(&req.Delegate, "delegate", false, "may act for people whom it names, as a site does for its users")
	f.StringArrayVar(&grants, "grant", nil, "what it may do beyond its role: enrollments:create or webhooks:own; may be repeated")
	f.Var(&expires, "expires-in", "how long it is valid, as in 720h; for ever when absent")
	require(cmd, "name", "role")
	return cmd
}

func showKeyCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show KEY_ID", Short: "Show one key, without its secret", Args: exactly("KEY_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			key, err := c.Key(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.Keys(api.KeyList{Keys: []api.Key{key}}) })
		}),
	}
}

func renameKeyCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "rename KEY_ID NAME", Short: "Call a key something else", Args: exactly("KEY_ID", "NAME"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			key, err := c.PatchKey(ctx, args[0], api.KeyPatch{Name: &args[1]})
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.Keys(api.KeyList{Keys: []api.Key{key}}) })
		}),
	}
}

func enrollCommand(s *session) *cobra.Command {
	var req api.EnrollmentRequest
	expires := seconds(24 * 60 * 60)
	var labels []string
	cmd := &cobra.Command{
		Use: "enroll", Short: "Make an invitation for computers that share data, and print it, this once", Args: exactly(),
		Example: `  ddap-admin enroll --max-uses 20 --expires-in 72h --label site=lab > invitation
  ddap-runner --headless --server https://analytics.example.org --token-file invitation --data sales=sales.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if req.Labels, err = pairs(cmd, "label", labels); err != nil {
				return err
			}
			req.ExpiresInSeconds = int(expires)
			return s.do(func(ctx context.Context, c *client.Client, _ []string) error {
				e, err := c.CreateEnrollment(ctx, req)
				if err != nil {
					return err
				}
				s.say(i18n.Text{
					EN: "An invitation for %d computer(s), valid until %s. It is shown this once:",
					ID: "Undangan untuk %d komputer, berlaku hingga %s. Hanya ditampilkan kali ini:",
				}, e.MaxUses, e.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC"))
				return s.printSecret(e.Token)
			})(cmd, args)
		},
	}
	f := cmd.Flags()
	f.IntVar(&req.MaxUses, "max-uses", 1, "how many computers may join with it")
	f.Var(&expires, "expires-in", "how long it is valid")
	f.StringArrayVar(&labels, "label", nil, "a label NAME=VALUE that every computer gets; may be repeated")
	f.StringVar(&req.RunnerID, "runner", "", "bring this known computer back: it keeps its id, labels and datasets")
	f.BoolVar(&req.RequireApproval, "require-approval", false, "let nobody in before ddap-admin runners approve")
	return cmd
}

// printSecret writes a secret alone on a line of the standard output, so that it
// can be redirected; programs get the whole document.
func (s *session) printSecret(secret string) error {
	if s.json() {
		return s.printAnswer()
	}
	if _, err := fmt.Fprintln(s.env.Out, render.Clean(secret)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func whoamiCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "whoami", Short: "Tell who the server takes you for", Args: exactly(),
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			who, err := c.WhoAmI(ctx)
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.WhoAmI(c.Server(), who) })
		}),
	}
}

func versionCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of this program", Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			line := "ddap-admin " + buildinfo.Version
			if s.json() {
				line = fmt.Sprintf(`{"version":%q}`, buildinfo.Version)
			}
			if _, err := fmt.Fprintln(s.env.Out, line); err != nil {
				return fmt.Errorf("write: %w", err)
			}
			return nil
		},
	}
}

// pairs reads NAME=VALUE arguments of a flag.
func pairs(cmd *cobra.Command, flag string, args []string) (map[string]string, error) {
	if len(args) == 0 {
		return nil, nil //nolint:nilnil // no labels at all is a valid answer
	}
	out := make(map[string]string, len(args))
	for _, arg := range args {
		name, value, found := strings.Cut(arg, "=")
		if !found || name == "" {
			return nil, wrong(cmd, "--%s takes NAME=VALUE, not %q", flag, arg)
		}
		out[name] = value
	}
	return out, nil
}

// requireOne makes a command refuse to change nothing.
func requireOne(cmd *cobra.Command) {
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		given := false
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { given = given || f.Changed })
		if !given {
			return wrong(cmd, "say what to change, with one of the flags")
		}
		return nil
	}
}

// require marks flags that a command cannot do without.
func require(cmd *cobra.Command, flags ...string) {
	inner := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range flags {
			if !cmd.Flags().Changed(name) {
				return wrong(cmd, "--%s is missing", name)
			}
		}
		return inner(cmd, args)
	}
}
