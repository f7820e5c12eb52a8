//go:build !unix

package httpapi

import "net"

// hungUp cannot look into a connection here: a wait ends when its time is up.
func hungUp(net.Conn) bool { return false }
