// Package doctor looks at how a server is set up, and says in sentences what is
// wrong and what to do about it. It changes nothing.
package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/store"
)

// Status is the outcome of a check.
type Status string

// The outcomes. Only Wrong keeps a set-up from being right: Advice works, and
// Skipped could not be looked at because of something else, or does not apply.
const (
	OK      Status = "ok"
	Advice  Status = "advice"
	Wrong   Status = "wrong"
	Skipped Status = "skipped"
)

// Finding is what one check has found.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	// Message says what is so; Remedy what to do, where there is something.
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// Patient is what is looked at.
type Patient struct {
	// Listen, DataDir, Connections and AdminKey are the server's settings;
	// OwnDatabase says that it runs PostgreSQL itself.
	Listen      string
	DataDir     string
	Connections int
	AdminKey    string
	OwnDatabase bool
	// TLSCert and TLSKey are files, empty for a server without TLS.
	TLSCert, TLSKey string
	// Kept is what the data folder holds of a database.
	Kept embeddedpg.Kept
	// Database and Artifacts are nil where they could not be opened, and the
	// errors then say why.
	Database      store.Diagnosis
	DatabaseError error
	Artifacts     interface {
		CheckWritable(ctx context.Context) error
	}
	ArtifactsError error
	// Mail is nil where no e-mails are sent; MailServer is its HOST:PORT.
	Mail interface {
		CheckReachable(ctx context.Context) error
	}
	MailServer string
	// Serves reports whether a server of ours answers at an address.
	Serves func(ctx context.Context, address string) bool
	// Now is the machine's clock.
	Now func() time.Time
	// Root says that the process runs as root.
	Root bool
	// schema is filled in by the check of the schema, for those after it.
	schema store.SchemaState
}

// check is one thing to look at. It returns no finding's name: the table has it.
type check struct {
	name string
	look func(ctx context.Context, p *Patient) Finding
	// needsDatabase skips it where there is none to ask.
	needsDatabase bool
}

// checks are looked at from the top: what others depend on comes first.
var checks = []check{
	{"user", checkUser, false},
	{"data_dir", checkDataDir, false},
	{"data_dir_space", checkSpace, false},
	{"postgresql_programs", checkPrograms, false},
	{"backup_programs", checkTools, true},
	{"database", checkDatabase, false},
	{"database_version", checkVersion, true},
	{"schema", checkSchema, true},
	{"clock", checkClock, true},
	{"connections", checkConnections, true},
	{"notices", checkNotices, true},
	{"admin_key", checkAdminKey, true},
	{"artifacts", checkArtifacts, false},
	{"listen", checkListen, false},
	{"tls", checkTLS, false},
	{"mail", checkMail, false},
}

// checkTimeout bounds one check.
const checkTimeout = 20 * time.Second

// Examine looks at everything, in order.
func Examine(ctx context.Context, p Patient) []Finding {
	findings := make([]Finding, 0, len(checks))
	for _, c := range checks {
		f := skipped("There is no database to ask.")
		if !c.needsDatabase || p.Database != nil {
			f = c.run(ctx, &p)
		}
		f.Check = c.name
		findings = append(findings, f)
	}
	return findings
}

func (c check) run(ctx context.Context, p *Patient) Finding {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return c.look(ctx, p)
}

// Healthy reports whether nothing is wrong.
func Healthy(findings []Finding) bool { return CountWrong(findings) == 0 }

// CountWrong counts what is wrong.
func CountWrong(findings []Finding) (n int) {
	for _, f := range findings {
		if f.Status == Wrong {
			n++
		}
	}
	return n
}

// Text lays findings out for people, one or two lines each.
func Text(findings []Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%-8s %-20s %s\n", f.Status, f.Check, f.Message)
		if f.Remedy != "" {
			fmt.Fprintf(&b, "%-29s → %s\n", "", f.Remedy)
		}
	}
	return b.String()
}

func ok(message string, args ...any) Finding {
	return Finding{Status: OK, Message: fmt.Sprintf(message, args...)}
}

func skipped(message string) Finding { return Finding{Status: Skipped, Message: message} }

func advice(remedy, message string, args ...any) Finding {
	return Finding{Status: Advice, Message: fmt.Sprintf(message, args...), Remedy: remedy}
}

func wrong(remedy, message string, args ...any) Finding {
	return Finding{Status: Wrong, Message: fmt.Sprintf(message, args...), Remedy: remedy}
}
