package httpapi

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ddap/shared/api"
)

// fasthttp hands over request bodies as streams, because artifacts are larger
// than memory; it neither limits these streams nor takes what a handler leaves
// of them off the connection, where the rest would be read as the next request.
// Both are done here.

const (
	// A body may take readGrace, and longer the more of it has arrived, at no
	// less than minBytesPerSecond.
	readGrace         = 20 * time.Second
	minBytesPerSecond = 16 << 10
	// maxDrain bounds what is read and dropped so that the client, which may
	// not look at the answer before it has sent everything, comes to see it.
	maxDrain = 64 << 20
)

// readBody reads the whole body into memory, for every route but uploads.
func (s *Server) readBody(c *fiber.Ctx) error {
	stream := bodyOf(c)
	if stream == nil {
		return c.Next()
	}
	if coding := c.Get(fiber.HeaderContentEncoding); coding != "" && !strings.EqualFold(coding, "identity") {
		return newProblem(http.StatusUnsupportedMediaType, codeMediaType, sentenceFor(http.StatusUnsupportedMediaType, ""))
	}
	if stream.length > api.MaxBodyBytes {
		return tooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(stream, api.MaxBodyBytes+1))
	switch {
	case err != nil:
		return readProblem(err)
	case len(body) > api.MaxBodyBytes:
		return tooLarge()
	}
	if !isPerson(principalOf(c.UserContext())) {
		body = withoutNUL(body)
	}
	c.Locals(rawBodyKey{}, body)
	// The names of media types have no case (RFC 9110, 8.3.1); huma compares them as they are written.
	c.Request().Header.SetContentType(strings.ToLower(c.Get(fiber.HeaderContentType)))
	c.Request().SetBodyStream(bytes.NewReader(body), len(body))
	return c.Next()
}

func tooLarge() *problem {
	return newProblem(http.StatusRequestEntityTooLarge, api.CodeTooLarge, sentenceFor(http.StatusRequestEntityTooLarge, ""))
}

// readProblem tells a client that was too slow from a body that is broken.
func readProblem(err error) *problem {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return newProblem(http.StatusRequestTimeout, codeRequestTimeout, sentenceFor(http.StatusRequestTimeout, ""))
	}
	return newProblem(http.StatusBadRequest, codeInvalidRequest, "The body ended early or is not well-formed HTTP.")
}

// drain takes what is left of the body off the connection, or has the
// connection closed.
func drain(c *fiber.Ctx) {
	stream := bodyOf(c)
	if stream == nil || stream.err != nil && errors.Is(stream.err, io.EOF) {
		return
	}
	n, err := io.Copy(io.Discard, io.LimitReader(stream, maxDrain))
	if err != nil || n == maxDrain {
		c.Context().SetConnectionClose()
	}
}

type bodyKey struct{}

// rawBodyKey is where readBody leaves what it has read.
type rawBodyKey struct{}

// keepBody wraps the body's stream for readBody, uploads and drain to share.
func keepBody(c *fiber.Ctx) {
	if stream := c.Request().BodyStream(); stream != nil {
		c.Locals(bodyKey{}, &body{
			stream: stream, conn: c.Context().Conn(), start: time.Now(), length: int64(c.Request().Header.ContentLength()),
		})
	}
}

// bodyOf gives the request's body; nil where there is none.
func bodyOf(c *fiber.Ctx) *body {
	b, _ := c.Locals(bodyKey{}).(*body)
	return b
}

// body reads a request's body for as long as it keeps coming. It moves the
// connection's read deadline along with the bytes that have arrived: one
// deadline for all bodies would either cut large uploads on slow lines or let
// a few bytes an hour hold a connection.
type body struct {
	stream io.Reader
	conn   net.Conn
	start  time.Time
	// length is what the client declared, negative for a chunked body.
	length int64
	done   int64
	// err is the end. fasthttp's stream must not be read beyond it: a chunked
	// one would take the next request for its next chunk.
	err error
}

func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	allowed := readGrace + time.Duration(b.done/minBytesPerSecond)*time.Second
	if err := b.conn.SetReadDeadline(b.start.Add(allowed)); err != nil {
		return 0, err
	}
	n, err := b.stream.Read(p)
	b.done += int64(n)
	// fasthttp reports a connection that was cut as a regular end.
	if errors.Is(err, io.EOF) && b.done < b.length {
		err = io.ErrUnexpectedEOF
	}
	b.err = err
	return n, err
}
