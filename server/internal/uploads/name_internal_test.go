package uploads

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"sales.csv":                           "sales.csv",
		"Penjualan Q1 (final).csv":            "Penjualan Q1 (final).csv",
		"../../etc/passwd":                    "passwd",
		`C:\Users\me\sales.csv`:               "sales.csv",
		"data/":                               "upload",
		"..":                                  "upload",
		".hidden.csv":                         "hidden.csv",
		"a\r\nX-Header: b.csv":                "a  X-Header_ b.csv",
		"a\x00b\x1b[31m.csv":                  "ab[31m.csv",
		"gpj\u202e.csv":                       "gpj.csv",
		"bad\xffutf8.csv":                     "bad_utf8.csv",
		`<script>"x".csv`:                     "_script__x_.csv",
		"100%.csv":                            "100_.csv",
		"Ünïcödé.csv":                         "Ünïcödé.csv",
		strings.Repeat("é", 300) + ".parquet": strings.Repeat("é", 71) + ".parquet",
		strings.Repeat("x", 300):              strings.Repeat("x", 150),
		"x." + strings.Repeat("y", 300):       "x." + strings.Repeat("y", 148),
		"trailing. . ":                        "trailing",
	} {
		got := cleanName(sent)
		require.Equal(t, want, got, "%q", sent)
		require.LessOrEqual(t, len(got), maxName)
		require.True(t, utf8.ValidString(got))
		require.Equal(t, got, cleanName(got), "a clean name stays as it is")
	}
}

func TestReadKey_IsTheReverseOfKeyOf(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	got, ok := readKey(keyOf(id))
	require.True(t, ok)
	require.Equal(t, id, got)
	for _, key := range []string{"", "uploads/", "uploads/00/" + id.String(), id.String(), keyOf(id) + "x", "ab/" + keyOf(id)} {
		_, ok := readKey(key)
		require.Equal(t, key == keyOf(id), ok, key)
	}
}
