package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"ddap/server/internal/embeddedpg"
)

func checkUser(_ context.Context, p *Patient) Finding {
	if !p.Root {
		return ok("The server runs as an ordinary user.")
	}
	return advice("Make a user for it, give it the data folder, and start the server as that user.",
		"The server runs as root, which it does not need. PostgreSQL is started as another user all the same.")
}

func checkDataDir(_ context.Context, p *Patient) Finding {
	info, err := os.Stat(p.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return checkParent(p.DataDir)
	}
	if err != nil {
		return wrong("Let the server's user enter the folders above it.", "The data folder %s cannot be looked at: %v.", p.DataDir, err)
	}
	if !info.IsDir() {
		return wrong("Choose another --data-dir.", "%s is no folder.", p.DataDir)
	}
	if err := tryWrite(p.DataDir); err != nil {
		return wrong(fmt.Sprintf("Give the folder to the server's user: chown -R USER %s. Data of a server that ran as another user, such as root, belongs to that one.", p.DataDir),
			"The data folder %s cannot be written by this user: %v.%s", p.DataDir, err, belongsTo(info))
	}
	if others := info.Mode().Perm() & 0o022; others != 0 {
		return wrong("chmod go-w "+p.DataDir, "Other users of this machine can write into the data folder %s (mode %04o).", p.DataDir, info.Mode().Perm())
	}
	if owner := foreignOwner(info); owner != "" {
		return advice("Run the doctor as the user that runs the server.",
			"The data folder %s belongs to %s. This user can write it; whether the server can, was not seen.", p.DataDir, owner)
	}
	return ok("The data folder %s can be written.", p.DataDir)
}

func belongsTo(info fs.FileInfo) string {
	if owner := foreignOwner(info); owner != "" {
		return " It belongs to " + owner + "."
	}
	return ""
}

// checkParent judges a data folder that the first start will have to make.
func checkParent(dir string) Finding {
	parent := filepath.Dir(filepath.Clean(dir))
	for {
		info, err := os.Stat(parent)
		if err == nil && !info.IsDir() {
			return wrong("Choose another --data-dir.", "The data folder %s cannot be made: %s is no folder.", dir, parent)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || parent == filepath.Dir(parent) {
			return wrong("Choose another --data-dir.", "The data folder %s cannot be made: %v.", dir, err)
		}
		parent = filepath.Dir(parent)
	}
	if err := tryWrite(parent); err != nil {
		return wrong(fmt.Sprintf("Make the folder and give it to the server's user: mkdir -p %s && chown USER %[1]s.", dir),
			"The data folder %s is not there yet, and this user cannot make it: %v.", dir, err)
	}
	return ok("The data folder %s is not there yet; the first start makes it.", dir)
}

// tryWrite asks the system by doing it: permission bits do not tell of access
// lists, quotas and disks that are mounted for reading.
func tryWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".ddap-doctor-*")
	if err != nil {
		return errors.Unwrap(err) // without the name of a file that nobody knows
	}
	_, err = f.WriteString("x")
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

const (
	// tightSpace is where PostgreSQL and uploads begin to be at risk, amid
	// default limits: one artifact may have a gigabyte.
	tightSpace = 2 << 30
	noSpace    = 256 << 20
)

func checkSpace(_ context.Context, p *Patient) Finding {
	dir := p.DataDir
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	free, known := freeBytes(dir)
	if !known {
		return skipped("This system does not say how much space is left.")
	}
	return judgeSpace(p.DataDir, free)
}

func judgeSpace(dir string, free uint64) Finding {
	const remedy = "Make room, or move the data folder to a larger disk."
	switch mib := free >> 20; {
	case free < noSpace:
		return wrong(remedy, "The disk of the data folder %s has %d MiB left. PostgreSQL stops when it is full.", dir, mib)
	case free < tightSpace:
		return advice(remedy, "The disk of the data folder %s has %d MiB left.", dir, mib)
	default:
		return ok("The disk of the data folder has %d MiB left.", mib)
	}
}

func checkPrograms(ctx context.Context, p *Patient) Finding {
	if !p.OwnDatabase {
		return skipped("With --database-url no PostgreSQL is needed on this machine.")
	}
	programs, err := embeddedpg.CheckPrograms(ctx, p.DataDir, p.Kept.Major)
	if err != nil {
		return wrong("Install what the sentence names, or use a database elsewhere with --database-url.", "%s.", sentence(err))
	}
	return ok("PostgreSQL %d is installed in %s.", programs.Major, programs.Dir)
}

func checkArtifacts(ctx context.Context, p *Patient) Finding {
	const remedy = "See that the server's user can write there and that there is space."
	err := p.ArtifactsError
	if err == nil && p.Artifacts == nil {
		return skipped("There is no storage of artifacts yet; the first start makes it.")
	}
	if err == nil {
		err = p.Artifacts.CheckWritable(ctx)
	}
	if err != nil {
		return wrong(remedy, "Artifacts cannot be stored: %v.", err)
	}
	return ok("Artifacts can be written, read and removed.")
}

func checkListen(ctx context.Context, p *Patient) Finding {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.Listen)
	if err == nil {
		_ = listener.Close()
		return ok("The address %s is free.", p.Listen)
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE) && p.Serves(ctx, p.Listen):
		return ok("A DDAP server answers at %s.", p.Listen)
	case errors.Is(err, syscall.EADDRINUSE):
		return wrong("Stop that program, or choose another --listen.",
			"The address %s is in use by another program, or by a DDAP server that does not answer plain HTTP.", p.Listen)
	case errors.Is(err, syscall.EACCES):
		return wrong("Choose a port from 1024 up, or give the program the right: setcap cap_net_bind_service=+ep ddap-server.",
			"This user may not listen on %s.", p.Listen)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return wrong("Choose an address that this machine has, or leave the host out to listen on all.", "This machine does not have the address of %s.", p.Listen)
	default:
		return wrong("Choose another --listen.", "The server cannot listen on %s: %v.", p.Listen, err)
	}
}

// expiresSoon is when a certificate should have been renewed by whatever renews it.
const expiresSoon = 14 * 24 * time.Hour

func checkTLS(_ context.Context, p *Patient) Finding {
	if p.TLSCert == "" && p.TLSKey == "" {
		return skipped("No TLS files are set; the server speaks plain HTTP.")
	}
	if p.TLSCert == "" || p.TLSKey == "" {
		return wrong("Set both --tls-cert and --tls-key.", "Only one of the two TLS files is set.")
	}
	for _, file := range []string{p.TLSCert, p.TLSKey} {
		if _, err := os.ReadFile(file); err != nil { // a key's content is nobody's business here
			return wrong("Let the server's user read it.", "The TLS file %s cannot be read: %v.", file, errors.Unwrap(err))
		}
	}
	pair, err := tls.LoadX509KeyPair(p.TLSCert, p.TLSKey)
	if err != nil {
		return wrong("Use the certificate and the key that belong together, both as PEM, the server's own certificate first.",
			"The TLS files do not make a pair: %s.", strings.TrimPrefix(err.Error(), "tls: "))
	}
	if info, err := os.Stat(p.TLSKey); err == nil && info.Mode().Perm()&0o007 != 0 {
		return wrong("chmod o= "+p.TLSKey, "Every user of this machine can read the TLS key %s.", p.TLSKey)
	}
	return checkCertificate(pair.Certificate[0], p.Now())
}

func checkCertificate(der []byte, now time.Time) Finding {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return wrong("Get another certificate.", "The TLS certificate cannot be read: %v.", err)
	}
	until := cert.NotAfter.UTC().Format(time.DateTime)
	switch {
	case now.Before(cert.NotBefore):
		return wrong("Set the clock of this machine, or wait.", "The TLS certificate is valid from %s UTC on only.", cert.NotBefore.UTC().Format(time.DateTime))
	case now.After(cert.NotAfter):
		return wrong("Renew it.", "The TLS certificate expired at %s UTC.", until)
	case now.Add(expiresSoon).After(cert.NotAfter):
		return advice("Renew it.", "The TLS certificate expires at %s UTC.", until)
	default:
		return ok("The TLS certificate and key fit each other, until %s UTC.", until)
	}
}

// sentence begins an error, which is lower-case by custom, as a sentence does.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".")
}
