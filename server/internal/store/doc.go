// Package store says what the server keeps and what can be asked of it: the
// records, and one interface for each noun. It knows no SQL and no HTTP; what
// it knows is which records belong together and which questions are pure: may
// this runner take that task, in which state does a new task start.
//
// Every method that takes a workspace answers fault.NotFound for an id of
// another one, as if it did not exist. Errors are faults: Unavailable when the
// database cannot be reached, Internal for what should not happen.
package store
