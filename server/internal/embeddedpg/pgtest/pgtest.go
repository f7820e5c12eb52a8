// Package pgtest gives tests a real PostgreSQL: one for each test program,
// started when the first test asks, and a database of its own for each test.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestStore_Creates(t *testing.T) {
//		t.Parallel()
//		db := open(pgtest.Database(t))
//
// Where DDAP_TEST_DATABASE_URL names a PostgreSQL whose user may create
// databases, that one is used instead.
package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/embeddedpg"
)

// URLVariable names the environment variable that points tests to a
// PostgreSQL that runs already.
const URLVariable = "DDAP_TEST_DATABASE_URL"

// startTimeout bounds the start on a machine that is busy compiling.
const startTimeout = 2 * time.Minute

// one is the PostgreSQL of this test program.
var one struct {
	start sync.Once
	url   string
	err   error
	// cleaner ends PostgreSQL and removes its data, nil if none was started.
	cleaner *cleaner
}

// Main runs the tests of a package and then stops the PostgreSQL that they
// used. It does not return.
func Main(m *testing.M) {
	code := m.Run()
	if one.cleaner != nil {
		one.cleaner.finish()
	}
	os.Exit(code)
}

// Database makes an empty database for one test and returns its URL. The
// database goes away when the test ends, with whoever is still connected.
// Tests that use it can run in parallel.
func Database(t testing.TB) string {
	t.Helper()
	server, err := serverURL()
	if err != nil {
		t.Fatalf("start PostgreSQL for tests: %v", err)
	}
	name := "ddap_test_" + strings.ToLower(rand.Text()[:16])
	if err := execute(server, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		t.Fatalf("create a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database of the test: %v", err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("parse %s: %v", URLVariable, err)
	}
	u.Path = "/" + name
	return u.String()
}

// DataDir returns a folder like t.TempDir that a server can use as data
// folder even when the tests run as root: PostgreSQL's own user can reach it.
func DataDir(t testing.TB) string {
	t.Helper()
	dir, err := openTempDir("ddap-test-")
	if err != nil {
		t.Fatalf("make a data folder for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the data folder of the test: %v", err)
		}
	})
	return dir
}

func serverURL() (string, error) {
	one.start.Do(func() {
		if one.url = os.Getenv(URLVariable); one.url == "" {
			one.url, one.err = startServer()
		}
	})
	return one.url, one.err
}

func startServer() (string, error) {
	dir, err := openTempDir("ddap-pgtest-")
	if err != nil {
		return "", err
	}
	if one.cleaner, err = startCleaner(dir); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	pg, err := embeddedpg.Start(ctx, embeddedpg.Config{DataDir: dir, Throwaway: true, Parameters: map[string]string{
		// Nothing here has to survive a power failure.
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		// Parallel tests have a pool each.
		"max_connections": "300", "shared_buffers": "64MB",
		"autovacuum": "off", "logging_collector": "off",
	}})
	if err != nil {
		return "", err
	}
	return pg.URL(), nil
}

func execute(serverURL, statement string) error {
	db := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(serverURL)))
	defer db.Close()
	_, err := db.ExecContext(context.Background(), statement)
	return err
}

// openTempDir makes a temporary folder that other users can pass through,
// which those of os.MkdirTemp and t.TempDir do not allow.
func openTempDir(prefix string) (string, error) {
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // passing through is the point
		return "", fmt.Errorf("let PostgreSQL pass through: %w", err)
	}
	return dir, nil
}
