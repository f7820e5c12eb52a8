package doctor

import (
	"context"
	"strings"
	"time"

	"ddap/server/internal/embeddedpg"
	"ddap/shared/credential"
)

func checkDatabase(_ context.Context, p *Patient) Finding {
	switch {
	case p.Database != nil && p.Kept.InUse && p.OwnDatabase:
		return ok("The database of the running server answers.")
	case p.Database != nil:
		return ok("The database answers.")
	case p.OwnDatabase && p.Kept.Major != 0 && !p.Kept.InUse && p.Kept.Foreign != "":
		return skipped("No server runs, and the data folder belongs to " + p.Kept.Foreign + ": run the doctor as that user to look at the database.")
	case p.DatabaseError != nil && p.OwnDatabase:
		return wrong("PostgreSQL's own log lies in postgres/log in the data folder.", "The server's own PostgreSQL does not run: %v.", p.DatabaseError)
	case p.DatabaseError != nil:
		return wrong("See that the address, user, password and database of --database-url are right, that PostgreSQL runs, and that it lets this machine in (pg_hba.conf, firewall).",
			"The database cannot be reached: %v.", p.DatabaseError)
	default:
		return skipped("There is no database yet; the first start makes it.")
	}
}

// minimumVersion is PostgreSQL 14, as PostgreSQL numbers it.
const minimumVersion = 140000

func checkVersion(ctx context.Context, p *Patient) Finding {
	number, text, err := p.Database.ServerVersion(ctx)
	if err != nil {
		return unanswered(err)
	}
	if number < minimumVersion {
		return wrong("Upgrade it to PostgreSQL 14 or newer.", "The database is PostgreSQL %s, which is too old.", text)
	}
	return ok("The database is PostgreSQL %s.", text)
}

func checkTools(ctx context.Context, p *Patient) Finding {
	number, _, err := p.Database.ServerVersion(ctx)
	if err != nil {
		return unanswered(err)
	}
	tools, err := embeddedpg.ToolsFor(ctx, number/10000)
	if err != nil {
		return advice("Install them, so that ddap-server backup works.", "%s.", sentence(err))
	}
	return ok("Backups can be made, with pg_dump %d.", tools.Major)
}

func checkSchema(ctx context.Context, p *Patient) Finding {
	state, err := p.Database.SchemaState(ctx)
	if err != nil {
		return unanswered(err)
	}
	p.schema = state
	switch {
	case state.RestoreUnfinished:
		return wrong("Run ddap-server restore again.", "A restore into this database was begun and not finished.")
	case !state.Present:
		return ok("The database is empty; the first start makes its tables.")
	case len(state.Ahead) > 0:
		return advice("Run the same release on all servers soon. Going back one release needs no restore.",
			"The schema is newer than this program (%s): a newer release has been here. This one can serve.", strings.Join(state.Ahead, ", "))
	case len(state.Behind) > 0:
		return advice("Start the server: it brings the schema up to date. Make a backup first.",
			"The schema is older than this program; missing: %s.", strings.Join(state.Behind, ", "))
	default:
		return ok("The schema is up to date.")
	}
}

// clockTolerance is the difference from which logs and expiry times mislead people.
const clockTolerance = 5 * time.Second

func checkClock(ctx context.Context, p *Patient) Finding {
	before := p.Now()
	there, err := p.Database.Now(ctx)
	after := p.Now()
	if err != nil {
		return unanswered(err)
	}
	// The database looked at its clock at some time in between.
	difference := time.Duration(0)
	switch {
	case there.Before(before):
		difference = before.Sub(there)
	case there.After(after):
		difference = there.Sub(after)
	}
	if difference > clockTolerance {
		return wrong("Let both machines set their clocks by NTP (timedatectl set-ntp true).",
			"The clocks of this machine and of the database differ by %s. The database's decides leases and schedules; logs and certificates follow this machine's.",
			difference.Round(time.Second))
	}
	return ok("The clocks of this machine and of the database agree.")
}

// besidePool are the sessions that a server has besides its pool: it listens,
// and commands such as backup connect while it runs.
const besidePool = 3

func checkConnections(ctx context.Context, p *Patient) Finding {
	limit, err := p.Database.Connections(ctx)
	if err != nil {
		return unanswered(err)
	}
	free, needed := limit.Max-limit.Reserved, p.Connections+besidePool
	if needed > free {
		return wrong("Raise max_connections of PostgreSQL, or lower --database-connections.",
			"A server may open %d connections and needs %d more, and PostgreSQL takes %d in all.", p.Connections, besidePool, free)
	}
	return ok("PostgreSQL takes %d connections, enough for %d servers with this setting.", free, free/needed)
}

// noticeWait is how long a notice may take; it usually takes a millisecond.
const noticeWait = 5 * time.Second

func checkNotices(ctx context.Context, p *Patient) Finding {
	heard, err := p.Database.HearsNotices(ctx, noticeWait)
	if err != nil {
		return unanswered(err)
	}
	if !heard {
		return wrong("Name PostgreSQL itself in --database-url, or a pooler in session mode (pgbouncer: pool_mode = session).",
			"A notice that was sent through the database did not come back. Something between here and it, such as a pooler in transaction mode, swallows LISTEN/NOTIFY, and migrations and backups take locks that it does not keep either.")
	}
	return ok("Notices come through.")
}

func checkAdminKey(ctx context.Context, p *Patient) Finding {
	if p.AdminKey != "" {
		if key, err := credential.Parse(p.AdminKey); err != nil || key.Kind != credential.Key {
			return wrong("Make one with ddap-server key new.", "DDAP_ADMIN_KEY is set and is no well-formed key, so it is not used.")
		}
	}
	if !p.schema.Present || p.schema.RestoreUnfinished {
		return skipped("There are no keys yet; the first start makes one and prints it.")
	}
	n, err := p.Database.AdminKeys(ctx)
	if err != nil {
		return unanswered(err)
	}
	if n == 0 {
		return wrong("Make a workspace, which comes with one: ddap-server workspace create NAME.",
			"No admin key works: all of them are revoked or have expired.")
	}
	return ok("Admin keys that work: %d.", n)
}

func unanswered(err error) Finding {
	return wrong("See that the database is up and that its user may use the tables.", "The database did not answer: %v.", err)
}
