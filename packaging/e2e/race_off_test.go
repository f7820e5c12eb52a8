//go:build !race

package e2e_test

// raceDetector says whether the tests run under it.
const raceDetector = false
