//go:build unix && !linux

package httpapi

import (
	"errors"
	"net"
	"syscall"
)

// hungUp reports whether the other side has closed the connection. It looks
// without taking anything off it.
func hungUp(conn net.Conn) bool {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return true
	}
	gone := false
	err = raw.Control(func(fd uintptr) {
		var peek [1]byte
		n, _, err := syscall.Recvfrom(int(fd), peek[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		case err != nil:
			gone = true
		default:
			gone = n == 0
		}
	})
	return gone || err != nil
}
