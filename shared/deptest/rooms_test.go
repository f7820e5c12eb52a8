package deptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// room is one line of the architecture: which packages of this module a
// package may import, tests apart. A pattern that ends in "/..." covers
// everything below, the folder itself included.
type room struct {
	pattern string
	may     []string
	why     string
}

// rooms is read from the top; the first pattern that fits decides. What is not
// listed may not be imported.
var rooms = []room{
	// What the three parts agree on.
	{"shared/fault", nil, "the vocabulary of errors knows nothing else"},
	{"shared/buildinfo", nil, "one variable"},
	{"shared/logkey", nil, "names only"},
	{"shared/certtest", nil, "makes certificates for tests"},
	{"shared/envflag", nil, "flags and the environment, whoever asks"},
	{"shared/credential", nil, "the format and hash of secrets, whoever stores them"},
	{"shared/result", []string{"shared/fault"}, "a document knows neither tasks nor transport"},
	{"shared/task", []string{"shared/fault"}, "the state machine is judged by nobody else"},
	{"shared/task/diagram", []string{"shared/task", "shared/i18n"}, "draws the state machine"},
	{"shared/i18n/phpwords", []string{"shared/task", "shared/i18n"}, "writes the words of the WordPress plugin"},
	{"desktop-runner/internal/export/report/phpwords", []string{"desktop-runner/internal/export/report"}, "writes the words of results for the WordPress plugin"},
	{"shared/i18n", []string{"shared/task"}, "the words for states and reasons"},
	{"shared/expression", nil, "a small language knows neither columns nor SQL"},
	{"shared/operation", []string{"shared/expression", "shared/fault", "shared/i18n", "shared/result"}, "parameters know no API, and of data the types of columns only"},
	{"shared/api", []string{"shared/fault", "shared/i18n", "shared/result", "shared/task"}, "plain types, no behaviour that does I/O"},
	{"shared/client", []string{"shared/api", "shared/buildinfo", "shared/fault", "shared/task"}, "the only HTTP in shared"},
	{"shared/apitest", []string{"shared/..."}, "stands in for a server in tests"},
	{"shared/deptest", nil, "reads files only"},

	// The server: main → app → HTTP and database → services → store.
	{"server", []string{"server/internal/app", "server/internal/config", "server/internal/doctor", "shared/..."}, "main only wires"},
	{"server/internal/app", []string{"server/internal/...", "shared/..."}, "the composition root: the one place that knows every part"},
	{
		"server/internal/app/apptest",
		[]string{"server/internal/app", "server/internal/config", "server/internal/embeddedpg/pgtest", "shared/..."},
		"starts the same app for tests",
	},
	{"server/internal/config", []string{"shared/buildinfo", "shared/envflag", "shared/operation"}, "settings know nothing of what they set, but for how to name the nearest"},
	{"server/internal/origin", []string{"shared/logkey"}, "where a request comes from, whoever asks"},
	{"server/internal/ratelimit", nil, "counts, whatever it counts"},
	{"server/internal/metrics", []string{"shared/buildinfo"}, "numbers, whoever has them: services are asked, or are given functions"},
	{"server/internal/tracing", []string{"shared/buildinfo", "shared/logkey"}, "spans, whoever begins them"},
	{"server/internal/tlsfiles", []string{"shared/logkey"}, "certificates in files"},
	{
		"server/internal/httpapi",
		[]string{
			"server/internal/alerts", "server/internal/artifacts", "server/internal/audit", "server/internal/dispatch", "server/internal/events",
			"server/internal/idempotency", "server/internal/origin", "server/internal/pipelines", "server/internal/ratelimit", "server/internal/registry",
			"server/internal/results", "server/internal/schedules", "server/internal/stats", "server/internal/store",
			"server/internal/uploads", "server/internal/webhooks", "shared/...",
		},
		"a handler decodes, calls one service and encodes; it reaches no database",
	},
	{"server/internal/dispatch", services, "handing out work knows neither HTTP nor SQL"},
	{"server/internal/cron", nil, "times, and nothing of what is done at them"},
	{"server/internal/schedules", append(services, "server/internal/cron"), "schedules know neither HTTP nor SQL"},
	{"server/internal/pipelines", services, "pipelines know neither HTTP nor SQL"},
	{"server/internal/results", services, "taking in results knows neither HTTP nor SQL"},
	{"server/internal/registry", services, "credentials and runners know neither HTTP nor SQL"},
	{"server/internal/events", services, "following what happens knows neither HTTP nor SQL"},
	{"server/internal/webhooks", append(services, "server/internal/events"), "what is sent to receivers, with the one HTTP client of the server; it knows no SQL"},
	{"server/internal/audit", services, "who changed what"},
	{"server/internal/alerts", append(services, "server/internal/mail"), "what is wrong and who is told; it knows neither SQL nor SMTP"},
	{"server/internal/mail", []string{"shared/buildinfo"}, "e-mails, whatever they say"},
	{"server/internal/mail/mailtest", []string{"shared/certtest"}, "gives a mail server to the tests of any package"},
	{"server/internal/stats", services, "figures for operators"},
	{
		"server/internal/backup",
		[]string{"server/internal/artifacts", "server/internal/embeddedpg", "server/internal/store", "shared/..."},
		"one archive of records and content; it knows no SQL",
	},
	{
		"server/internal/doctor",
		[]string{"server/internal/embeddedpg", "server/internal/store", "shared/..."},
		"looks at a set-up and changes nothing",
	},
	{"server/internal/idempotency", []string{"server/internal/store", "shared/..."}, "what was asked before, whatever it was"},
	{"server/internal/retention", []string{"server/internal/periodic", "server/internal/store", "shared/..."}, "what is old enough to go"},
	{"server/internal/periodic", []string{"shared/logkey"}, "when work is done, whatever it is"},
	{"server/internal/paging", []string{"server/internal/store", "shared/..."}, "where a page ended, for every list"},
	{"server/internal/artifacts", append(services, "server/internal/blobstore"), "which files belong to what tasks left"},
	{"server/internal/uploads", append(services, "server/internal/blobstore"), "which files people sent"},
	{"server/internal/blobstore", nil, "bytes by key, whatever they mean"},
	{"server/internal/blobstore/s3test", nil, "gives an S3 server to the tests of any package"},
	{"server/internal/admission", []string{"server/internal/store", "shared/..."}, "what may become a task, for single tasks and pipelines alike"},
	{"server/internal/wakeup", []string{"server/internal/periodic", "server/internal/store", "shared/..."}, "who waits for what"},
	{"server/internal/store", []string{"shared/..."}, "records and questions; the bottom of the server"},
	{
		"server/internal/pgstore/storetest",
		[]string{"server/internal/embeddedpg/pgtest", "server/internal/pgstore", "server/internal/store", "shared/..."},
		"consistent records for tests",
	},
	{"server/internal/pgstore/...", []string{"server/internal/pgstore/...", "server/internal/store", "shared/..."}, "answers the store's questions in SQL"},
	{"server/internal/embeddedpg", []string{"shared/logkey"}, "starts programs, and knows nothing of what is stored"},
	{"server/internal/embeddedpg/pgtest", []string{"server/internal/embeddedpg"}, "gives databases to the tests of any package"},

	// The runner: main → app → agent → what is on disk and the child.
	{"desktop-runner", []string{"desktop-runner/internal/...", "shared/..."}, "main picks between the agent and its child"},
	{"desktop-runner/internal/app", []string{"desktop-runner/internal/...", "shared/..."}, "the composition root"},
	{
		"desktop-runner/internal/agent",
		[]string{
			"desktop-runner/internal/catalogue", "desktop-runner/internal/digests", "desktop-runner/internal/durable",
			"desktop-runner/internal/identity", "desktop-runner/internal/machine", "desktop-runner/internal/outputs",
			"desktop-runner/internal/plan", "desktop-runner/internal/sharepath", "desktop-runner/internal/spool", "desktop-runner/internal/worker", "shared/...",
		},
		"the agent never touches data: neither engine nor operations",
	},
	{
		"desktop-runner/internal/catalogue",
		[]string{
			"desktop-runner/internal/digests", "desktop-runner/internal/download", "desktop-runner/internal/durable", "desktop-runner/internal/plan",
			"desktop-runner/internal/settings", "desktop-runner/internal/sharepath", "desktop-runner/internal/worker", "shared/...",
		},
		"what is shared, looked at through the child",
	},
	{
		"desktop-runner/internal/digests",
		[]string{"desktop-runner/internal/durable", "desktop-runner/internal/plan", "desktop-runner/internal/sharepath", "shared/logkey"},
		"hashes of what is shared, computed by others",
	},
	{
		"desktop-runner/internal/worker",
		[]string{"desktop-runner/internal/plan", "desktop-runner/internal/sandbox", "shared/..."},
		"the child's life, whatever it does",
	},
	{"desktop-runner/internal/sandbox", nil, "the system's wall knows nothing of what is inside"},
	{"desktop-runner/internal/walls", nil, "holds tests only: what a task could try against the computer"},
	{
		"desktop-runner/internal/settings",
		[]string{"desktop-runner/internal/plan", "desktop-runner/internal/workbook", "shared/envflag", "shared/operation", "shared/result"},
		"settings know nothing of what they set, but for how a file is written and how to name the nearest",
	},
	{"desktop-runner/internal/spool", []string{"desktop-runner/internal/durable", "shared/api", "shared/result"}, "reports on disk"},
	{
		"desktop-runner/internal/outputs",
		[]string{"desktop-runner/internal/durable", "desktop-runner/internal/plan", "shared/fault", "shared/result"},
		"outputs on disk",
	},
	{"desktop-runner/internal/identity", []string{"desktop-runner/internal/durable", "shared/credential", "shared/fault"}, "who this runner is, on disk"},
	{"desktop-runner/internal/sharepath", nil, "where the path of a share leads, for agent and child alike"},
	{"desktop-runner/internal/download", []string{"desktop-runner/internal/durable"}, "copies of files of the web, whatever is in them"},
	{"desktop-runner/internal/durable", nil, "files that survive a crash"},
	{"desktop-runner/internal/machine", []string{"desktop-runner/internal/plan"}, "what this computer has"},
	{"desktop-runner/internal/plan", []string{"shared/operation", "shared/result", "shared/task"}, "what agent and child say to each other"},

	// The child: perform → operations → what they stand on → engine.
	{"desktop-runner/internal/perform", []string{"desktop-runner/internal/...", "shared/..."}, "the child's composition root"},
	{
		"desktop-runner/internal/egress",
		[]string{
			"desktop-runner/internal/engine", "desktop-runner/internal/export/csvcell", "desktop-runner/internal/finding",
			"desktop-runner/internal/frame", "desktop-runner/internal/plan", "desktop-runner/internal/trained", "shared/...",
		},
		"the only place that builds what leaves; it runs no operation",
	},
	{"desktop-runner/internal/fetch", operations, "an operation asks the engine and gives findings; it seals nothing itself"},
	{"desktop-runner/internal/filter", operations, "an operation asks the engine and gives findings; it seals nothing itself"},
	{"desktop-runner/internal/analyze/smoothing", nil, "numbers in memory, wherever they come from"},
	{"desktop-runner/internal/analyze/score", []string{"desktop-runner/internal/analyze/varied"}, "true and predicted values, whoever predicted them"},
	{"desktop-runner/internal/analyze/split", []string{"shared/fault", "shared/task"}, "which rows, and nothing of what is in them"},
	{"desktop-runner/internal/analyze/...", append(operations, "desktop-runner/internal/analyze/...", "desktop-runner/internal/trained"), "models give findings; they seal nothing themselves"},
	{"desktop-runner/internal/export/...", append(operations, "desktop-runner/internal/export/..."), "formats, one a package"},
	{"desktop-runner/internal/trained", []string{"shared/operation", "shared/result"}, "the file in which a trained model travels: egress writes it, predict reads it"},
	{"desktop-runner/internal/step", operations, "what every operation is given"},
	{"desktop-runner/internal/step/steptest", operations, "runs one operation for its tests"},
	{"desktop-runner/internal/profile", operations, "statistics of columns, for fetch and describe"},
	{
		"desktop-runner/internal/source",
		[]string{
			"desktop-runner/internal/database", "desktop-runner/internal/engine", "desktop-runner/internal/plan",
			"desktop-runner/internal/sharepath", "desktop-runner/internal/workbook", "shared/...",
		},
		"reads files and tables through the engine",
	},
	{"desktop-runner/internal/workbook/workbooktest", []string{"desktop-runner/internal/workbook"}, "writes workbooks for the tests of any package"},
	{"desktop-runner/internal/workbook", nil, "workbooks and their cells, whatever they are read for"},
	{
		"desktop-runner/internal/database",
		[]string{"desktop-runner/internal/plan", "shared/operation", "shared/result"},
		"the SQL of other databases; it knows neither the engine nor operations",
	},
	{"desktop-runner/internal/database/databasetest", []string{"desktop-runner/internal/plan", "shared/certtest"}, "gives servers to the tests of any package"},
	{"desktop-runner/internal/finding", []string{"desktop-runner/internal/frame", "shared/operation", "shared/result"}, "what an operation found, before it is sealed"},
	{"desktop-runner/internal/frame", []string{"shared/result"}, "small frames"},
	{
		"desktop-runner/internal/engine",
		[]string{"desktop-runner/internal/plan", "desktop-runner/internal/sharepath"},
		"the engine knows files and limits, and no operation",
	},

	// People at a shell, and what drives the built programs.
	{"admin-tui", []string{"admin-tui/internal/command", "shared/..."}, "main only wires"},
	{"admin-tui/internal/command", []string{"admin-tui/internal/render", "admin-tui/internal/theme", "shared/..."}, "flags in, client, render out"},
	{"admin-tui/internal/theme", []string{"admin-tui/internal/render"}, "colours for what render says"},
	{"admin-tui/internal/render", []string{"shared/..."}, "turns data into text, and does no I/O"},
	{"examples/...", []string{"shared/..."}, "drives built programs and the API like anybody else"},
	{"packaging/...", []string{"packaging/...", "shared/..."}, "drives built programs and the API like anybody else"},
}

// services are what the server's services may stand on.
var services = []string{"server/internal/admission", "server/internal/paging", "server/internal/periodic", "server/internal/store", "server/internal/wakeup", "shared/..."}

// operations are what the work in the child may stand on: everything but the
// agent's side and egress.
var operations = []string{
	"desktop-runner/internal/engine", "desktop-runner/internal/finding", "desktop-runner/internal/frame",
	"desktop-runner/internal/plan", "desktop-runner/internal/profile", "desktop-runner/internal/source",
	"desktop-runner/internal/step", "shared/...",
}

func TestImports_KeepToTheRooms(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, p := range scan(t) {
		r, ok := roomOf(p.path)
		require.Truef(t, ok, "%s stands in no room; add it to rooms with a reason", p.path)
		used[r.pattern] = true
		for imported, file := range p.imports {
			target, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			require.Truef(t, covered(r.may, target), "%s/%s imports %s, which its room does not allow (%s)", p.path, file, target, r.why)
		}
	}
	for _, r := range rooms {
		require.Truef(t, used[r.pattern], "the room %s has no package any more; delete it", r.pattern)
	}
}

// TestParts_MeetOnlyInShared holds for tests as well: what a part's tests need
// of another part they reach over HTTP or as a program.
func TestParts_MeetOnlyInShared(t *testing.T) {
	t.Parallel()
	parts := []string{"server", "desktop-runner", "admin-tui", "examples", "packaging"}
	for _, p := range scan(t) {
		for _, imports := range []map[string]string{p.imports, p.testImports} {
			for imported, file := range imports {
				target, ours := strings.CutPrefix(imported, module+"/")
				if !ours {
					continue
				}
				for _, part := range parts {
					foreign := strings.HasPrefix(target, part+"/") && !strings.HasPrefix(p.path+"/", part+"/")
					require.Falsef(t, foreign, "%s/%s reaches into %s", p.path, file, target)
				}
			}
		}
	}
}

func roomOf(path string) (room, bool) {
	for _, r := range rooms {
		if covers(r.pattern, path) {
			return r, true
		}
	}
	return room{}, false
}

func covered(patterns []string, path string) bool {
	for _, pattern := range patterns {
		if covers(pattern, path) {
			return true
		}
	}
	return false
}

func covers(pattern, path string) bool {
	if folder, below := strings.CutSuffix(pattern, "/..."); below {
		return path == folder || strings.HasPrefix(path, folder+"/")
	}
	return pattern == path
}
