// Package e2e tells stories with the built programs: a server with a database of
// its own, a runner, people who ask through the API, and what happens when any
// of these is killed, fed with rubbish, or stopped in the middle. It looks at
// the programs from outside only.
package e2e
