package i18n_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/i18n"
	"ddap/shared/task"
)

func TestReason_HasASentenceInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, r := range task.Reasons() {
		for _, l := range i18n.Languages() {
			sentence := i18n.Reason(r).In(l)
			require.NotEqualf(t, string(r), sentence, "%s has no sentence in %s", r, l)
			require.Regexpf(t, `^[A-Z].+\.$`, sentence, "%s in %s", r, l)
		}
		require.NotEqual(t, i18n.Reason(r).EN, i18n.Reason(r).ID)
	}
}

func TestRunnerReason_HasASentenceInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, r := range task.RunnerReasons() {
		for _, l := range i18n.Languages() {
			require.Regexpf(t, `^[A-Z].+\.$`, i18n.RunnerReason(r).In(l), "%s in %s", r, l)
		}
		require.NotEqual(t, i18n.RunnerReason(r).EN, i18n.RunnerReason(r).ID)
	}
	require.Equal(t, "lost_in_space", i18n.RunnerReason("lost_in_space").EN)
}

func TestState_HasAWordInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, s := range task.States() {
		for _, l := range i18n.Languages() {
			require.NotEqualf(t, string(s), i18n.State(s).In(l), "%s in %s", s, l)
		}
	}
}

func TestUnknownCodes_AreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	require.Equal(t, "lost_in_space", i18n.Reason("lost_in_space").In(i18n.Indonesian))
	require.Equal(t, "paused", i18n.State("paused").In(i18n.English))
	require.Equal(t, "Waiting", i18n.State(task.Queued).In("fr"))
}
