package credential_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/shared/credential"
)

func TestParse_ReadsBackWhatNewMade(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var id uuid.UUID
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		kind := rapid.SampledFrom([]credential.Kind{credential.Key, credential.Enrollment, credential.Runner, credential.Session}).Draw(t, "kind")

		c, err := credential.New(kind, id)
		require.NoError(t, err)
		require.Regexp(t, `^ddap_[a-z]{3}_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$`, c.String())

		back, err := credential.Parse(c.String())
		require.NoError(t, err)
		require.Equal(t, c, back)
		h := c.Hash()
		require.True(t, back.Matches(h[:]))
	})
}

func TestParse_RefusesAnyChangedCharacter(t *testing.T) {
	t.Parallel()
	c, err := credential.New(credential.Key, uuid.New())
	require.NoError(t, err)
	text := c.String()
	for i := range text {
		other := byte('x')
		if text[i] == other {
			other = 'y'
		}
		_, err := credential.Parse(text[:i] + string(other) + text[i+1:])
		require.ErrorIsf(t, err, credential.ErrMalformed, "position %d", i)
	}
	for _, bad := range []string{"", "ddap", text[:len(text)-1], text + "0", strings.ToUpper(text), " " + text, strings.Repeat("_", 3)} {
		_, err := credential.Parse(bad)
		require.ErrorIs(t, err, credential.ErrMalformed)
	}
}

func TestMatches_RefusesAnotherSecret(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	one, err := credential.New(credential.Runner, id)
	require.NoError(t, err)
	two, err := credential.New(credential.Runner, id)
	require.NoError(t, err)
	h := one.Hash()
	require.False(t, two.Matches(h[:]))
	require.False(t, one.Matches(nil))
}

func TestFormatting_HidesTheSecret(t *testing.T) {
	t.Parallel()
	c, err := credential.New(credential.Key, uuid.New())
	require.NoError(t, err)
	secret := strings.Split(c.String(), "_")[3][:43]
	require.NotContains(t, fmt.Sprintf("%#v", c), secret)
	require.NotContains(t, c.Masked(), secret)
}
