package settings

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"ddap/shared/operation"
)

const (
	fileFlag    = "config"
	datasetsKey = "datasets"
	// connectionsKey stands before or after the datasets that name them.
	connectionsKey = "connections"
)

// applyFile sets the flags that neither the command line nor the environment
// has, and adds the datasets of the file. The error names each line that is wrong.
func (f *Flags) applyFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	defer file.Close()
	var document yaml.Node
	err = yaml.NewDecoder(file).Decode(&document)
	switch {
	case errors.Is(err, io.EOF): // an empty file
		return nil
	case err != nil:
		return fmt.Errorf("--config: %s is not valid YAML: %w", path, err)
	}
	var wrong []error
	if node := valueOf(document.Content[0], connectionsKey); node != nil {
		if err := f.addConnections(filepath.Dir(path), node); err != nil {
			wrong = append(wrong, fmt.Errorf("--config: %s: %w", path, err))
		}
	}
	err = each(document.Content[0], func(key string, value *yaml.Node) error {
		switch {
		case key == connectionsKey:
			return nil // read before
		case key == datasetsKey:
			return f.addDatasets(filepath.Dir(path), value)
		case key == fileFlag || f.set.Lookup(key) == nil:
			return unknownKey(key, f.keys())
		case f.set.Lookup(key).Changed:
			return nil
		case value.Kind != yaml.ScalarNode:
			return fmt.Errorf("%q must be a plain value", key)
		default:
			return f.set.Set(key, value.Value)
		}
	})
	if err != nil {
		wrong = append(wrong, fmt.Errorf("--config: %s: %w", path, err))
	}
	return errors.Join(wrong...)
}

func (f *Flags) keys() []string {
	keys := []string{connectionsKey, datasetsKey}
	f.set.VisitAll(func(flag *pflag.Flag) {
		if flag.Name != fileFlag {
			keys = append(keys, flag.Name)
		}
	})
	return keys
}

// valueOf finds the entry of a mapping; nil where there is none.
func valueOf(node *yaml.Node, key string) *yaml.Node {
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func unknownKey(key string, known []string) error {
	if near := operation.Nearest(key, known); near != "" {
		return fmt.Errorf("unknown key %q; did you mean %q?", key, near)
	}
	return fmt.Errorf("unknown key %q; there are %s", key, strings.Join(known, ", "))
}

// each hands over the entries of a mapping, and collects what is wrong with the
// line of each.
func each(node *yaml.Node, take func(key string, value *yaml.Node) error) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a list of names with values is expected, as in \"slots: 2\"", node.Line)
	}
	var wrong []error
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		err := fmt.Errorf("%q stands there twice", key.Value)
		if !seen[key.Value] {
			err = take(key.Value, value)
		}
		seen[key.Value] = true
		if nested := (*placedError)(nil); errors.As(err, &nested) {
			wrong = append(wrong, err) // it names its own lines
		} else if err != nil {
			wrong = append(wrong, &placedError{key.Line, err})
		}
	}
	return errors.Join(wrong...)
}

// placedError is an error with its line in the file.
type placedError struct {
	line int
	err  error
}

func (e *placedError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.err) }

func (e *placedError) Unwrap() error { return e.err }

// addDatasets reads what is shared: the name of each dataset with its settings.
// A path that is not absolute begins at the file's own folder.
func (f *Flags) addDatasets(folder string, node *yaml.Node) error {
	return each(node, func(name string, node *yaml.Node) error {
		if name == "" || len(name) > maxNameLength {
			return fmt.Errorf("the name of a dataset has 1 to %d characters", maxNameLength)
		}
		if slices.ContainsFunc(f.shares, func(s Share) bool { return s.Name == name }) {
			return fmt.Errorf("two datasets are called %q", name)
		}
		d := newDatasetForm(name)
		err := each(node, func(key string, value *yaml.Node) error {
			read, known := datasetKeys[key]
			if !known {
				return unknownKey(key, slices.Sorted(maps.Keys(datasetKeys)))
			}
			if err := read(d, value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		share, err := d.share(f.connections)
		if err != nil {
			return fmt.Errorf("dataset %q: %w", name, err)
		}
		if share.Path != "" && !filepath.IsAbs(share.Path) {
			share.Path = filepath.Join(folder, share.Path)
		}
		f.shares = append(f.shares, share)
		return nil
	})
}
