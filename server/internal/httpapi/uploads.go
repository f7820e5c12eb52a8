package httpapi

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"ddap/server/internal/uploads"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// minLifetime is the shortest time for which an upload is kept, in seconds.
const minLifetime = 60

func (s *Server) addUploads() {
	plain := gate{s.app, s}
	plain.Add(http.MethodPost, "/v1/uploads", s.createUpload)
	plain.Add(http.MethodGet, "/v1/uploads/:id/content", s.getUploadContent)
	s.describeUploadContent()
	add(s, route{
		method: http.MethodGet, path: "/v1/uploads", id: "list-uploads", tag: tagDatasets, summary: "List uploads", description: "Newest first, a page at a time.",
	}, s.listUploads)
	add(s, route{
		method: http.MethodGet, path: "/v1/uploads/{id}", id: "get-upload", tag: tagDatasets, tagged: true, summary: "Describe an upload",
	}, s.getUpload)
	add(s, route{
		method: http.MethodDelete, path: "/v1/uploads/{id}", id: "delete-upload", tag: tagDatasets, current: unchanging(s.services.Uploads.Get), status: http.StatusNoContent,
		summary:     "Delete an upload",
		description: "With its content. Analysts delete what they have sent, operators any; one that an unfinished task needs stays (still_needed).",
	}, s.deleteUpload)
}

// describeUploadContent describes by hand what streams, see addArtifacts.
func (s *Server) describeUploadContent() {
	anything := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	optional := func(name, in, description string, schema *huma.Schema) *huma.Param {
		return &huma.Param{Name: name, In: in, Description: description, Schema: schema}
	}
	shortest := float64(minLifetime)
	s.document(route{
		method: http.MethodPost, path: "/v1/uploads", id: "create-upload", tag: tagDatasets, status: http.StatusCreated,
		summary: "Send a file for tasks to use",
		description: "The body is the file itself, in its own media type, and no form. A task then names it as its source: {\"upload\": \"ID\"}. " +
			"CSV, JSON and Parquet can be read; what it is, its name's ending says, or else its media type.",
	}, huma.Operation{
		Parameters: []*huma.Param{
			{Name: "name", In: "query", Required: true, Description: "The file's name; of a path, the last part", Schema: &huma.Schema{Type: huma.TypeString}},
			optional("expires_in_seconds", "query", "How long to keep it; as long as the server does when absent", &huma.Schema{Type: huma.TypeInteger, Minimum: &shortest}),
			optional(api.UploadHashHeader, "header", "SHA-256 that the content must have, 64 lower-case hexadecimal digits", &huma.Schema{Type: huma.TypeString}),
			idempotencyParam(),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: anything},
		Responses: map[string]*huma.Response{"201": {
			Description: "Created", Content: map[string]*huma.MediaType{jsonType: {Schema: s.schemaOf(api.Upload{})}},
		}},
	})
	s.document(route{
		method: http.MethodGet, path: "/v1/uploads/{id}/content", id: "get-upload-content", tag: tagDatasets,
		summary: "Download an upload",
		description: "Always as an attachment. Takes Range (one range), If-Range and If-None-Match. A runner may download what the tasks " +
			"that it holds read, and nothing else.",
	}, huma.Operation{
		Parameters: []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}}},
		Responses:  plainResponse(http.StatusOK, "The content, in its own media type", "application/octet-stream"),
	})
}

func (s *Server) createUpload(c *fiber.Ctx) error {
	in, err := readIncoming(c)
	if err != nil {
		return err
	}
	done, err := s.services.Uploads.Create(c.UserContext(), principalOf(c.UserContext()), in)
	if err != nil {
		return streamProblem(c, err)
	}
	c.Status(http.StatusCreated)
	c.Set(fiber.HeaderLocation, "/v1/uploads/"+done.ID)
	return sendJSON(c, done)
}

var uploadParameters = []string{"expires_in_seconds", "name"}

func readIncoming(c *fiber.Ctx) (uploads.Incoming, error) {
	const op = "httpapi.readIncoming"
	in := uploads.Incoming{
		ContentType: c.Get(fiber.HeaderContentType), SHA256: c.Get(api.UploadHashHeader),
		Content: http.NoBody,
	}
	// The upload's own record keeps the key, and so the promise, for as long as
	// there is the upload: whether the file is the same shows only at its end.
	var err error
	if in.Key, _, err = idempotencyKey(c); err != nil {
		return in, err
	}
	query, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return in, fault.BadFields(op, codeInvalidRequest, fault.Field{Path: "query", Message: "is not well-formed"})
	}
	for name := range query {
		if name != "name" && name != "expires_in_seconds" {
			return in, fault.BadFields(op, codeInvalidRequest, operation.UnknownName("query."+name, "parameter", name, uploadParameters))
		}
	}
	in.Name = query.Get("name")
	if text := query.Get("expires_in_seconds"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 32)
		if err != nil || seconds < minLifetime {
			return in, fault.BadFields(op, codeInvalidRequest, fault.Field{Path: "query.expires_in_seconds", Message: "must be a whole number, at least 60"})
		}
		in.Lifetime = time.Duration(seconds) * time.Second
	}
	if coding := c.Get(fiber.HeaderContentEncoding); coding != "" && coding != "identity" {
		return in, newProblem(http.StatusUnsupportedMediaType, codeMediaType, sentenceFor(http.StatusUnsupportedMediaType, ""))
	}
	if b := bodyOf(c); b != nil {
		in.Content, in.SizeBytes = b, b.length
	}
	return in, nil
}

func (s *Server) getUploadContent(c *fiber.Ctx) error {
	if wrong := unknownQuery(c); len(wrong) > 0 {
		return fault.BadFields("httpapi.getUploadContent", codeInvalidRequest, wrong...)
	}
	id, err := taskParam(c)
	if err != nil {
		return err
	}
	u, err := s.services.Uploads.Stat(c.UserContext(), principalOf(c.UserContext()), id)
	if err != nil {
		return err
	}
	return sendContent(c, download{
		name: u.Name, contentType: u.ContentType, sha256: u.SHA256, size: u.SizeBytes,
		open: func(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
			return s.services.Uploads.Open(ctx, u, offset, length)
		},
	})
}

// UploadPage is what a list of uploads may ask for.
type UploadPage struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Uploads on a page; 50 when absent"`
	Cursor string `query:"cursor" doc:"The next_cursor of the page before"`
	ByCreator
}

func (s *Server) listUploads(ctx context.Context, in *UploadPage) (*out[api.UploadList], error) {
	return answer(s.services.Uploads.List(ctx, principalOf(ctx), in.Creator, in.Cursor, in.Limit))
}

func (s *Server) getUpload(ctx context.Context, in *withID) (*out[api.Upload], error) {
	return answer(s.services.Uploads.Get(ctx, principalOf(ctx), in.ID))
}

func (s *Server) deleteUpload(ctx context.Context, in *withID) (*struct{}, error) {
	return nil, s.services.Uploads.Delete(ctx, principalOf(ctx), in.ID)
}
