package command

import (
	"context"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func webhooksCommand(s *session) *cobra.Command {
	list := s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		webhooks, err := c.Webhooks(ctx)
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line { return v.Webhooks(webhooks) })
	})
	cmd := group("webhooks", "Where this server sends what happens",
		&cobra.Command{Use: "list", Short: "List them, without their secrets", Args: exactly(), RunE: list},
		createWebhookCommand(s), changeWebhookCommand(s), rotateWebhookCommand(s), deliveriesCommand(s),
		s.switchWebhook("enable", "Send again what happens from now on", true),
		s.switchWebhook("disable", "Send nothing until it is enabled", false),
		&cobra.Command{
			Use: "show WEBHOOK_ID", Short: "Show one", Args: exactly("WEBHOOK_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.printWebhook(c.Webhook(ctx, args[0]))
			}),
		},
		&cobra.Command{
			Use: "test WEBHOOK_ID", Short: "Send it an event that says nothing", Args: exactly("WEBHOOK_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.printDelivery(c.TestWebhook(ctx, args[0]))
			}),
		},
		&cobra.Command{
			Use: "resend WEBHOOK_ID DELIVERY_ID", Short: "Send a delivery again that has ended", Args: exactly("WEBHOOK_ID", "DELIVERY_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.printDelivery(c.ResendDelivery(ctx, args[0], args[1]))
			}),
		},
		&cobra.Command{
			Use: "delete WEBHOOK_ID", Short: "Delete one with its deliveries", Args: exactly("WEBHOOK_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				if err := c.DeleteWebhook(ctx, args[0]); err != nil {
					return err
				}
				s.say(i18n.Text{EN: "Webhook %s is gone.", ID: "Webhook %s dihapus."}, args[0])
				return nil
			}),
		},
	)
	cmd.RunE = list
	return cmd
}

func (s *session) printWebhook(w api.Webhook, err error) error {
	if err != nil {
		return err
	}
	return s.print(func(v render.View) []render.Line { return v.Webhooks(api.WebhookList{Webhooks: []api.Webhook{w}}) })
}

func (s *session) printDelivery(d api.Delivery, err error) error {
	if err != nil {
		return err
	}
	return s.print(func(v render.View) []render.Line {
		return v.Deliveries(api.DeliveryList{Deliveries: []api.Delivery{d}})
	})
}

func (s *session) switchWebhook(use, short string, on bool) *cobra.Command {
	return &cobra.Command{
		Use: use + " WEBHOOK_ID", Short: short, Args: exactly("WEBHOOK_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			return s.printWebhook(c.ChangeWebhook(ctx, args[0], api.WebhookPatch{Enabled: &on}))
		}),
	}
}

func createWebhookCommand(s *session) *cobra.Command {
	var req api.WebhookRequest
	cmd := &cobra.Command{
		Use: "create --name NAME --url URL --types TYPES", Short: "Make one and print its secret, this once", Args: exactly(),
		Example: `  ddap-admin webhooks create --name Chat --url https://example.org/hook --types task.failed,runner > chat.secret`,
		RunE: s.do(func(ctx context.Context, c *client.Client, _ []string) error {
			w, err := c.CreateWebhook(ctx, req)
			if err != nil {
				return err
			}
			s.say(i18n.Text{
				EN: "Webhook %s. Its secret is shown this once:",
				ID: "Webhook %s. Rahasianya hanya ditampilkan kali ini:",
			}, w.ID)
			return s.printSecret(w.Secret)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&req.Name, "name", "", "what people call it")
	f.StringVar(&req.URL, "url", "", "where events are sent")
	f.StringSliceVar(&req.Types, "types", nil, "types of events or whole subjects, as in task.failed,runner; * is all")
	require(cmd, "name", "url", "types")
	return cmd
}

func changeWebhookCommand(s *session) *cobra.Command {
	var name, url string
	var types []string
	cmd := &cobra.Command{Use: "change WEBHOOK_ID", Short: "Change its name, its address or its events", Args: exactly("WEBHOOK_ID")}
	cmd.RunE = s.do(func(ctx context.Context, c *client.Client, args []string) error {
		patch := api.WebhookPatch{Types: types}
		if cmd.Flags().Changed("name") {
			patch.Name = &name
		}
		if cmd.Flags().Changed("url") {
			patch.URL = &url
		}
		return s.printWebhook(c.ChangeWebhook(ctx, args[0], patch))
	})
	f := cmd.Flags()
	f.StringVar(&name, "name", "", "what people call it")
	f.StringVar(&url, "url", "", "where events are sent")
	f.StringSliceVar(&types, "types", nil, "types of events or whole subjects; * is all")
	requireOne(cmd)
	return cmd
}

func rotateWebhookCommand(s *session) *cobra.Command {
	overlap := seconds(24 * 60 * 60)
	var now bool
	cmd := &cobra.Command{
		Use: "rotate WEBHOOK_ID", Short: "Replace its secret and print the new one, this once", Args: exactly("WEBHOOK_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			both := int(overlap)
			if now {
				both = 0
			}
			w, err := c.RotateWebhook(ctx, args[0], api.WebhookRotation{OverlapSeconds: &both})
			if err != nil {
				return err
			}
			s.say(i18n.Text{EN: "The new secret is shown this once:", ID: "Rahasia baru hanya ditampilkan kali ini:"})
			return s.printSecret(w.Secret)
		}),
	}
	cmd.Flags().Var(&overlap, "overlap", "how long the secret before signs as well")
	cmd.Flags().BoolVar(&now, "now", false, "let the secret before sign nothing any more")
	return cmd
}

func deliveriesCommand(s *session) *cobra.Command {
	var filter client.DeliveryFilter
	var state string
	cmd := &cobra.Command{
		Use: "deliveries WEBHOOK_ID", Short: "List what was sent and is to be sent, newest first", Args: exactly("WEBHOOK_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			filter.State = api.DeliveryState(state)
			list, err := c.Deliveries(ctx, args[0], filter)
			if err != nil {
				return err
			}
			return s.print(func(v render.View) []render.Line { return v.Deliveries(list) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&state, "state", "", "only those that are pending, succeeded or failed")
	f.IntVar(&filter.Limit, "limit", 0, "how many at most; 50 when absent, 200 at most")
	f.StringVar(&filter.Cursor, "cursor", "", "go on behind an earlier page: its next_cursor")
	return cmd
}
