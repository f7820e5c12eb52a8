package httpapi

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

//go:embed reference/page.html reference/style.css
var referenceFiles embed.FS

// openAPIType is the media type of an OpenAPI document.
const openAPIType = "application/vnd.oai.openapi+json;version=3.1"

// addReference serves the OpenAPI document and the page made from it. The page
// is complete in itself: it loads nothing, from here or from elsewhere, and
// runs no script.
func (s *Server) addReference() {
	plain := gate{s.app, s}
	document := sync.OnceValues(s.Document)
	plain.Add(http.MethodGet, "/openapi.json", func(c *fiber.Ctx) error {
		text, err := document()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, openAPIType)
		c.Set(fiber.HeaderCacheControl, "no-cache")
		// It is public, and meant to be read by tools that run in browsers.
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		c.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return c.Send(text)
	})
	page := sync.OnceValues(s.renderReference)
	plain.Add(http.MethodGet, "/docs", func(c *fiber.Ctx) error {
		p, err := page()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		c.Set(fiber.HeaderCacheControl, "no-cache")
		c.Set(fiber.HeaderContentSecurityPolicy, p.policy)
		return c.Send(p.html)
	})
	plain.Add(http.MethodGet, "/", func(c *fiber.Ctx) error { return c.Redirect("/docs", http.StatusFound) })
	s.document(route{
		method: http.MethodGet, path: "/openapi.json", id: "openapi", tag: tagHealth, summary: "Get this API's description", description: "As an OpenAPI 3.1 document.",
	}, huma.Operation{Responses: plainResponse(http.StatusOK, "The document", "application/vnd.oai.openapi+json")})
}

type referencePage struct {
	html []byte
	// policy is the Content-Security-Policy that allows the page's own style.
	policy string
}

func (s *Server) renderReference() (referencePage, error) {
	style, err := referenceFiles.ReadFile("reference/style.css")
	if err != nil {
		return referencePage{}, fmt.Errorf("read the reference's style: %w", err)
	}
	page, err := template.New("page.html").ParseFS(referenceFiles, "reference/page.html")
	if err != nil {
		return referencePage{}, fmt.Errorf("read the reference's template: %w", err)
	}
	view := newReferenceView(s.api.OpenAPI())
	view.Style = template.CSS(style) //nolint:gosec // our own file
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		return referencePage{}, fmt.Errorf("render the reference: %w", err)
	}
	sum := sha256.Sum256(style)
	return referencePage{
		html: b.Bytes(),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}, nil
}
