//go:build unix

package filter_test

import (
	"os"
	"testing"

	"ddap/desktop-runner/internal/database/databasetest"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }
