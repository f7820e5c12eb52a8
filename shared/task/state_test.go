package task_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
	"ddap/shared/task"
)

// allowed is the state machine a second time, written by hand: a change of the
// table must be meant twice.
var allowed = map[[2]task.State]bool{
	{task.Scheduled, task.Blocked}:  true,
	{task.Scheduled, task.Queued}:   true,
	{task.Scheduled, task.Failed}:   true,
	{task.Scheduled, task.Canceled}: true,

	{task.Blocked, task.Queued}:   true,
	{task.Blocked, task.Failed}:   true,
	{task.Blocked, task.Canceled}: true,

	{task.Queued, task.Leased}:   true,
	{task.Queued, task.Failed}:   true,
	{task.Queued, task.Canceled}: true,

	{task.Leased, task.Running}:   true,
	{task.Leased, task.Queued}:    true,
	{task.Leased, task.Succeeded}: true,
	{task.Leased, task.Failed}:    true,
	{task.Leased, task.Canceled}:  true,

	{task.Running, task.Queued}:    true,
	{task.Running, task.Succeeded}: true,
	{task.Running, task.Failed}:    true,
	{task.Running, task.Canceled}:  true,
}

func TestCheckTransition_FullSquare(t *testing.T) {
	t.Parallel()
	for _, from := range task.States() {
		for _, to := range task.States() {
			err := task.CheckTransition(from, to)
			if allowed[[2]task.State{from, to}] {
				require.NoErrorf(t, err, "%s → %s", from, to)
				continue
			}
			require.Truef(t, fault.Is(err, fault.Conflict), "%s → %s: got %v, want a conflict", from, to, err)
		}
	}
}

func TestCheckTransition_RefusesUnknownStates(t *testing.T) {
	t.Parallel()
	require.Error(t, task.CheckTransition("", task.Queued))
	require.Error(t, task.CheckTransition(task.Queued, "paused"))
	require.False(t, task.State("paused").Final())
}

func TestStates_EachHasAnAppearanceAndAWayOut(t *testing.T) {
	t.Parallel()
	colour := regexp.MustCompile(`^#[0-9a-f]{6}$`)
	for _, s := range task.States() {
		a := s.Appearance()
		require.NotEqualf(t, "?", a.Glyph, "%s has no glyph", s)
		require.Len(t, []rune(a.Glyph), 1)
		require.Regexp(t, colour, a.Light)
		require.Regexp(t, colour, a.Dark)
		require.Equalf(t, len(s.Next()) == 0, s.Final(), "%s", s)
		if !s.Final() {
			require.Containsf(t, s.Next(), task.Failed, "a deadline must be able to end %s", s)
			require.Containsf(t, s.Next(), task.Canceled, "a person must be able to cancel %s", s)
		}
	}
}

func TestFrom_IsTheTableReadBackwards(t *testing.T) {
	t.Parallel()
	for _, to := range task.States() {
		for _, from := range task.States() {
			require.Equal(t, allowed[[2]task.State{from, to}], slices.Contains(task.From(to), from))
		}
	}
}

func TestReasons_AreListedOnce(t *testing.T) {
	t.Parallel()
	seen := map[task.Reason]bool{}
	for _, r := range task.Reasons() {
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, string(r))
		require.Falsef(t, seen[r], "%s is listed twice", r)
		seen[r] = true
		require.True(t, r.Known())
	}
	require.False(t, task.Reason("because").Known())
}
