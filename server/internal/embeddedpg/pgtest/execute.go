package pgtest

import "testing"

// Execute runs statements in the database with this URL: for tests that move
// time, which is the database's, by changing what it has noted.
func Execute(t testing.TB, url, statements string) {
	t.Helper()
	if err := execute(url, statements); err != nil {
		t.Fatalf("execute in the test's database: %v", err)
	}
}
