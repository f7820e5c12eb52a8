package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseRange_FollowsTheRFC(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]struct {
		part byteRange
		kind rangeKind
	}{
		"":                            {byteRange{0, 10}, rangeWhole},
		"bytes=0-":                    {byteRange{0, 10}, rangePart},
		"bytes=2-4":                   {byteRange{2, 3}, rangePart},
		"Bytes=2-4":                   {byteRange{2, 3}, rangePart},
		"bytes=9-9":                   {byteRange{9, 1}, rangePart},
		"bytes=5-100":                 {byteRange{5, 5}, rangePart},
		"bytes=-3":                    {byteRange{7, 3}, rangePart},
		"bytes=-100":                  {byteRange{0, 10}, rangePart},
		"bytes=-0":                    {byteRange{0, 10}, rangeUnsatisfiable},
		"bytes=10-":                   {byteRange{0, 10}, rangeUnsatisfiable},
		"bytes=99-100":                {byteRange{0, 10}, rangeUnsatisfiable},
		"bytes=4-2":                   {byteRange{0, 10}, rangeWhole},
		"bytes=0-1,3-4":               {byteRange{0, 10}, rangeWhole},
		"bytes=a-b":                   {byteRange{0, 10}, rangeWhole},
		"bytes=-":                     {byteRange{0, 10}, rangeWhole},
		"rows=1-2":                    {byteRange{0, 10}, rangeWhole},
		"bytes=+1-2":                  {byteRange{0, 10}, rangeWhole},
		"bytes=99999999999999999999-": {byteRange{0, 10}, rangeWhole},
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			part, kind := parseRange(header, 10)
			require.Equal(t, want.kind, kind)
			require.Equal(t, want.part, part)
		})
	}
}

func TestParseRange_OfNothing(t *testing.T) {
	t.Parallel()
	_, kind := parseRange("bytes=0-", 0)
	require.Equal(t, rangeUnsatisfiable, kind)
}

func TestMatches_ReadsListsOfEntityTags(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"": false, `"a"`: true, `W/"a"`: true, `"b", "a"`: true, "*": true, `"b"`: false, "a": false,
	} {
		require.Equalf(t, want, matches(header, `"a"`), "%q", header)
	}
}
