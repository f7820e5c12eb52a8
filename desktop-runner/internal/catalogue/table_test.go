package catalogue_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/result"
	"ddap/shared/task"
)

// tables is an owner of one table, whose database answers as the test says.
type tables struct {
	*catalogue.Catalogue

	now   time.Time
	log   strings.Builder
	asked []plan.File
	state string
	wrong *worker.FailedError
}

func newTables(t *testing.T, share settings.Share) *tables {
	t.Helper()
	o := &tables{now: noon, state: "1"}
	inspect := func(_ context.Context, file plan.File) (worker.Description, error) {
		o.asked = append(o.asked, file)
		if o.wrong != nil {
			return worker.Description{}, o.wrong
		}
		return worker.Description{Format: plan.DatabaseTable, Columns: []result.Column{{Name: "id", Type: result.Integer}}, State: o.state}, nil
	}
	o.Catalogue = catalogue.New([]settings.Share{share}, inspect, func() time.Time { return o.now }, slog.New(slog.NewTextHandler(&o.log, nil)))
	return o
}

// onServer writes the password into a file, whose path it gives.
func onServer(t *testing.T) (settings.Share, string) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("first-password"), 0o600))
	return settings.Share{Name: "customers", Policy: result.Aggregates, Table: "customers", Connection: &settings.Connection{
		Connection: plan.Connection{Kind: plan.PostgreSQL, Host: "db.internal", Port: 5432, Database: "crm", User: "reader"}, PasswordFile: secret,
	}}, secret
}

func TestCatalogue_LooksAtATableAgain_ByTheClock(t *testing.T) {
	t.Parallel()
	share, secret := onServer(t)
	o := newTables(t, share)
	o.Refresh(t.Context())
	first := o.Offer()
	require.Len(t, first.Datasets, 1)
	o.Refresh(t.Context())
	found, err := o.Get(t.Context(), "customers")
	require.NoError(t, err)
	require.Len(t, o.asked, 1, "nobody asks a server at every look")
	require.Equal(t, plan.Secret("first-password"), found.File.Table.Connection.Password)
	require.Equal(t, first.Datasets[0].Revision, found.Revision)

	o.now, o.state = o.now.Add(5*time.Minute), "2"
	require.NoError(t, os.WriteFile(secret, []byte("second-password"), 0o600))
	o.Refresh(t.Context())
	require.Len(t, o.asked, 2)
	second, err := o.Get(t.Context(), "customers")
	require.NoError(t, err)
	require.Equal(t, plan.Secret("second-password"), second.File.Table.Connection.Password)
	require.NotEqual(t, found.Revision, second.Revision, "the rows are others")
	require.NotContains(t, o.log.String(), "password\"")
	require.NotContains(t, o.log.String(), "-password")
}

func TestCatalogue_TellsOnlyTheOwnerWhereATableIsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	share, secret := onServer(t)
	o := newTables(t, share)
	o.wrong = &worker.FailedError{
		Failure: plan.Failure{Reason: task.SourceUnreadable, Message: "the table: the database server cannot be reached"}, Owner: []string{"connect to db.internal:5432: refused"},
	}
	o.Refresh(t.Context())
	require.Empty(t, o.Offer().Datasets)
	require.Contains(t, o.log.String(), "db.internal:5432")
	_, err := o.Get(t.Context(), "customers")
	require.ErrorContains(t, err, "cannot be reached")
	require.NotContains(t, err.Error(), "db.internal")
	require.Len(t, o.asked, 1, "it was asked a moment ago")

	o.wrong, o.now = nil, o.now.Add(time.Minute)
	o.Refresh(t.Context())
	require.Len(t, o.Offer().Datasets, 1, "it is back")

	require.NoError(t, os.Remove(secret))
	_, err = o.Get(t.Context(), "customers")
	require.ErrorContains(t, err, "password")
	require.NotContains(t, err.Error(), secret)
}

func TestCatalogue_LooksAtASQLiteFile_WhenItChanged_AndNotAllTheTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "app.db")
	write := func(name, content string, at time.Time) {
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
		require.NoError(t, os.Chtimes(name, at, at))
	}
	write(path, "a", noon)
	o := newTables(t, settings.Share{Name: "log", Policy: result.Rows, Path: path, Table: "log", Connection: &settings.Connection{
		Connection: plan.Connection{Kind: plan.SQLite}, Path: path,
	}})
	o.Refresh(t.Context())
	o.now = o.now.Add(time.Hour)
	o.Refresh(t.Context())
	require.Len(t, o.asked, 1, "nothing was written")
	write(path+"-wal", "b", noon)
	o.Refresh(t.Context())
	require.Len(t, o.asked, 2)
	write(path+"-wal", "bc", noon)
	o.Refresh(t.Context())
	require.Len(t, o.asked, 2, "it was looked at a moment ago")
}
