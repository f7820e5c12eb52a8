package download_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/download"
)

// site is a server with one file.
type site struct {
	*httptest.Server

	content, etag string
	status        int
	asked, sent   int
	to            string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{content: "a\n1\n", etag: `"1"`, status: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked++
		switch {
		case s.to != "":
			http.Redirect(w, r, s.to, http.StatusFound)
		case s.status != http.StatusOK:
			w.WriteHeader(s.status)
		case r.Header.Get("If-None-Match") == s.etag:
			w.WriteHeader(http.StatusNotModified)
		default:
			s.sent++
			w.Header().Set("ETag", s.etag)
			_, _ = w.Write([]byte(s.content))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) host(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	return u.Host
}

func newStore(t *testing.T, hosts ...string) *download.Store {
	t.Helper()
	c := download.Config{Folder: filepath.Join(t.TempDir(), "copies"), LimitBytes: 1 << 20}
	for _, h := range hosts {
		c.Hosts = append(c.Hosts, download.Host{Name: h})
	}
	return download.New(c)
}

func TestStore_Get_DownloadsAgainOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	web := newSite(t)
	s := newStore(t, web.host(t))
	read := func() string {
		path, err := s.Get(t.Context(), web.URL+"/birds.csv?key=1", ".csv")
		require.NoError(t, err)
		require.Equal(t, ".csv", filepath.Ext(path))
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(raw)
	}
	require.Equal(t, "a\n1\n", read())
	require.Equal(t, "a\n1\n", read())
	require.Equal(t, []int{2, 1}, []int{web.asked, web.sent})
	before, err := s.Get(t.Context(), web.URL+"/birds.csv?key=1", ".csv")
	require.NoError(t, err)
	web.content, web.etag = "a\n2\n", `"2"`
	require.Equal(t, "a\n2\n", read())
	require.FileExists(t, before, "a task may still read it")
	web.content, web.etag = "a\n3\n", `"3"`
	require.Equal(t, "a\n3\n", read())
	require.NoFileExists(t, before)
}

func TestStore_Get_KeepsTheCopyWhenTheServerIsAway(t *testing.T) {
	t.Parallel()
	web := newSite(t)
	s := newStore(t, web.host(t))
	first, err := s.Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.NoError(t, err)
	web.status = http.StatusServiceUnavailable
	path, err := s.Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.ErrorContains(t, err, "answers 503")
	require.Equal(t, first, path)
	web.Close()
	path, err = s.Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.ErrorContains(t, err, "could not be downloaded")
	require.NotContains(t, err.Error(), web.URL)
	require.Equal(t, first, path)
}

func TestStore_Get_ReachesNoHostThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	web, other := newSite(t), newSite(t)
	_, err := newStore(t).Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.ErrorContains(t, err, "not among those", "none is allowed unless the owner says so")
	s := newStore(t, web.host(t))
	web.to = other.URL + "/a.csv"
	_, err = s.Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.ErrorContains(t, err, "not among those")
	require.Zero(t, other.asked, "nobody was asked")
	web.to = "file:///etc/passwd"
	_, err = s.Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.Error(t, err)
	web.to = web.URL + "/again"
	_, err = s.Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.ErrorContains(t, err, "could not be downloaded")
}

func TestStore_Get_BoundsTheSize(t *testing.T) {
	t.Parallel()
	web := newSite(t)
	s := newStore(t, web.host(t))
	web.content = strings.Repeat("x", 1<<20+1)
	_, err := s.Get(t.Context(), web.URL+"/a.csv", ".csv")
	require.ErrorContains(t, err, "larger than the 1 MiB")
	left, err := filepath.Glob(filepath.Join(s.Folder, "*", ".*"))
	require.NoError(t, err)
	require.Empty(t, left, "half a file stays nowhere")
}

func TestStore_Check_WantsHTTPS(t *testing.T) {
	t.Parallel()
	s := download.New(download.Config{Hosts: []download.Host{{Name: "data.example.org"}, {Name: "inner.example.org", Plain: true}, {Name: "127.0.0.1:80"}}})
	for address, allowed := range map[string]bool{
		"https://data.example.org/a.csv":                true,
		"https://DATA.example.org/a.csv":                true,
		"http://data.example.org/a.csv":                 false,
		"http://inner.example.org/a.csv":                true,
		"http://127.0.0.1:80/a.csv":                     true,
		"https://data.example.org:8443/a.csv":           false,
		"https://data.example.org.evil.test/a.csv":      false,
		"https://data.example.org@evil.test/a.csv":      false,
		"ftp://data.example.org/a.csv":                  false,
		"https://evil.test/#data.example.org":           false,
		"https://sub.data.example.org/a.csv":            false,
		"https://evil.test/?x=https://data.example.org": false,
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Equal(t, allowed, s.Check(u) == nil, address)
	}
}
