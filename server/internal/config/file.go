package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"ddap/shared/envflag"
	"ddap/shared/operation"
)

// fileFlag names the file; it is no key of the file.
const fileFlag = "config"

// Source says where the value of a setting comes from, as people name it:
// "flag", "environment DDAP_LISTEN", "file /etc/ddap.yaml", or "default".
type Source string

// Default is the source of what nobody said anything about.
const sourceDefault Source = "default"

// Settle completes the flags that the command line left out: from the
// environment, which lookup finds, and then from the configuration file that
// --config or its variable names. It gives the source of each flag, by name.
//
// A key of the file that is no setting of any command is an error; one that is
// a setting of another command is passed over, so that one file serves all.
func Settle(flags *pflag.FlagSet, lookup func(name string) (string, bool)) (map[string]Source, error) {
	sources := map[string]Source{}
	note := func(source func(*pflag.Flag) Source) {
		flags.VisitAll(func(f *pflag.Flag) {
			if _, known := sources[f.Name]; f.Changed && !known {
				sources[f.Name] = source(f)
			}
		})
	}
	note(func(*pflag.Flag) Source { return "flag" })
	if err := envflag.Apply(flags, lookup); err != nil {
		return nil, err
	}
	note(func(f *pflag.Flag) Source { return Source("environment " + envflag.Name(f.Name)) })
	if file := flags.Lookup(fileFlag); file != nil && file.Value.String() != "" {
		if err := applyFile(flags, file.Value.String()); err != nil {
			return nil, err
		}
		note(func(*pflag.Flag) Source { return Source("file " + file.Value.String()) })
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if _, known := sources[f.Name]; !known {
			sources[f.Name] = sourceDefault
		}
	})
	return sources, nil
}

// allKeys lists every key that a file may have: the flags of all commands.
func allKeys() []string {
	c := Default()
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.AddAll(flags)
	var keys []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != fileFlag {
			keys = append(keys, f.Name)
		}
	})
	return keys
}

func applyFile(flags *pflag.FlagSet, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the configuration file: %w", err)
	}
	defer file.Close()
	entries, err := readFile(file)
	if err != nil {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	var wrong []error
	for _, e := range entries {
		f := flags.Lookup(e.key)
		if f == nil || f.Changed {
			continue
		}
		if err := flags.Set(e.key, e.value); err != nil {
			wrong = append(wrong, fmt.Errorf("configuration file %s, line %d: %w", path, e.line, err))
		}
	}
	return errors.Join(wrong...)
}

type entry struct {
	key, value string
	line       int
}

// readFile reads the keys of a file and judges their names; what their values
// mean is the flags' matter.
func readFile(r io.Reader) ([]entry, error) {
	var document yaml.Node
	if err := yaml.NewDecoder(r).Decode(&document); err != nil {
		if errors.Is(err, io.EOF) { // an empty file
			return nil, nil
		}
		return nil, fmt.Errorf("is not valid YAML: %w", err)
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: must be a list of settings, as in \"listen: 127.0.0.1:8080\"", root.Line)
	}
	var entries []entry
	var wrong []error
	known, seen := allKeys(), map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		e, err := readEntry(root.Content[i], root.Content[i+1], known)
		if err == nil && seen[e.key] {
			err = fmt.Errorf("line %d: %q stands there twice", e.line, e.key)
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		seen[e.key] = true
		if e.value != "" { // as with the environment, an empty value counts as absent
			entries = append(entries, e)
		}
	}
	return entries, errors.Join(wrong...)
}

func readEntry(key, value *yaml.Node, known []string) (entry, error) {
	e := entry{key: key.Value, line: key.Line}
	if !slices.Contains(known, e.key) {
		hint := ""
		if near := operation.Nearest(strings.ReplaceAll(e.key, "_", "-"), known); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return e, fmt.Errorf("line %d: unknown key %q%s", e.line, e.key, hint)
	}
	switch value.Kind {
	case yaml.ScalarNode:
		if value.Tag != "!!null" {
			e.value = value.Value
		}
		return e, nil
	case yaml.SequenceNode:
		var parts []string
		for _, item := range value.Content {
			if item.Kind != yaml.ScalarNode {
				return e, fmt.Errorf("line %d: %q must be a list of plain values", item.Line, e.key)
			}
			parts = append(parts, item.Value)
		}
		e.value = strings.Join(parts, ",")
		return e, nil
	default:
		return e, fmt.Errorf("line %d: %q must be a plain value or a list", value.Line, e.key)
	}
}
