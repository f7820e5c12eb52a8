// Package s3test gives tests a real S3 server: versitygw, on loopback, with its
// data in a temporary folder, started for a test and stopped with it.
//
// Go builds the server from the module of versitygw.mod beside this file, which
// takes a minute the first time and nothing after that; ./task test does it
// before the tests. A server that cannot be built or started fails the test:
// without one, nothing about S3 would be tested and nobody would notice.
package s3test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// ProgramVariable names the environment variable that may point to a versitygw
// that is built already.
const ProgramVariable = "DDAP_TEST_VERSITYGW"

const (
	accessKey = "testkey"
	secretKey = "testsecret"
	bucket    = "ddap-test"
)

// startTimeout bounds the start on a machine that is busy compiling.
const startTimeout = time.Minute

// Bucket is an empty bucket of a server that ends with the test.
type Bucket struct {
	// Address is what --blob-url takes.
	Address string
	// Folder is where the server keeps the bucket's objects, each in a file
	// named as its key.
	Folder string
	// Stop ends the server before the test does.
	Stop func()
}

// Start starts a server with one bucket.
func Start(t testing.TB) Bucket {
	t.Helper()
	program, err := program()
	if err != nil {
		t.Fatalf("get the S3 server for tests: %v", err)
	}
	root := t.TempDir()
	folder := filepath.Join(root, "data", bucket)
	for _, dir := range []string{folder, filepath.Join(root, "sidecar")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatalf("make the folder of the S3 server: %v", err)
		}
	}
	var address string
	var stop func()
	// Between finding a free port and taking it, another program may be faster.
	for range 3 {
		if address, stop, err = start(t.Context(), program, root); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatalf("start the S3 server for tests: %v", err)
	}
	t.Cleanup(stop)
	query := url.Values{"endpoint": {"http://" + address}, "region": {"us-east-1"}}
	return Bucket{Address: fmt.Sprintf("s3://%s:%s@%s?%s", accessKey, secretKey, bucket, query.Encode()), Folder: folder, Stop: stop}
}

func start(ctx context.Context, program, root string) (address string, stop func(), err error) {
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	var said bytes.Buffer
	//nolint:noctx // stop ends it, whatever becomes of a context
	cmd := exec.Command(program, "--access", accessKey, "--secret", secretKey, "--port", address, "--quiet",
		// Not every file system of a temporary folder has extended attributes.
		"posix", "--sidecar", filepath.Join(root, "sidecar"), filepath.Join(root, "data"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &said, &said
	cmd.Env = []string{"HOME=" + root}
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended says what it printed
		close(ended)
	}()
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	})
	if err := await(ctx, address, ended); err != nil {
		stop()
		return "", nil, fmt.Errorf("%w; it said: %s", err, said.String())
	}
	return address, stop, nil
}

// await returns once the server takes connections.
func await(ctx context.Context, address string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-ended:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	tcp, _ := l.Addr().(*net.TCPAddr)
	return tcp.Port, nil
}

// program builds the server, or finds it in Go's cache.
var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(ProgramVariable); path != "" {
		return path, nil
	}
	_, here, _, _ := runtime.Caller(0)
	cmd := exec.Command("go", "tool", "-modfile="+filepath.Join(filepath.Dir(here), "versitygw.mod"), "-n", "versitygw")
	cmd.Dir = filepath.Dir(here)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	path, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build versitygw: %w: %s", err, trouble.String())
	}
	return strings.TrimSpace(string(path)), nil
})
