package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ddap/admin-tui/internal/render"
	"ddap/admin-tui/internal/theme"
	"ddap/shared/buildinfo"
	"ddap/shared/client"
	"ddap/shared/envflag"
	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// defaultServer is where ddap-server listens unless told otherwise.
const defaultServer = "http://127.0.0.1:8080"

// session is one run of the program: who it talks to, as whom, and how it shows
// what it hears.
type session struct {
	env Environment

	server, key, keyFile, output, lang string
	insecureHTTP                       bool

	// answer is the last JSON answer as it came.
	answer []byte
}

// errSaid ends a command that failed after everything was said about it: that a
// task did not succeed, or what a server lacks.
var errSaid = errors.New("failed, and said so")

func (s *session) flags(f *pflag.FlagSet) {
	f.StringVar(&s.server, "server", defaultServer, "address of the server")
	f.StringVar(&s.key, "key", "", "API key")
	f.StringVar(&s.keyFile, "key-file", "", "file that holds the API key")
	f.StringVarP(&s.output, "output", "o", "table", "table for people, json for programs: the API's own documents")
	f.StringVar(&s.lang, "lang", string(i18n.English), "language of states and sentences: en or id")
	f.BoolVar(&s.insecureHTTP, "insecure-http", false, "allow http:// to another computer, which sends the key unencrypted")
}

// begin completes the flags from the environment and checks them.
func (s *session) begin(cmd *cobra.Command) error {
	flags := cmd.Root().PersistentFlags()
	fileMeant := flags.Changed("key-file") && !flags.Changed("key")
	if err := envflag.Apply(flags, s.env.Lookup); err != nil {
		return usage{err, cmd}
	}
	if fileMeant {
		s.key = "" // the command line's file wins over the environment's key
	}
	if s.output != "table" && s.output != "json" {
		return wrong(cmd, "--output is table or json, not %q", s.output)
	}
	if s.lang != string(i18n.English) && s.lang != string(i18n.Indonesian) {
		s.lang = string(i18n.English)
		return wrong(cmd, "--lang is en or id")
	}
	return nil
}

// connect makes the client; it does not talk to the server yet.
func (s *session) connect(cmd *cobra.Command) (*client.Client, error) {
	key, err := s.readKey(cmd)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, wrong(cmd, "there is no API key; give one with --key-file or --key, or in DDAP_KEY")
	}
	return s.connectAs(cmd, key)
}

// readKey gives the API key; it is empty where there is none.
func (s *session) readKey(cmd *cobra.Command) (string, error) {
	key := s.key
	if key == "" && s.keyFile != "" {
		raw, err := os.ReadFile(s.keyFile)
		if err != nil {
			return "", wrong(cmd, "read the key: %w", err)
		}
		key = string(raw)
	}
	return strings.TrimSpace(key), nil
}

func (s *session) connectAs(cmd *cobra.Command, key string) (*client.Client, error) {
	c, err := client.New(client.Config{
		Server: s.server, Credential: key, InsecureHTTP: s.insecureHTTP,
		UserAgent: "ddap-admin/" + buildinfo.Version, Observe: func(body []byte) { s.answer = body },
	})
	if fault.HasCode(err, "invalid_server") || fault.HasCode(err, "insecure_http") {
		return nil, usage{err, cmd}
	}
	return c, err
}

// action is what a command does once it has a client.
type action func(ctx context.Context, c *client.Client, args []string) error

// do makes a command's RunE out of an action.
func (s *session) do(act action) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := s.connect(cmd)
		if err != nil {
			return err
		}
		defer c.CloseIdleConnections()
		return act(cmd.Context(), c, args)
	}
}

// doWithoutKey is do for what a server tells anybody.
func (s *session) doWithoutKey(act action) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := s.connectAs(cmd, "")
		if err != nil {
			return err
		}
		defer c.CloseIdleConnections()
		return act(cmd.Context(), c, args)
	}
}

func (s *session) json() bool { return s.output == "json" }

func (s *session) language() i18n.Language { return i18n.Language(s.lang) }

// viewOf is how what is written to w should be rendered.
func (s *session) viewOf(w io.Writer) render.View {
	v := render.View{Language: s.language(), Now: s.env.Now()}
	if width, _, ok := s.env.Size(w); ok {
		v.Width = width
	}
	return v
}

func (s *session) themeOf(w io.Writer) theme.Theme {
	if _, _, ok := s.env.Size(w); ok {
		return theme.For(w, s.env.Lookup)
	}
	return theme.None()
}

// print writes the last answer: as the API's document where programs read, else
// as lines for people.
func (s *session) print(lines func(render.View) []render.Line) error {
	if s.json() {
		return s.printAnswer()
	}
	return s.write(s.env.Out, lines(s.viewOf(s.env.Out)))
}

func (s *session) write(w io.Writer, lines []render.Line) error {
	t := s.themeOf(w)
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight(t.Line(line), " ") + "\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// printAnswer writes the API's document: indented for a terminal, elsewhere as it came.
func (s *session) printAnswer() error {
	document := bytes.TrimSpace(s.answer)
	if _, _, ok := s.env.Size(s.env.Out); ok {
		var b bytes.Buffer
		if err := json.Indent(&b, document, "", "  "); err == nil {
			document = b.Bytes()
		}
	}
	if _, err := s.env.Out.Write(append(render.CleanJSON(document), '\n')); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// say tells people something, beside the output.
func (s *session) say(t i18n.Text, values ...any) {
	line := fmt.Sprintf(t.In(s.language()), values...)
	_, _ = fmt.Fprintln(s.env.Err, render.Clean(line))
}

// explain tells people what went wrong.
func (s *session) explain(ctx context.Context, err error) {
	var u usage
	switch {
	case errors.Is(err, errSaid):
	case errors.As(err, &u):
		_, _ = fmt.Fprintf(s.env.Err, "ddap-admin: %s\n→ %s --help\n", render.Clean(message(u.err)), u.cmd.CommandPath())
	case ctx.Err() != nil:
		s.say(i18n.Text{EN: "Interrupted.", ID: "Terputus."})
	default:
		_ = s.write(s.env.Err, s.viewOf(s.env.Err).Problem(err)) // nobody is left to be told
	}
}

func message(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Message != "" {
		return f.Message
	}
	return err.Error()
}

// exitCode gives the exit code that an error stands for. The server's verdict
// on parameters counts as wrong usage: what was typed is what must change.
func (s *session) exitCode(err error) int {
	var u usage
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &u), fault.Is(err, fault.Invalid):
		return ExitUsage
	case errors.Is(err, context.Canceled):
		return ExitFailed
	case fault.HasCode(err, "not_a_ddap_server"), fault.Is(err, fault.Unavailable):
		return ExitUnreachable
	case fault.Is(err, fault.Unauthenticated), fault.Is(err, fault.Forbidden):
		return ExitRefused
	default:
		return ExitFailed
	}
}
