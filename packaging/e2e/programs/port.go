package programs

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports below those that systems give to outgoing connections (from 32768 on
// Linux): one of these that is free now stays so until a program takes it, seconds
// later, however many connections other tests open meanwhile.
const (
	firstPort = 15_000
	lastPort  = 32_767
)

// FreePort gives a port of the loopback interface that nobody listens on.
func FreePort() (int, error) {
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort+1) //nolint:gosec // two at once should differ; nobody is to be kept from guessing
		if l, err := net.Listen("tcp", Loopback(port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("find a free port: a hundred were taken")
}

// Loopback is the address of a port on the loopback interface.
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
