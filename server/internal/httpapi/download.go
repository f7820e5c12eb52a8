package httpapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// download is a stored content on its way out.
type download struct {
	// name is what a browser saves it as.
	name        string
	contentType string
	// sha256 identifies the content, in hexadecimal digits.
	sha256 string
	size   int64
	open   func(ctx context.Context, offset, length int64) (io.ReadCloser, error)
}

// sendContent answers with a content: all of it, the range that was asked for,
// or the word that the client has it already. Whatever it is, a browser saves it
// and does not look into it: it comes from people's data.
func sendContent(c *fiber.Ctx, d download) error {
	etag := `"` + d.sha256 + `"`
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if matches(c.Get(fiber.HeaderIfNoneMatch), etag) {
		c.Status(http.StatusNotModified)
		return nil
	}
	c.Set(fiber.HeaderContentType, d.contentType)
	c.Set(fiber.HeaderContentDisposition, disposition(d.name))
	c.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'; frame-ancestors 'none'")
	asked := c.Get(fiber.HeaderRange)
	if condition := c.Get(fiber.HeaderIfRange); condition != "" && condition != etag {
		asked = ""
	}
	part, kind := parseRange(asked, d.size)
	switch kind {
	case rangeUnsatisfiable:
		size := strconv.FormatInt(d.size, 10)
		c.Set(fiber.HeaderContentRange, "bytes */"+size)
		return newProblem(http.StatusRequestedRangeNotSatisfiable, "range_not_satisfiable", "The file has only "+size+" bytes.")
	case rangePart:
		c.Status(http.StatusPartialContent)
		c.Set(fiber.HeaderContentRange, part.header(d.size))
	case rangeWhole:
	}
	if c.Method() == http.MethodHead {
		c.Response().SkipBody = true
		c.Response().Header.SetContentLength(int(part.length))
		return nil
	}
	content, err := d.open(c.UserContext(), part.start, part.length)
	if err != nil {
		return err
	}
	return c.SendStream(content, int(part.length)) // fasthttp closes it
}

// disposition makes a browser save a file under its name (RFC 6266). Names that
// are not plain ASCII come a second time, in the form that all browsers read
// since long.
func disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	out := `attachment; filename="` + plain + `"`
	if plain != name {
		out += "; filename*=UTF-8''" + url.PathEscape(name)
	}
	return out
}

// streamProblem tells an error of the body, while it came in, from others.
func streamProblem(c *fiber.Ctx, err error) error {
	if b := bodyOf(c); b != nil && b.err != nil && errors.Is(err, b.err) {
		return readProblem(err)
	}
	return err
}
