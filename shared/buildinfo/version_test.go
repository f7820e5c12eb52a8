package buildinfo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/buildinfo"
)

func TestOlder_ComparesReleases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1.2.0", "1.3.0", true},
		{"v1.2.9", "1.3.0", true},
		{"1.9.0", "1.10.0", true},
		{"1.3.0-rc.1", "1.3.0", true},
		{"1.3.0", "1.3.0", false},
		{"1.4.0", "1.3.0", false},
		{"dev", "1.3.0", false},
		{"3f2a91c-dirty", "1.3.0", false},
		{"", "1.3.0", false},
		{"1.2.0", "", false},
	} {
		require.Equalf(t, c.want, buildinfo.Older(c.a, c.b), "%q older than %q", c.a, c.b)
	}
}
