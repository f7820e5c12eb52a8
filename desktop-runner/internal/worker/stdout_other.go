//go:build !unix

package worker

import "os"

// takeStdout keeps the pipe for messages. What Go code prints goes to standard
// error; C code that prints is not caught here.
func takeStdout() (*os.File, error) {
	pipe := os.Stdout
	os.Stdout = os.Stderr
	return pipe, nil
}
