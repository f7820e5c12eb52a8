package config

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// masked stands where a secret was.
const masked = "(masked)"

// Print writes the settings as a configuration file, each with its source, and
// without secrets.
func Print(w io.Writer, flags *pflag.FlagSet, sources map[string]Source) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == fileFlag || f.Name == "help" || failed != nil {
			return
		}
		_, failed = fmt.Fprintf(w, "%s: %s  # %s\n", f.Name, printed(f), sources[f.Name])
	})
	return failed
}

// printed gives a value as YAML, on one line.
func printed(f *pflag.Flag) string {
	var value any = mask(f.Name, f.Value.String())
	if list, ok := f.Value.(pflag.SliceValue); ok {
		items := []string{}
		for _, item := range list.GetSlice() {
			items = append(items, mask(f.Name, item))
		}
		value = items
	} else if t := f.Value.Type(); strings.HasPrefix(t, "int") || strings.HasPrefix(t, "float") || t == "bool" {
		return f.Value.String()
	}
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		return masked // a value that cannot be shown is not shown
	}
	node.Style = yaml.FlowStyle
	if node.Kind == yaml.ScalarNode {
		node.Style = yaml.DoubleQuotedStyle
	}
	text, err := yaml.Marshal(&node)
	if err != nil {
		return masked
	}
	return strings.TrimSpace(string(text))
}

// secretWords are in the names of settings and of URL parameters that hold secrets.
var secretWords = []string{"password", "passwd", "secret", "token", "credential", "access_key", "accesskey", "signature", "admin-key"}

// mask takes the secrets out of a value: all of it where the setting is one,
// and of URLs the password and the parameters that are named like one.
func mask(name, value string) string {
	if value == "" {
		return value
	}
	if isSecret(name) {
		return masked
	}
	if !strings.Contains(value, "://") {
		return value
	}
	u, err := url.Parse(value)
	if err != nil {
		return masked // it may have a password in it, who knows where
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), "MASKED")
	}
	query := u.Query()
	for parameter := range query {
		if isSecret(parameter) {
			query.Set(parameter, "MASKED")
		}
	}
	if len(query) > 0 {
		u.RawQuery = query.Encode()
	}
	return strings.ReplaceAll(u.String(), "MASKED", masked)
}

func isSecret(name string) bool {
	name = strings.ToLower(name)
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
