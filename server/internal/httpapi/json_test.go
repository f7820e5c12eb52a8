package httpapi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/fault"
)

func TestUnmarshal_SaysWhereAndWhatIsWrong(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]fault.Field{
		"{\"a\": 1,\n  \"b\": }":    {Path: wholeBody, Message: "is not valid JSON at line 2, column 8: invalid character '}' looking for beginning of value"},
		`{"a": 1`:                   {Path: wholeBody, Message: "is not valid JSON at line 1, column 7: unexpected end of JSON input"},
		`{"a": 1} {"b": 2}`:         {Path: wholeBody, Message: "is not valid JSON at line 1, column 10: invalid character '{' after top-level value"},
		`nonsense`:                  {Path: wholeBody, Message: "is not valid JSON at line 1, column 2: invalid character 'o' in literal null (expecting 'u')"},
		`{"a": [{"b": "x\u0000"}]}`: {Path: "a[0].b", Message: "must not contain the character U+0000"},
		`{"a\u0000": 1}`:            {Path: wholeBody, Message: "must not contain the character U+0000"},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			var tree any
			err := unmarshal([]byte(body), &tree)
			require.Error(t, err)
			require.Equal(t, want, splitDecodeError(err.Error()))
		})
	}
}

func TestUnmarshal_NamesTheFieldThatDoesNotFit(t *testing.T) {
	t.Parallel()
	var req api.TaskRequest
	err := unmarshal([]byte(`{"operation_code": 12345678901234567890}`), &req)
	require.Equal(t, fault.Field{Path: "operation_code", Message: "must be a whole number in digits, within 64 bits"}, splitDecodeError(err.Error()))
}

func TestUnmarshal_EndsDeepNestingWithAnError(t *testing.T) {
	t.Parallel()
	var tree any
	deep := strings.Repeat("[", 1_000_000)
	require.ErrorContains(t, unmarshal([]byte(deep), &tree), "exceeded max depth")
}

func TestWithoutNUL_ReplacesTheCharacterAndNothingElse(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":"x"}`:              `{"a":"x"}`,
		`{"a":"\u0000"}`:         `{"a":"\ufffd"}`,
		`{"a":"x\u0000y\u0000"}`: `{"a":"x\ufffdy\ufffd"}`,
		`{"a":"\\u0000"}`:        `{"a":"\\u0000"}`,
		`{"a":"\\\u0000"}`:       `{"a":"\\\ufffd"}`,
		`{"a":"\u00001"}`:        `{"a":"\ufffd1"}`,
		`\`:                      `\`,
	} {
		require.Equalf(t, want, string(withoutNUL([]byte(body))), "%s", body)
	}
}

func TestSentence_BeginsAndEndsLikeOne(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"": "", "there is no task x": "There is no task x.", "Is it?": "Is it?", "ébène": "Ébène.", "Done.": "Done.",
	} {
		require.Equal(t, want, sentence(message))
	}
}
