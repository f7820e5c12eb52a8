package render_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/i18n"
)

func TestRemaining_IsRoundedAsPeopleSayIt(t *testing.T) {
	t.Parallel()
	indonesian := view()
	indonesian.Language = i18n.Indonesian
	for left, want := range map[time.Duration][2]string{
		0:                 {"a few seconds left", "beberapa detik lagi"},
		4 * time.Second:   {"a few seconds left", "beberapa detik lagi"},
		7 * time.Second:   {"about 7 s left", "sekitar 7 dtk lagi"},
		21 * time.Second:  {"about 20 s left", "sekitar 20 dtk lagi"},
		59 * time.Second:  {"about 1 min left", "sekitar 1 mnt lagi"},
		239 * time.Second: {"about 4 min left", "sekitar 4 mnt lagi"},
		43 * time.Minute:  {"about 45 min left", "sekitar 45 mnt lagi"},
		59 * time.Minute:  {"about 1 h left", "sekitar 1 jam lagi"},
		131 * time.Minute: {"about 2 h 10 min left", "sekitar 2 jam 10 mnt lagi"},
		26 * time.Hour:    {"about 1 day 2 h left", "sekitar 1 hari 2 jam lagi"},
		80 * time.Hour:    {"about 3 days 8 h left", "sekitar 3 hari 8 jam lagi"},
	} {
		require.Equal(t, want[0], view().Remaining(left))
		require.Equal(t, want[1], indonesian.Remaining(left))
	}
}

func TestProgress_SaysTheTimeLeft_OnlyWhereItIsKnown(t *testing.T) {
	t.Parallel()
	p := api.Progress{Fraction: new(0.62), Stage: "grouping"}
	require.NotContains(t, view().Progress(&p), "left")
	p.RemainingSeconds = new(int64(20))
	require.Equal(t, "██████░░░░ 62 %  grouping  about 20 s left", view().Progress(&p))
}
