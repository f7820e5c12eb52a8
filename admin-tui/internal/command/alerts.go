package command

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/i18n"
)

func alertsCommand(s *session) *cobra.Command {
	list := s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		alerts, err := c.Alerts(ctx)
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line { return v.Alerts(alerts) })
	})
	cmd := group("alerts", "Rules that tell when something is wrong, and when it is over",
		&cobra.Command{Use: "list", Short: "List them with what they see", Args: exactly(), RunE: list},
		createAlertCommand(s), changeAlertCommand(s),
		s.pauseAlert("pause", "Watch nothing until it is resumed", true),
		s.pauseAlert("resume", "Watch again", false),
		&cobra.Command{
			Use: "show ALERT_ID", Short: "Show one", Args: exactly("ALERT_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.printAlert(c.Alert(ctx, args[0]))
			}),
		},
		&cobra.Command{
			Use: "delete ALERT_ID", Short: "Delete one; if it fires, it resolves first", Args: exactly("ALERT_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				if err := c.DeleteAlert(ctx, args[0]); err != nil {
					return err
				}
				s.say(i18n.Text{EN: "Alert %s is gone.", ID: "Peringatan %s dihapus."}, args[0])
				return nil
			}),
		},
	)
	cmd.RunE = list
	return cmd
}

func (s *session) printAlert(a api.Alert, err error) error {
	if err != nil {
		return err
	}
	return s.print(func(v render.View) []render.Line { return v.Alert(a) })
}

func (s *session) pauseAlert(use, short string, paused bool) *cobra.Command {
	return &cobra.Command{
		Use: use + " ALERT_ID", Short: short, Args: exactly("ALERT_ID"),
		RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
			return s.printAlert(c.ChangeAlert(ctx, args[0], api.AlertPatch{Paused: &paused}))
		}),
	}
}

func createAlertCommand(s *session) *cobra.Command {
	var name, kind string
	var rule alertFlags
	cmd := &cobra.Command{
		Use: "create --name NAME --kind KIND", Short: "Make one", Args: exactly(),
		Long: `Make an alert of one of these kinds:

  no_runner      no runner is online, or none with --labels that shares --dataset
  queue_age      the oldest task that could run has waited for --threshold, as in 10m
  failure_rate   of the tasks that ended within --window, the share --threshold has failed, as in 0.2`,
		Example: `  ddap-admin alerts create --name "Lab is dark" --kind no_runner --labels site=lab --for 10m --email ann@example.org
  ddap-admin alerts create --name "Slow" --kind queue_age --threshold 30m --resolve-threshold 10m
  ddap-admin alerts create --name "Failures" --kind failure_rate --threshold 0.2 --window 1h --min-count 20`,
	}
	cmd.RunE = s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		patch := rule.patch(cmd)
		return s.printAlert(c.CreateAlert(ctx, api.AlertRequest{
			Name: name, Kind: api.AlertKind(kind), AlertRule: patch.AlertRule, Notify: patch.Notify, Language: patch.Language,
		}))
	})
	cmd.Flags().StringVar(&name, "name", "", "what people call it")
	cmd.Flags().StringVar(&kind, "kind", "", "what it watches: no_runner, queue_age or failure_rate")
	rule.add(cmd)
	require(cmd, "name", "kind")
	return cmd
}

func changeAlertCommand(s *session) *cobra.Command {
	var name string
	var rule alertFlags
	cmd := &cobra.Command{Use: "change ALERT_ID", Short: "Change its name, its rule or who is told", Args: exactly("ALERT_ID")}
	cmd.RunE = s.do(func(ctx context.Context, c *client.Client, args []string) error {
		patch := rule.patch(cmd)
		if cmd.Flags().Changed("name") {
			patch.Name = &name
		}
		return s.printAlert(c.ChangeAlert(ctx, args[0], patch))
	})
	cmd.Flags().StringVar(&name, "name", "", "what people call it")
	rule.add(cmd)
	requireOne(cmd)
	return cmd
}

// alertFlags are the flags of a rule. What is not given is not sent.
type alertFlags struct {
	labels                          map[string]string
	dataset, language               string
	operation, minCount             int
	threshold, resolve              measure
	window, after, resolving, again span
	emails                          []string
}

func (a *alertFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringToStringVar(&a.labels, "labels", nil, "no_runner: only runners with these labels count, as in site=lab,os=linux")
	f.StringVar(&a.dataset, "dataset", "", "no_runner: only runners that share this dataset count")
	f.IntVar(&a.operation, "operation", 0, "queue_age: only tasks of this operation count, as in 300; 0 for all")
	f.Var(&a.threshold, "threshold", "from where it is bad: a time as in 10m, or a share as in 0.2")
	f.Var(&a.resolve, "resolve-threshold", "once it fires, below where it is well again; --threshold unless given")
	f.Var(&a.window, "window", "failure_rate: over which time")
	f.IntVar(&a.minCount, "min-count", 0, "failure_rate: how many tasks must have ended in that time")
	f.Var(&a.after, "for", "how long it must be bad before it fires")
	f.Var(&a.resolving, "resolve-for", "how long it must be well before it resolves")
	f.Var(&a.again, "repeat", "tell again after so long while it fires; 0s for never")
	f.StringSliceVar(&a.emails, "email", nil, "who gets e-mails, as in ann@example.org,ben@example.org")
	f.StringVar(&a.language, "language", "", "of its e-mails and events: en or id")
}

func (a *alertFlags) patch(cmd *cobra.Command) (p api.AlertPatch) {
	given := cmd.Flags().Changed
	if given("labels") {
		p.Labels = &a.labels
	}
	if given("email") {
		p.Notify = &api.AlertNotify{Emails: append([]string{}, a.emails...)}
	}
	if given("dataset") {
		p.Dataset = &a.dataset
	}
	if given("language") {
		p.Language = &a.language
	}
	for name, c := range map[string]struct {
		into **int
		from *int
	}{
		"operation": {&p.OperationCode, &a.operation}, "min-count": {&p.MinCount, &a.minCount}, "window": {&p.WindowSeconds, (*int)(&a.window)},
		"for": {&p.ForSeconds, (*int)(&a.after)}, "resolve-for": {&p.ResolveSeconds, (*int)(&a.resolving)}, "repeat": {&p.RepeatSeconds, (*int)(&a.again)},
	} {
		if given(name) {
			*c.into = c.from
		}
	}
	for name, c := range map[string]struct {
		into **float64
		from *float64
	}{"threshold": {&p.Threshold, (*float64)(&a.threshold)}, "resolve-threshold": {&p.ResolveThreshold, (*float64)(&a.resolve)}} {
		if given(name) {
			*c.into = c.from
		}
	}
	return p
}

// span is a flag for a time in whole seconds, also none.
type span int

// Set reads a duration such as 90s or 24h.
func (s *span) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d%time.Second != 0 {
		return errors.New("it takes whole seconds, as in 90s or 24h")
	}
	*s = span(d / time.Second)
	return nil
}

// String writes it as Go writes durations; empty where it is not set.
func (s *span) String() string {
	if *s == 0 {
		return ""
	}
	return (time.Duration(*s) * time.Second).String()
}

// Type names the form for the help.
func (s *span) Type() string { return "duration" }

// measure is a flag for a time, which counts in seconds, or a share.
type measure float64

// Set reads 10m or 0.2.
func (m *measure) Set(text string) error {
	if d, err := time.ParseDuration(text); err == nil && strings.ContainsAny(text, "hmsuµn") {
		*m = measure(d.Seconds())
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return errors.New("it takes a time as in 10m, or a share as in 0.2")
	}
	*m = measure(v)
	return nil
}

// String writes the number; empty where it is not set.
func (m *measure) String() string {
	if *m == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*m), 'f', -1, 64)
}

// Type names the form for the help.
func (m *measure) Type() string { return "value" }
