package httpapi

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"ddap/server/internal/artifacts"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Artifacts are streamed both ways, which huma cannot do on fiber; these
// handlers are fiber's own and are described by hand.
func (s *Server) addArtifacts() {
	const path = "/v1/tasks/{id}/artifacts/{name}"
	plain := gate{s.app, s}
	plain.Add(http.MethodPut, "/v1/tasks/:id/artifacts/:name", s.putArtifact)
	plain.Add(http.MethodGet, "/v1/tasks/:id/artifacts/:name", s.getArtifact)
	s.document(route{
		method: http.MethodPut, path: path, id: "put-artifact", tag: tagWork,
		summary:     "Upload an artifact",
		description: "Belongs to an attempt, which the headers name, and is seen by nobody until the accepted result names it. The same upload again changes nothing.",
	}, huma.Operation{
		Parameters: append(artifactParams(),
			header(api.ArtifactAttemptHeader, "The attempt", &huma.Schema{Type: huma.TypeInteger}),
			header(api.ArtifactLeaseHeader, "Its lease token", &huma.Schema{Type: huma.TypeString}),
			header(api.ArtifactHashHeader, "SHA-256 of the content, 64 lower-case hexadecimal digits", &huma.Schema{Type: huma.TypeString})),
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
		Responses: map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{jsonType: {Schema: s.schemaOf(api.Artifact{})}},
		}},
	})
	s.document(route{
		method: http.MethodGet, path: path, id: "get-artifact", tag: tagTasks,
		summary:     "Download an artifact",
		description: "Always as an attachment. Takes Range (one range), If-Range and If-None-Match. A runner may download what its tasks need.",
	}, huma.Operation{Parameters: artifactParams(), Responses: plainResponse(http.StatusOK, "The content, in its own media type", "application/octet-stream")})
}

func artifactParams() []*huma.Param {
	return []*huma.Param{
		{Name: "id", In: "path", Required: true, Description: "The task", Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}},
		{Name: "name", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Pattern: "^[A-Za-z0-9._-]{1,128}$"}},
	}
}

func header(name, description string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "header", Required: true, Description: description, Schema: schema}
}

func (s *Server) putArtifact(c *fiber.Ctx) error {
	upload, err := readUpload(c)
	if err != nil {
		return err
	}
	done, err := s.services.Artifacts.Put(c.UserContext(), upload)
	if err != nil {
		return streamProblem(c, err)
	}
	return sendJSON(c, done)
}

func readUpload(c *fiber.Ctx) (artifacts.Upload, error) {
	task, err := taskParam(c)
	if err != nil {
		return artifacts.Upload{}, err
	}
	attempt, err := strconv.Atoi(c.Get(api.ArtifactAttemptHeader))
	if err != nil || attempt < 1 {
		return artifacts.Upload{}, badHeader(api.ArtifactAttemptHeader, "must be the number of the attempt")
	}
	token := c.Get(api.ArtifactLeaseHeader)
	if token == "" || !printable(token) {
		return artifacts.Upload{}, badHeader(api.ArtifactLeaseHeader, "must be the attempt's lease token")
	}
	upload := artifacts.Upload{
		Lease: store.Lease{RunnerID: principalOf(c.UserContext()).ID, TaskID: task, Attempt: attempt, Token: token},
		Name:  c.Params("name"), ContentType: c.Get(fiber.HeaderContentType), SHA256: c.Get(api.ArtifactHashHeader),
		Content: http.NoBody,
	}
	if b := bodyOf(c); b != nil {
		upload.Content, upload.SizeBytes = b, b.length
	}
	return upload, nil
}

func taskParam(c *fiber.Ctx) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return id, fault.BadFields("httpapi.taskParam", codeInvalidRequest, fault.Field{Path: "path.id", Message: mustBeUUID})
	}
	return id, nil
}

func badHeader(name, message string) error {
	return fault.BadFields("httpapi.badHeader", codeInvalidRequest, fault.Field{Path: "header." + name, Message: message})
}

func (s *Server) getArtifact(c *fiber.Ctx) error {
	if wrong := unknownQuery(c); len(wrong) > 0 {
		return fault.BadFields("httpapi.getArtifact", codeInvalidRequest, wrong...)
	}
	task, err := taskParam(c)
	if err != nil {
		return err
	}
	a, err := s.services.Artifacts.Stat(c.UserContext(), principalOf(c.UserContext()), task, c.Params("name"))
	if err != nil {
		return err
	}
	return sendContent(c, download{
		name: a.Name, contentType: a.ContentType, sha256: a.SHA256, size: a.SizeBytes,
		open: func(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
			return s.services.Artifacts.Open(ctx, a, offset, length)
		},
	})
}

func sendJSON(c *fiber.Ctx, v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, jsonType)
	return c.Send(text)
}
