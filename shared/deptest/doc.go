// Package deptest holds the architecture as tests: which package may import
// which (rooms_test.go), which package alone may touch a third-party technology
// (walls_test.go), and that every package says what it is for.
package deptest
