// Package walls holds no program, only tests: what a task could try against the
// computer that it runs on, tried in real child processes. Two walls stand
// around a task, DuckDB's own lock-down (package engine) and the system's
// (package sandbox), and each is tried with the other taken down.
//
//	statements_test.go  SQL that no task can send, given to the engine directly
//	tasks_test.go       what a task can say, and files that an owner may share
//	swap_test.go        files that change between the look and the use
//	limits_test.go      memory, disk, time, and cancel
//	outofcore_test.go   more data than memory (./task test:outofcore)
package walls
