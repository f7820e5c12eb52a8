package settings

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ddap/desktop-runner/internal/plan"
)

// Connection is a database that the owner shares tables of.
type Connection struct {
	plan.Connection

	// Path is the file of a SQLite database.
	Path string
	// PasswordEnv is the environment variable that holds the password, PasswordFile
	// the file that does; neither where there is none.
	PasswordEnv, PasswordFile string
	// CAFile holds the certificates to trust.
	CAFile string
}

// Reach gives the connection with its password and certificates, which are read
// anew each time, so that they can be changed while the runner runs. The error is
// a sentence without either.
func (c *Connection) Reach() (plan.Connection, error) {
	out := c.Connection
	switch {
	case c.PasswordEnv != "":
		password, set := os.LookupEnv(c.PasswordEnv)
		if !set {
			return out, fmt.Errorf("password_env: the environment variable %s is not set", c.PasswordEnv)
		}
		out.Password = plan.Secret(password)
	case c.PasswordFile != "":
		password, err := readSecret(c.PasswordFile)
		if err != nil {
			return out, fmt.Errorf("password_file: %w", err)
		}
		out.Password = password
	}
	if c.CAFile != "" {
		raw, err := os.ReadFile(c.CAFile)
		if err != nil {
			return out, errors.New("ca_file: the file cannot be read")
		}
		out.CA = string(raw)
	}
	return out, nil
}

// othersMayRead are the rights that nobody but the owner may have on a secret.
const othersMayRead = 0o077

func readSecret(path string) (plan.Secret, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", errors.New("the file cannot be found")
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&othersMayRead != 0 {
		return "", errors.New("others may read the file; let only its owner do so (chmod 600)")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", errors.New("the file cannot be read")
	}
	return plan.Secret(strings.TrimRight(string(raw), "\r\n")), nil
}

// connectionKeys are the settings of a connection.
var connectionKeys = map[string]func(c *Connection, v *yaml.Node) error{
	"kind": func(c *Connection, v *yaml.Node) error {
		return one(&c.Kind, v, plan.PostgreSQL, plan.MySQL, plan.SQLite)
	},
	"path":          func(c *Connection, v *yaml.Node) error { return words(&c.Path, v) },
	"host":          func(c *Connection, v *yaml.Node) error { return words(&c.Host, v) },
	"port":          func(c *Connection, v *yaml.Node) error { return port(&c.Port, v) },
	"database":      func(c *Connection, v *yaml.Node) error { return words(&c.Database, v) },
	"user":          func(c *Connection, v *yaml.Node) error { return words(&c.User, v) },
	"password_env":  func(c *Connection, v *yaml.Node) error { return words(&c.PasswordEnv, v) },
	"password_file": func(c *Connection, v *yaml.Node) error { return words(&c.PasswordFile, v) },
	"ca_file":       func(c *Connection, v *yaml.Node) error { return words(&c.CAFile, v) },
	"tls": func(c *Connection, v *yaml.Node) error {
		return one(&c.TLS, v, plan.TLSVerify, plan.TLSRequire, plan.TLSOff)
	},
	"password": func(*Connection, *yaml.Node) error {
		return errors.New("a password does not stand in this file; name the environment variable that holds it (password_env), or a file (password_file)")
	},
}

const maxPort = 65535

func port(to *int, v *yaml.Node) error {
	if v.Decode(to) != nil || *to < 1 || *to > maxPort {
		return fmt.Errorf("%q is not a port, a number from 1 to %d", v.Value, maxPort)
	}
	return nil
}

// addConnections reads the databases, by the names that datasets call them.
func (f *Flags) addConnections(folder string, node *yaml.Node) error {
	f.connections = map[string]*Connection{}
	return each(node, func(name string, node *yaml.Node) error {
		c := &Connection{}
		err := each(node, func(key string, value *yaml.Node) error {
			read, known := connectionKeys[key]
			if !known {
				return unknownKey(key, slices.DeleteFunc(slices.Sorted(maps.Keys(connectionKeys)), func(k string) bool { return k == "password" }))
			}
			if err := read(c, value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := c.complete(folder); err != nil {
			return fmt.Errorf("connection %q: %w", name, err)
		}
		f.connections[name] = c
		return nil
	})
}

var defaultPorts = map[plan.DatabaseKind]int{plan.PostgreSQL: 5432, plan.MySQL: 3306}

// complete checks that nothing is missing, and fills in the usual.
func (c *Connection) complete(folder string) error {
	for _, path := range []*string{&c.Path, &c.PasswordFile, &c.CAFile} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(folder, *path)
		}
	}
	switch c.Kind {
	case "":
		return errors.New("kind is needed: postgresql, mysql or sqlite")
	case plan.SQLite:
		return c.checkFile()
	default:
		return c.completeServer()
	}
}

func (c *Connection) checkFile() error {
	onServer := c.Host+c.Database+c.User+c.PasswordEnv+c.PasswordFile+c.CAFile+string(c.TLS) != "" || c.Port != 0
	switch {
	case c.Path == "":
		return errors.New("path is needed: the file of the database")
	case onServer:
		return errors.New("a SQLite database is a file; it has a path only")
	default:
		return nil
	}
}

func (c *Connection) completeServer() error {
	switch {
	case c.Path != "":
		return errors.New("path belongs to sqlite; a server has a host")
	case c.Database == "" || c.User == "":
		return errors.New("database and user are needed")
	case c.PasswordEnv != "" && c.PasswordFile != "":
		return errors.New("password_env and password_file are two ways to say the same; give one of them")
	}
	if c.Host == "" {
		c.Host = "localhost"
	}
	if c.Port == 0 {
		c.Port = defaultPorts[c.Kind]
	}
	if c.TLS == "" {
		c.TLS = plan.TLSVerify
		if isHere(c.Host) {
			c.TLS = plan.TLSOff
		}
	}
	if c.TLS != plan.TLSOff && filepath.IsAbs(c.Host) {
		return errors.New("a socket on this computer has no TLS; leave tls out")
	}
	_, err := c.Reach()
	return err
}

// isHere tells whether a host is this computer itself.
func isHere(host string) bool {
	return filepath.IsAbs(host) || host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}
