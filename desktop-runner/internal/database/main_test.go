//go:build unix

package database_test

import (
	"os"
	"testing"

	"ddap/desktop-runner/internal/database/databasetest"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }
