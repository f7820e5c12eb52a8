package settings

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// Share is one dataset that the owner shares.
type Share struct {
	Name string
	// Path is a data file, a folder of them, or a pattern for their names, as the
	// owner wrote it.
	Path   string
	Policy result.Policy
	// MinGroupSize is set for the policy aggregates only.
	MinGroupSize int
	// Publish lets results made from it be shown to everybody.
	Publish bool
	// Description is what people are told of the dataset.
	Description string
	// Format and Reading say how the files are written; what is zero is found out.
	Format  plan.Format
	Reading plan.Reading
	// Connection is set where the dataset is a table of a database, which Schema
	// and Table name. Path is then its file, or empty.
	Connection    *Connection
	Schema, Table string
	// URL is where the file is downloaded from, where it is one of the web; Path is
	// then empty.
	URL string
}

const (
	maxNameLength   = 200
	maxMinGroupSize = 1_000_000
)

// policySuffix is read from the end, and only in exactly these forms, so that
// C:\birds.csv and a:rows.csv are paths.
var policySuffix = regexp.MustCompile(`^(.+):(rows|aggregates)(?::([0-9]+))?$`)

// ParseShare reads NAME=PATH, NAME=PATH:rows, NAME=PATH:aggregates or
// NAME=PATH:aggregates:N. Without a policy it is aggregates over groups of
// result.DefaultMinGroupSize. A path that itself ends in such a form needs the
// policy said: NAME=odd:rows:rows shares the file odd:rows.
func ParseShare(text string) (Share, error) {
	name, rest, found := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if !found || name == "" || rest == "" {
		return Share{}, fmt.Errorf("%q should look like NAME=PATH, NAME=PATH:rows or NAME=PATH:aggregates:N", text)
	}
	if len(name) > maxNameLength {
		return Share{}, fmt.Errorf("the name of a dataset may have %d characters at most", maxNameLength)
	}
	share := Share{Name: name, Path: rest, Policy: result.Aggregates, MinGroupSize: result.DefaultMinGroupSize}
	m := policySuffix.FindStringSubmatch(rest)
	if m == nil || (m[2] == string(result.Rows) && m[3] != "") {
		return share, nil
	}
	share.Path, share.Policy = m[1], result.Policy(m[2])
	switch {
	case share.Policy == result.Rows:
		share.MinGroupSize = 0
	case m[3] != "":
		n, err := strconv.Atoi(m[3])
		if err != nil || n < 1 || n > maxMinGroupSize {
			return Share{}, fmt.Errorf("in %q the smallest group must be from 1 to %d", text, maxMinGroupSize)
		}
		share.MinGroupSize = n
	}
	return share, nil
}

// shares is a flag that can be given many times.
type shares []Share

// Set adds a share. From the environment, where a variable can be given only
// once, it adds one for each line.
func (s *shares) Set(text string) error {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) == "" {
			continue
		}
		share, err := ParseShare(line)
		if err != nil {
			return err
		}
		for _, other := range *s {
			if other.Name == share.Name {
				return fmt.Errorf("two datasets are called %q", share.Name)
			}
		}
		*s = append(*s, share)
	}
	return nil
}

// String is empty: a list has no default to show.
func (s *shares) String() string { return "" }

// Type names the form for the help.
func (s *shares) Type() string { return "NAME=PATH[:rows|:aggregates[:N]]" }

// publish marks those of the shares that are named. An unknown name is an error:
// it may be a slip in what the owner meant.
func (s *shares) publish(named names) []error {
	var wrong []error
	for _, name := range named {
		i := slices.IndexFunc(*s, func(share Share) bool { return share.Name == name })
		if i < 0 {
			known := make([]string, len(*s))
			for k := range *s {
				known[k] = (*s)[k].Name
			}
			wrong = append(wrong, fmt.Errorf("--publish: %s", operation.UnknownName("", "dataset", name, known).Message))
			continue
		}
		(*s)[i].Publish = true
	}
	return wrong
}

// names is a flag that can be given many times.
type names []string

// Set adds a name. From the environment, where a variable can be given only
// once, it adds one for each line.
func (n *names) Set(text string) error {
	for line := range strings.Lines(text) {
		if name := strings.TrimSpace(line); name != "" {
			*n = append(*n, name)
		}
	}
	return nil
}

// String is empty: there are none by default.
func (n *names) String() string { return "" }

// Type names the form for the help.
func (n *names) Type() string { return "NAME" }
