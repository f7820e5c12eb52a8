package catalogue_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/download"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/result"
)

func TestCatalogue_SharesAFileOfTheWeb_AndAsksForItAgain(t *testing.T) {
	t.Parallel()
	content, asked, status := "species", 0, http.StatusOK
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(status)
		_, _ = w.Write([]byte(content))
	}))
	defer web.Close()
	inspect := func(_ context.Context, file plan.File) (worker.Description, error) {
		raw, err := os.ReadFile(file.Path)
		return worker.Description{Format: plan.CSV, Columns: []result.Column{{Name: string(raw), Type: result.Text}}}, err
	}
	share := settings.Share{Name: "birds", Policy: result.Rows, URL: web.URL + "/birds.csv", Format: plan.CSV}
	now := noon
	var log strings.Builder
	newCatalogue := func(hosts ...download.Host) *catalogue.Catalogue {
		store := download.New(download.Config{Folder: t.TempDir(), LimitBytes: 1 << 20, Hosts: hosts})
		return catalogue.New([]settings.Share{share}, inspect, func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil))).WithDownloads(store.Get)
	}

	refused := newCatalogue()
	refused.Refresh(t.Context())
	require.Empty(t, refused.Offer().Datasets)
	require.Zero(t, asked)
	require.Contains(t, log.String(), "not among those")

	c := newCatalogue(download.Host{Name: strings.TrimPrefix(web.URL, "http://")})
	c.Refresh(t.Context())
	require.Equal(t, "species", c.Offer().Datasets[0].Columns[0].Name)
	first, err := c.Get(t.Context(), "birds")
	require.NoError(t, err)
	c.Refresh(t.Context())
	require.Equal(t, 1, asked, "the server is not asked at every look")

	content, now = "weight", now.Add(5*time.Minute)
	c.Refresh(t.Context())
	require.Equal(t, "weight", c.Offer().Datasets[0].Columns[0].Name)
	second, err := c.Get(t.Context(), "birds")
	require.NoError(t, err)
	require.NotEqual(t, first.Revision, second.Revision)
	require.FileExists(t, first.File.Path, "a task may still read it")

	status, now = http.StatusInternalServerError, now.Add(5*time.Minute)
	c.Refresh(t.Context())
	require.Equal(t, second.Revision, c.Offer().Datasets[0].Revision, "the copy is better than nothing")
	require.Contains(t, log.String(), "answers 500")
	require.NotContains(t, log.String(), web.URL)
}
