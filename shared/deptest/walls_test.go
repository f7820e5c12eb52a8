package deptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wall keeps a technology in one place, so that replacing it is one room's work.
type wall struct {
	// module is the import path, or its beginning.
	module string
	// inside are the packages that may import it, patterns as in rooms.
	inside []string
	why    string
}

var walls = []wall{
	{"github.com/gofiber/fiber", []string{"server/internal/httpapi"}, "its buffers are re-used after a handler: nothing of it may travel"},
	{"github.com/danielgtaylor/huma", []string{"server/internal/httpapi"}, "the description of the API is HTTP's business"},
	{"github.com/uptrace/bun", []string{"server/internal/pgstore/...", "server/internal/embeddedpg/pgtest"}, "SQL stays in one package, but for making the databases of tests"},
	{"github.com/fergusstrange/embedded-postgres", []string{"server/internal/embeddedpg"}, "only the server's own database needs it"},
	{"gocloud.dev", []string{"server/internal/blobstore"}, "where files are kept is nobody else's business"},
	{"github.com/aws", []string{"server/internal/blobstore"}, "where files are kept is nobody else's business"},
	{"github.com/duckdb/duckdb-go", []string{"desktop-runner/internal/engine"}, "the engine is locked down in one place"},
	{"github.com/jackc/pgx", []string{"desktop-runner/internal/database/..."}, "other databases are spoken to in one place"},
	{"github.com/go-sql-driver/mysql", []string{"desktop-runner/internal/database/..."}, "other databases are spoken to in one place"},
	{"modernc.org/sqlite", []string{"desktop-runner/internal/database"}, "other databases are spoken to in one place"},
	{"github.com/xuri/excelize", []string{"desktop-runner/internal/export/xlsx"}, "workbooks are written in one place"},
	{"github.com/go-gota/gota", []string{"desktop-runner/internal/frame"}, "missing values are handled in one place"},
	{"github.com/landlock-lsm/go-landlock", []string{"desktop-runner/internal/sandbox"}, "one wall around the child"},
	{"github.com/elastic/go-seccomp-bpf", []string{"desktop-runner/internal/sandbox"}, "one wall around the child"},
	{"github.com/charmbracelet/lipgloss", []string{"admin-tui/internal/theme"}, "colours are chosen once for each terminal, and tests of what is said need none"},
	{"github.com/prometheus", []string{"server/internal/metrics"}, "services are asked for their numbers, and know nothing of who asks"},
	{"go.opentelemetry.io/otel", []string{
		"server/internal/tracing", "server/internal/pgstore", "server/internal/app",
	}, "traces are off for most; what they need is loaded in one place, and their provider is handed to the database"},
	{"github.com/wneessen/go-mail", []string{"server/internal/mail"}, "one way to send e-mails"},
	{"github.com/emersion", []string{"server/internal/mail/mailtest"}, "a mail server for tests only"},
	{"go.yaml.in/yaml", []string{"server/internal/config", "desktop-runner/internal/settings"}, "one file of settings for each program"},
	{"golang.org/x/text", []string{"desktop-runner/internal/source", "desktop-runner/internal/export/pdf"}, "other encodings end where files are read; only PDF has to put letters in their order itself"},
	{"golang.org/x/image", []string{"desktop-runner/internal/export/pdf"}, "only PDF has to know what a font has"},
	{"github.com/go-fonts", []string{"desktop-runner/internal/export/pdf"}, "only PDF brings a font"},
	{"codeberg.org/go-pdf/fpdf", []string{"desktop-runner/internal/export/pdf"}, "one format a package"},
	{"golang.org/x/time/rate", []string{"server/internal/ratelimit"}, "one way to count"},
	{"golang.org/x/crypto/ssh", []string{"server/internal/registry"}, "public keys are read and judged in one place"},
	{"golang.org/x/mod", []string{"shared/buildinfo"}, "versions are compared in one place"},
	{"fyne.io/fyne", nil, "headless must build without OpenGL"},
	{"net/http", []string{
		"shared/client", "shared/fault", "shared/apitest", "server/internal/httpapi", "server/internal/metrics",
		"server/internal/webhooks", "desktop-runner/internal/download", "packaging/wordpress",
	}, "the domain knows no HTTP"},
	{"database/sql", []string{
		"server/internal/pgstore/...", "server/internal/embeddedpg/pgtest", "desktop-runner/internal/engine",
		"desktop-runner/internal/database/...",
	}, "the domain knows no SQL"},
}

func TestTechnologies_StayBehindTheirWalls(t *testing.T) {
	t.Parallel()
	packages := scan(t)
	for _, w := range walls {
		for _, p := range packages {
			for imported, file := range p.imports {
				if imported != w.module && !strings.HasPrefix(imported, w.module+"/") {
					continue
				}
				require.Truef(t, covered(w.inside, p.path), "%s/%s imports %s: %s", p.path, file, imported, w.why)
			}
		}
	}
}
