package settings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/shared/result"
)

func TestFile_NamesTablesOfDatabases(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("from a file\n"), 0o600))
	t.Setenv("CRM_PASSWORD", "from the environment")
	path := config(t, `
server: http://127.0.0.1:1
datasets:
  customers: {connection: crm, schema: sales, table: customers, min_group_size: 9}
  visits: {connection: shop, table: visits, policy: rows, types: {active: boolean}}
  log: {connection: app, table: log}
connections:
  crm: {kind: postgresql, host: db.example.org, database: crm, user: reader, password_env: CRM_PASSWORD}
  shop: {kind: mysql, host: 127.0.0.1, port: 3307, database: shop, user: reader, password_file: `+secret+`}
  app: {kind: sqlite, path: app.db}
`)
	s, err := read(t, nil, "--config", path)
	require.NoError(t, err)
	customers, visits, log := s.Shares[0], s.Shares[1], s.Shares[2]
	require.Equal(t, []string{"sales", "customers", ""}, []string{customers.Schema, customers.Table, customers.Path})
	require.Equal(t, 9, customers.MinGroupSize)
	require.Equal(t, filepath.Join(filepath.Dir(path), "app.db"), log.Path)
	require.Equal(t, result.Boolean, visits.Reading.Types["active"])

	crm, err := customers.Connection.Reach()
	require.NoError(t, err)
	require.Equal(t, plan.Connection{
		Kind: plan.PostgreSQL, Host: "db.example.org", Port: 5432, Database: "crm", User: "reader", Password: "from the environment", TLS: plan.TLSVerify,
	}, crm)
	shop, err := visits.Connection.Reach()
	require.NoError(t, err)
	require.Equal(t, plan.Connection{
		Kind: plan.MySQL, Host: "127.0.0.1", Port: 3307, Database: "shop", User: "reader", Password: "from a file", TLS: plan.TLSOff,
	}, shop)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		require.NotContains(t, fmt.Sprintf(verb, crm), "from the environment", verb)
	}
	// A password that is changed while the runner runs counts from the next task on.
	require.NoError(t, os.WriteFile(secret, []byte("another"), 0o600))
	shop, err = visits.Connection.Reach()
	require.NoError(t, err)
	require.Equal(t, plan.Secret("another"), shop.Password)
}

func TestFile_SaysWhatIsWrongWithADatabase(t *testing.T) {
	t.Parallel()
	open := filepath.Join(t.TempDir(), "open")
	require.NoError(t, os.WriteFile(open, []byte("x"), 0o644))
	const server = "host: h, database: d, user: u"
	for content, want := range map[string]string{
		"connections: {a: {host: h}}":                                                                              "kind is needed",
		"connections: {a: {kind: oracle}}":                                                                         `"oracle"`,
		"connections: {a: {kind: sqlite}}":                                                                         "path is needed",
		"connections: {a: {kind: sqlite, path: x, host: h}}":                                                       "a path only",
		"connections: {a: {kind: mysql, path: x}}":                                                                 "path belongs to sqlite",
		"connections: {a: {kind: mysql, host: h}}":                                                                 "database and user are needed",
		"connections: {a: {kind: mysql, port: 70000}}":                                                             `"70000" is not a port`,
		"connections: {a: {kind: mysql, " + server + ", password: x}}":                                             "a password does not stand in this file",
		"connections: {a: {kind: mysql, " + server + ", pasword_env: x}}":                                          `did you mean "password_env"?`,
		"connections: {a: {kind: mysql, " + server + ", password_env: DDAP_NOT_SET}}":                              "DDAP_NOT_SET is not set",
		"connections: {a: {kind: mysql, " + server + ", password_file: " + open + "}}":                             "others may read the file",
		"connections: {a: {kind: mysql, " + server + ", password_file: missing}}":                                  "cannot be found",
		"connections: {a: {kind: mysql, " + server + ", password_file: x, password_env: y}}":                       "two ways to say the same",
		"connections: {a: {kind: mysql, " + server + ", tls: on}}":                                                 `"on"`,
		"connections: {a: {kind: postgresql, host: /run/postgresql, database: d, user: u, tls: verify}}":           "has no TLS",
		"connections: {a: {kind: mysql, " + server + ", ca_file: missing}}":                                        "ca_file",
		"datasets: {x: {connection: crm, table: t}}":                                                               `"crm"`,
		"datasets: {x: {table: t}}":                                                                                "connection is needed",
		"connections: {a: {kind: sqlite, path: x}}\ndatasets: {x: {connection: a}}":                                "table is needed",
		"connections: {a: {kind: sqlite, path: x}}\ndatasets: {x: {connection: a, table: t, path: x.csv}}":         "belong to a file",
		"connections: {a: {kind: sqlite, path: x}}\ndatasets: {x: {connection: a, table: t, delimiter: ';'}}":      "may have types only",
		"connections: {sales: {kind: sqlite, path: x}}\ndatasets: {x: {connection: sale, table: t, header: true}}": `did you mean "sales"?`,
	} {
		_, err := read(t, nil, "--server", "http://127.0.0.1:1", "--config", config(t, content))
		require.ErrorContains(t, err, want, content)
	}
}

func TestConnection_Reach_SaysWhyNot(t *testing.T) {
	t.Parallel()
	_, err := (&settings.Connection{PasswordEnv: "DDAP_NOT_SET"}).Reach()
	require.ErrorContains(t, err, "DDAP_NOT_SET is not set")
}
