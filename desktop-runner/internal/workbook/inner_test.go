package workbook

import (
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFormOf_TellsDatesFromNumbers(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]dateForm{
		"General": notDate, "0.00": notDate, `#,##0.00 "days"`: notDate, "[Red]0.00;[Blue]-0.00": notDate, `0\d`: notDate, "0_d": notDate, "0.00E+00": notDate,
		`"ymdhs"`: notDate, "[$USD-409]0": notDate, "@": notDate, "": notDate, "[": notDate, `"`: notDate, `\`: notDate, "[]": notDate, "0;yyyy": notDate,
		"yyyy-mm-dd": showsDate, "m/d/yy": showsDate, "mmm-yy": showsDate, "[$-409]d-mmm-yyyy;@": showsDate, `yyyy"h"mm`: showsDate, `d\.m\.`: showsDate, "MMMM": showsDate,
		"h:mm": showsTime, "mm:ss": showsTime, "h AM/PM": showsTime, "hh:mm:ss.000": showsTime, "h\"h\"mm": showsTime,
		"yyyy-mm-dd hh:mm": showsBoth, "m/d/yy h:mm": showsBoth, "d h A/P": showsBoth,
		"[h]:mm:ss": showsElapsed, "[mm]:ss": showsElapsed, "[ss]": showsElapsed,
	} {
		require.Equal(t, want, formOf(code), code)
	}
}

func TestNumber_ReadsWhatStrconvReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-1e6, 1e6)).Draw(t, "f")
		format := rapid.SampledFrom([]byte("efgG")).Draw(t, "format")
		text := strconv.FormatFloat(f, format, rapid.IntRange(-1, 17).Draw(t, "digits"), 64)
		want, err := strconv.ParseFloat(text, 64)
		got, ok := number([]byte(text))
		if math.IsInf(want, 0) || math.IsNaN(want) || err != nil {
			require.False(t, ok, text)
			return
		}
		require.True(t, ok, text)
		require.InDelta(t, want, got.float(), 0, text)
	})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		got, ok := number([]byte(strconv.FormatInt(n, 10)))
		require.True(t, ok)
		require.Equal(t, Value{Kind: Integer, Int: n}, got)
	})
	for _, text := range []string{"", "-", ".", "1.2.3", "0x1F", "1_000", "NaN", "inf", "1e", "e1", "--1", "1-1", "1e999", "1,5"} {
		_, ok := number([]byte(text))
		require.False(t, ok, text)
	}
}

func TestValue_IsWrittenAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]Value{
		"x": {Kind: Text, Text: "x"}, "-7": {Kind: Integer, Int: -7}, "0.1": {Kind: Number, Number: 0.1}, "1e-07": {Kind: Number, Number: 1e-7}, "1e+21": {Kind: Number, Number: 1e21},
		"true": {Kind: Boolean, Int: 1}, "1970-01-02": {Kind: Date, Int: dayMillis}, "1970-01-01 00:00:01.5": {Kind: Timestamp, Int: 1500}, "12:00:00": {Kind: Time, Int: dayMillis / 2},
		"36:00:00": {Kind: Duration, Int: 36 * 3600 * 1000}, "24:00:01.25": {Kind: Duration, Int: dayMillis + 1250}, "": {Kind: Error},
	} {
		require.Equal(t, want, v.String())
	}
}

// awkward has a token of every kind, and marks where they are not meant.
const awkward = "\xef\xbb\xbf<?xml version='1.0'?><!-- <a> -- ><a --><x:a b='1 > \"2\"' c=\"'\"><b/>t&amp;u\r\nv<![CDATA[<c>]]]>]]><d\n>&#65;</d\t></x:a>\n"

func TestScanner_ReadsTheSame_HoweverItComes(t *testing.T) {
	t.Parallel()
	read := func(in io.Reader) (out []string) {
		s := newScanner(t.Context(), in)
		for {
			kind, err := s.next()
			require.NoError(t, err)
			switch kind {
			case startTag:
				b, err := s.attribute("b")
				require.NoError(t, err)
				out = append(out, "<"+string(s.name)+">"+b)
			case endTag:
				out = append(out, "</"+string(s.name)+">")
			case text:
				raw, err := s.appendText(nil)
				require.NoError(t, err)
				out = append(out, string(raw))
			case endOfPart:
				return out
			}
		}
	}
	want := []string{"<a>1 > \"2\"", "<b>", "</b>", "t&u\nv", "<c>]", "]]>", "<d>", "A", "</d>", "</a>", "\n"}
	require.Equal(t, want, read(strings.NewReader(awkward)))
	require.Equal(t, want, read(iotest.OneByteReader(strings.NewReader(awkward))))
	require.Equal(t, want, read(iotest.DataErrReader(strings.NewReader(awkward))))
}

func TestScanner_FindsEveryCut(t *testing.T) {
	t.Parallel()
	whole := strings.TrimSpace(awkward)
	for n := len("\xef\xbb\xbf<"); n < len(whole); n++ {
		s := newScanner(t.Context(), strings.NewReader(whole[:n]))
		_, err := s.root()
		for err == nil && s.depth > 0 {
			_, err = s.next()
		}
		require.Error(t, err, whole[:n])
	}
}
