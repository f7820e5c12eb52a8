package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/config"
	"ddap/server/internal/doctor"
	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/pgstore"
	"ddap/shared/client"
	"ddap/shared/fault"
)

// Examine looks at a set-up, beside a running server or without one. A database
// that is there and does not run is started for as long as that takes; none is
// made, and no schema is changed.
func Examine(ctx context.Context, cfg config.Config, log *slog.Logger) (_ []doctor.Finding, err error) {
	p := doctor.Patient{
		Listen: cfg.Listen, DataDir: cfg.DataDir, Connections: cfg.DatabaseConnections, AdminKey: cfg.AdminKey,
		OwnDatabase: cfg.DatabaseURL == "", TLSCert: cfg.TLSCert, TLSKey: cfg.TLSKey,
		Serves: serves, Now: time.Now, Root: os.Geteuid() == 0,
	}
	if p.OwnDatabase {
		p.Kept, p.DatabaseError = embeddedpg.LookAt(cfg.DataDir)
	}
	if !p.OwnDatabase || p.Kept.Major != 0 && (p.Kept.InUse || p.Kept.Foreign == "") {
		var database *Database
		if database, p.DatabaseError = examinedDatabase(ctx, cfg, log); p.DatabaseError == nil {
			p.Database = database.Store
			defer func() { err = errors.Join(err, database.Close(context.WithoutCancel(ctx))) }()
		}
	}
	// Opening the storage would make its folder.
	if _, missing := os.Stat(filepath.Join(cfg.DataDir, "artifacts")); cfg.BlobURL != "" || !errors.Is(missing, fs.ErrNotExist) {
		var content *blobstore.Store
		if content, p.ArtifactsError = OpenFiles(ctx, cfg); p.ArtifactsError == nil {
			p.Artifacts = content
			defer func() { err = errors.Join(err, content.Close()) }()
		}
	}
	if sender := newSender(cfg); sender != nil {
		smtp, _ := cfg.SMTP() // was read for the sender
		p.Mail, p.MailServer = sender, net.JoinHostPort(smtp.Host, strconv.Itoa(smtp.Port))
	}
	return doctor.Examine(ctx, p), nil
}

// examineLimit is how long a doctor waits for a database that does not answer.
const examineLimit = 10 * time.Second

func examinedDatabase(ctx context.Context, cfg config.Config, log *slog.Logger) (*Database, error) {
	if cfg.DatabaseURL != "" {
		limited, cancel := context.WithTimeout(ctx, examineLimit)
		defer cancel()
		return attach(limited, cfg, log, pgstore.Options{ApplicationName: "ddap-doctor"})
	}
	return attach(ctx, cfg, log, pgstore.Options{ApplicationName: "ddap-doctor"})
}

// serves asks whether a server of ours is at an address, whatever its readiness.
func serves(ctx context.Context, address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	// No credential goes along, so that anybody may answer.
	c, err := client.New(client.Config{Server: "http://" + net.JoinHostPort(host, port), InsecureHTTP: true})
	if err != nil {
		return false
	}
	defer c.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	_, err = c.WhoAmI(ctx)
	return fault.Is(err, fault.Unauthenticated) && !fault.HasCode(err, "not_a_ddap_server")
}
