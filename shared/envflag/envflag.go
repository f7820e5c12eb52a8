// Package envflag gives every command-line flag an environment variable:
// --data-dir is DDAP_DATA_DIR. What stands on the command line wins over the
// environment, and the environment over the flag's default.
package envflag

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// Prefix begins the name of every variable.
const Prefix = "DDAP_"

// Name gives the environment variable of a flag: DDAP_DATA_DIR for data-dir.
func Name(flag string) string {
	return Prefix + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(flag))
}

// Describe adds the variable's name to the help of every flag of the set.
// Call it once, after all flags are defined.
func Describe(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if bound(f) {
			f.Usage += " [" + Name(f.Name) + "]"
		}
	})
}

// Apply sets every flag that the command line left out from its variable,
// which lookup finds (os.LookupEnv outside of tests). An empty variable counts
// as absent, because that is what an unset line of a compose file gives. The
// error names each variable whose value the flag does not take.
//
// A list flag takes its values separated by commas, as on the command line.
func Apply(flags *pflag.FlagSet, lookup func(name string) (string, bool)) error {
	var wrong []error
	flags.VisitAll(func(f *pflag.Flag) {
		value, found := lookup(Name(f.Name))
		if f.Changed || !bound(f) || !found || value == "" {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			wrong = append(wrong, fmt.Errorf("environment variable %s: %w", Name(f.Name), err))
		}
	})
	return errors.Join(wrong...)
}

// bound reports whether a flag has a variable. Help is an act, not a setting.
func bound(f *pflag.Flag) bool { return f.Name != "help" && f.Name != "version" }
