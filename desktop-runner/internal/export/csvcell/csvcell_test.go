package csvcell_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/desktop-runner/internal/export/csvcell"
	"ddap/shared/result"
)

func TestWrite_SaysWhatIsMissingAndWhatIsWithheld(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	columns := []result.Column{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}, {Name: "@e"}}
	require.NoError(t, csvcell.Write(&b, columns, [][]any{{nil, int64(-1), -0.1, true, "=1"}, {result.Suppressed{Reason: "small_group"}, 1e300, "x", false, "-1"}}))
	require.Equal(t, "a,b,c,d,'@e\n,-1,-0.1,true,'=1\n(withheld),1e+300,x,false,-1\n", b.String())
}

func TestText_NeverBeginsLikeAFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+\-@\t\r][0-9a-z.()]*`)).Draw(t, "text")
		out := csvcell.Text(text)
		require.True(t, out == text || out == "'"+text)
		if out != "" && strings.ContainsRune("=+-@\t\r", rune(out[0])) {
			require.Regexp(t, csvcell.Number, out)
		}
		var b strings.Builder
		require.NoError(t, csvcell.Write(&b, []result.Column{{Name: "a"}, {Name: "b"}}, [][]any{{text, "x"}}))
		records, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		require.NoError(t, err)
		require.Len(t, records, 2)
	})
}
