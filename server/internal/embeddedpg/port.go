package embeddedpg

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
)

// Ports are chosen below the range from which systems take the local ends of
// outgoing connections (Linux from 32768, macOS from 49152): one of those
// could hold the port just when PostgreSQL has to come back on it.
const (
	lowestPort  = 20000
	highestPort = 32000
	portTries   = 200
)

// choosePort returns the port kept in the file when it is free, or finds and
// keeps another.
func choosePort(file string) (int, error) {
	if text, err := os.ReadFile(file); err == nil {
		port, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err == nil && port > 0 && portFree(port) {
			return port, nil
		}
	}
	for range portTries {
		port := lowestPort + rand.IntN(highestPort-lowestPort) //nolint:gosec // a port is no secret
		if !portFree(port) {
			continue
		}
		if err := replaceFile(file, strconv.Itoa(port)+"\n"); err != nil {
			return 0, fmt.Errorf("keep the database's port: %w", err)
		}
		return port, nil
	}
	return 0, fmt.Errorf("found no free port for the database between %d and %d", lowestPort, highestPort)
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
