//go:build race

package programs

// RaceDetector says whether this program was built with it. What only drives
// other programs has nothing to find with it.
const RaceDetector = true
