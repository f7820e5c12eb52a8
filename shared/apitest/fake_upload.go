package apitest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/fault"
)

type fakeUpload struct {
	api.Upload
	content []byte
}

func (f *FakeServer) upload(id string) *fakeUpload {
	at := slices.IndexFunc(f.uploads, func(u *fakeUpload) bool { return u.ID == id })
	if at < 0 {
		return nil
	}
	return f.uploads[at]
}

func (f *FakeServer) createUpload(r *http.Request) (any, error) {
	if err := f.admin(r); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fault.E("apitest", fault.Invalid, err)
	}
	return f.addUpload(r.URL.Query().Get("name"), r.Header.Get("Content-Type"), content).Upload, nil
}

func (f *FakeServer) addUpload(name, contentType string, content []byte) *fakeUpload {
	sum, now := sha256.Sum256(content), time.Now().UTC()
	u := &fakeUpload{content: content, Upload: api.Upload{
		ID: uuid.NewString(), Name: name, ContentType: contentType, SizeBytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:]),
		Creator: fakeKey, CreatedBy: "admin", CreatedAt: now, ExpiresAt: now.Add(time.Hour),
	}}
	f.uploads = append(f.uploads, u)
	return u
}

// AddUpload keeps a file as if somebody had sent it, and gives its id.
func (f *FakeServer) AddUpload(name, contentType, content string) (id string) {
	f.change(func() { id = f.addUpload(name, contentType, []byte(content)).ID })
	return id
}

// SpoilUpload changes what is sent of an upload, and not what is said of it.
func (f *FakeServer) SpoilUpload(id string, content string) {
	f.change(func() { f.upload(id).content = []byte(content) })
}

// uploadContent gives a runner what its tasks read, and people everything.
func (f *FakeServer) uploadContent(r *http.Request) (any, error) {
	u := f.upload(r.PathValue("id"))
	if f.admin(r) != nil {
		runner, err := f.runner(r)
		if err != nil {
			return nil, err
		}
		if u != nil && !f.reads(runner, u.ID) {
			u = nil
		}
	}
	if u == nil {
		return nil, uploadNotFound()
	}
	return u.content, nil
}

func uploadNotFound() error {
	return fault.New("apitest", fault.NotFound, "upload_not_found", "there is no such upload")
}

func (f *FakeServer) deleteUpload(r *http.Request) (any, error) {
	if err := f.admin(r); err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	if f.upload(id) == nil {
		return nil, uploadNotFound()
	}
	if slices.ContainsFunc(f.tasks, func(t *fakeTask) bool { return !t.State.Final() && t.reads(id) }) {
		return nil, fault.New("apitest", fault.Conflict, api.CodeStillNeeded, "an unfinished task needs it")
	}
	f.uploads = slices.DeleteFunc(f.uploads, func(u *fakeUpload) bool { return u.ID == id })
	return struct{}{}, nil
}

// reads reports whether a runner holds a task that reads an upload.
func (f *FakeServer) reads(r *Runner, id string) bool {
	return slices.ContainsFunc(f.tasks, func(t *fakeTask) bool { return t.held() && t.holder == r.ID && t.reads(id) })
}

func (t *fakeTask) reads(upload string) bool {
	for _, s := range sources(t) {
		if s.Source.Upload == upload {
			return true
		}
	}
	return false
}
