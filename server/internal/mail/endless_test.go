package mail_test

import (
	"bytes"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	ours "ddap/server/internal/mail"
)

// TestSend_ReadsNoMoreThanAMailServerHasToSay: an answer without end is none.
func TestSend_ReadsNoMoreThanAMailServerHasToSay(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{"one line": "220 ", "many lines": "220-no\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer func() { _ = listener.Close() }()
			sent := make(chan int, 1)
			go func() {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				defer func() { _ = conn.Close() }()
				_, _ = conn.Write([]byte("220 "))
				total, chunk := 0, bytes.Repeat([]byte(answer), 8<<10)
				for total < 256<<20 {
					n, err := conn.Write(chunk)
					total += n
					if err != nil {
						break
					}
				}
				sent <- total
			}()
			at := listener.Addr().(*net.TCPAddr)
			c := ours.Settings{Host: "127.0.0.1", Port: at.Port, StartTLS: ours.Never, From: "ddap@example.org"}
			require.Error(t, ours.New(c).Send(t.Context(), message()))
			require.Less(t, <-sent, 64<<20)
		})
	}
}
