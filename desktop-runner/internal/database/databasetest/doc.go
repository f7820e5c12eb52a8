// Package databasetest gives tests real servers: one PostgreSQL and one MariaDB
// for each test program, from the system's packages, started when the first test
// asks and ended by Main.
//
//	func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }
//
// A test has a database of its own in them, with a user who may only read.
package databasetest
