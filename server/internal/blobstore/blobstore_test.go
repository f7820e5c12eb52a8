package blobstore_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/blobstore/s3test"
)

// both runs a test on each kind of storage. dir is where the files lie.
func both(t *testing.T, test func(t *testing.T, s *blobstore.Store, dir string)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		test(t, open(t, "", dir), dir)
	})
	t.Run("s3", func(t *testing.T) {
		t.Parallel()
		b := s3test.Start(t)
		test(t, open(t, b.Address, ""), b.Folder)
	})
	t.Run("s3 with a prefix", func(t *testing.T) {
		t.Parallel()
		b := s3test.Start(t)
		test(t, open(t, strings.Replace(b.Address, "?", "/some/where?", 1), ""), filepath.Join(b.Folder, "some", "where"))
	})
}

func open(t *testing.T, address, dir string) *blobstore.Store {
	t.Helper()
	s, err := blobstore.Open(t.Context(), address, dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func accept(blobstore.Written) error { return nil }

func read(t *testing.T, s *blobstore.Store, key string, offset, length int64) string {
	t.Helper()
	r, err := s.Read(t.Context(), key, offset, length)
	require.NoError(t, err)
	defer r.Close()
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}

func TestStore_GivesBackWhatItTook(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *blobstore.Store, dir string) {
		require.NoError(t, s.Check(t.Context()))
		written, err := s.Write(t.Context(), "ab/one", strings.NewReader("0123456789"), accept)
		require.NoError(t, err)
		sum := sha256.Sum256([]byte("0123456789"))
		require.Equal(t, blobstore.Written{SizeBytes: 10, SHA256: hex.EncodeToString(sum[:])}, written)
		require.FileExists(t, filepath.Join(dir, "ab", "one"))
		require.Equal(t, "0123456789", read(t, s, "ab/one", 0, -1))
		require.Equal(t, "234", read(t, s, "ab/one", 2, 3))
		require.Equal(t, "89", read(t, s, "ab/one", 8, -1))

		_, err = s.Write(t.Context(), "ab/one", strings.NewReader(""), accept)
		require.NoError(t, err)
		require.Empty(t, read(t, s, "ab/one", 0, -1), "the newer content is in place of the older")

		require.NoError(t, s.Delete(t.Context(), "ab/one"))
		require.NoError(t, s.Delete(t.Context(), "ab/one"), "it is gone already")
		_, err = s.Read(t.Context(), "ab/one", 0, -1)
		require.ErrorIs(t, err, blobstore.ErrNotFound)
	})
}

// TestStore_TakesWhatIsLargerThanItsBuffers: an object store gets it in parts.
func TestStore_TakesWhatIsLargerThanItsBuffers(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *blobstore.Store, _ string) {
		const size = 20<<20 + 7
		line := strings.Repeat("0123456789abcde\n", 1<<16)
		content := func() io.Reader { return io.LimitReader(&repeated{text: line}, size) }
		want := sha256.New()
		_, err := io.Copy(want, content())
		require.NoError(t, err)
		written, err := s.Write(t.Context(), "large", content(), accept)
		require.NoError(t, err)
		require.EqualValues(t, size, written.SizeBytes)
		require.Equal(t, hex.EncodeToString(want.Sum(nil)), written.SHA256)

		r, err := s.Read(t.Context(), "large", 0, -1)
		require.NoError(t, err)
		defer r.Close()
		got := sha256.New()
		_, err = io.Copy(got, r)
		require.NoError(t, err)
		require.Equal(t, written.SHA256, hex.EncodeToString(got.Sum(nil)))
		require.Equal(t, line[5:25], read(t, s, "large", int64(len(line))*16+5, 20))
	})
}

// repeated gives a text again and again.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

func TestStore_KeepsNothingOfWhatFailed(t *testing.T) {
	t.Parallel()
	broken, unwanted := errors.New("the line went dead"), errors.New("not this")
	both(t, func(t *testing.T, s *blobstore.Store, dir string) {
		half := func() io.Reader {
			return io.MultiReader(io.LimitReader(&repeated{text: strings.Repeat("x", 1<<16)}, 9<<20), iotest.ErrReader(broken))
		}
		_, err := s.Write(t.Context(), "cut", half(), accept)
		require.ErrorIs(t, err, broken)
		_, err = s.Write(t.Context(), "refused", strings.NewReader("x"), func(w blobstore.Written) error {
			require.EqualValues(t, 1, w.SizeBytes)
			return unwanted
		})
		require.ErrorIs(t, err, unwanted)
		for _, key := range []string{"cut", "refused"} {
			_, err = s.Read(t.Context(), key, 0, -1)
			require.ErrorIs(t, err, blobstore.ErrNotFound)
			require.NoFileExists(t, filepath.Join(dir, key))
		}
	})
}

func TestEach_GivesWhatIsOldEnoughBelowAPrefix(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *blobstore.Store, dir string) {
		for _, key := range []string{"a/1", "a/2", "a/3", "b/1", "a/young"} {
			_, err := s.Write(t.Context(), key, strings.NewReader("x"), accept)
			require.NoError(t, err)
		}
		old := time.Now().Add(-2 * time.Hour)
		for _, key := range []string{"a/1", "a/2", "a/3", "b/1"} {
			require.NoError(t, os.Chtimes(filepath.Join(dir, filepath.FromSlash(key)), old, old))
		}
		var keys []string
		batches := 0
		require.NoError(t, s.Each(t.Context(), "a/", time.Now().Add(-time.Hour), 2, func(batch []blobstore.Object) error {
			batches++
			for _, o := range batch {
				require.Equal(t, o.Key, o.Place())
				keys = append(keys, o.Key)
			}
			return nil
		}))
		require.Equal(t, []string{"a/1", "a/2", "a/3"}, keys)
		require.Equal(t, 2, batches)
		stop := errors.New("enough")
		require.ErrorIs(t, s.Each(t.Context(), "", time.Now(), 1, func([]blobstore.Object) error { return stop }), stop)
	})
}

func TestEach_KnowsWhatAKilledServerLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, "", dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key.18d3a2b4c5d6e7f8.tmp"), []byte("x"), 0o600))
	require.NoError(t, s.Each(t.Context(), "", time.Now().Add(time.Hour), 10, func(batch []blobstore.Object) error {
		require.Equal(t, []blobstore.Object{{Key: "key", Leftover: "key.18d3a2b4c5d6e7f8.tmp"}}, batch)
		require.Equal(t, "key.18d3a2b4c5d6e7f8.tmp", batch[0].Place())
		return nil
	}))
}

func TestEachContent_GivesWhatPutContentTakes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *blobstore.Store, dir string) {
		empty, err := s.IsEmpty(t.Context())
		require.NoError(t, err)
		require.True(t, empty)
		require.NoError(t, s.CheckWritable(t.Context()))
		for _, key := range []string{"a/one", "b"} {
			_, err := s.Write(t.Context(), key, strings.NewReader(key), accept)
			require.NoError(t, err)
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "half.12.tmp"), nil, 0o600))
		other := open(t, "", t.TempDir())
		require.NoError(t, s.EachContent(t.Context(), func(key string, size int64, from io.Reader) error {
			require.EqualValues(t, len(key), size)
			return other.PutContent(t.Context(), key, from)
		}))
		require.Equal(t, "a/one", read(t, other, "a/one", 0, -1))
		require.Equal(t, "b", read(t, other, "b", 0, -1))
		_, err = other.Read(t.Context(), "half.12.tmp", 0, -1)
		require.ErrorIs(t, err, blobstore.ErrNotFound)
		empty, err = other.IsEmpty(t.Context())
		require.NoError(t, err)
		require.False(t, empty)
		require.ErrorIs(t, other.PutContent(t.Context(), "broken", iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF)
	})
}

func TestCheck_SaysThatTheStorageIsNotThere(t *testing.T) {
	t.Parallel()
	b := s3test.Start(t)
	require.ErrorContains(t, open(t, strings.Replace(b.Address, "ddap-test", "no-such-bucket", 1), "").Check(t.Context()), "no-such-bucket")
	err := open(t, strings.Replace(b.Address, "testsecret", "wrongsecret", 1), "").Check(t.Context())
	require.Error(t, err)
	require.NotContains(t, err.Error(), "wrongsecret")
	dir := filepath.Join(t.TempDir(), "gone")
	folder := open(t, "", dir)
	require.NoError(t, os.RemoveAll(dir))
	require.Error(t, folder.Check(t.Context()))
}

// TestOpen_TakesCredentialsFromAWSsOwnVariables cannot run beside others.
func TestOpen_TakesCredentialsFromAWSsOwnVariables(t *testing.T) {
	b := s3test.Start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "testkey")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "testsecret")
	require.NoError(t, open(t, strings.Replace(b.Address, "testkey:testsecret@", "", 1), "").Check(t.Context()))
}

func TestParse(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]blobstore.Location{
		"file:///var/lib/x":                  {Folder: filepath.FromSlash("/var/lib/x")},
		"s3://bucket":                        {Bucket: "bucket"},
		"s3://bucket/a/b/?region=eu-north-1": {Bucket: "bucket", Prefix: "a/b/", Region: "eu-north-1"},
		"s3://k:s%2Fx@bucket?endpoint=https://s3.example.org": {
			Bucket: "bucket", Endpoint: "https://s3.example.org", PathStyle: true, AccessKeyID: "k", SecretAccessKey: "s/x",
		},
		"s3://bucket?endpoint=http://127.0.0.1:9&path_style=false": {Bucket: "bucket", Endpoint: "http://127.0.0.1:9"},
	} {
		got, err := blobstore.Parse(address)
		require.NoError(t, err, address)
		require.Equal(t, want, got, address)
	}
	for _, address := range []string{
		"", "x", "gs://bucket", "file://host/x", "file:x", "file:///x?y=1", "s3://", "s3://B", "s3://bucket?acl=public", "s3://bucket?region=a&region=b",
		"s3://bucket?endpoint=ftp://x", "s3://bucket?path_style=maybe", "s3://hidden@bucket", "s3://k:hidden@bucket?x=1", "s3://k:hidden@bucket\x7f", "s3://bucket?%zz",
	} {
		_, err := blobstore.Parse(address)
		require.Error(t, err, address)
		require.NotContains(t, err.Error(), "hidden")
	}
}
