package perform

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// run is a recorded or made-up course of a task: the fraction at each look,
// a quarter of a second apart.
type run []float64

func (r run) then(fraction float64, seconds float64) run {
	from, looks := 0.0, int(seconds*4)
	if len(r) > 0 {
		from = r[len(r)-1]
	}
	for i := 1; i <= looks; i++ {
		r = append(r, from+(fraction-from)*float64(i)/float64(looks))
	}
	return r
}

// said is what was shown at one look; zero is nothing.
type said struct {
	at, left time.Duration
}

func watched(r run, every time.Duration) []said {
	begun := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var estimate timeLeft
	var out []said
	for i, fraction := range r {
		at := time.Duration(i) * every
		left, known := estimate.observe(begun.Add(at), fraction)
		if !known {
			left = 0
		}
		out = append(out, said{at, left})
	}
	return out
}

const lookEvery = 250 * time.Millisecond

// recorded reads a course that was written down while a task ran.
func recorded(t *testing.T, name string) run {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "progress-"+name+".txt"))
	require.NoError(t, err)
	var out run
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		_, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		fraction, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		if len(out) > 0 {
			fraction = max(fraction, out[len(out)-1]) // as the watcher does
		}
		out = append(out, fraction)
	}
	require.NotEmpty(t, out)
	return out
}

// courses are runs with what makes estimates jump.
var courses = map[string]run{
	"steady":                    run{0}.then(1, 60),
	"stall of ten seconds":      run{0}.then(0.5, 20).then(0.5, 10).then(1, 20),
	"stall of two minutes":      run{0}.then(0.5, 20).then(0.5, 120).then(1, 20),
	"next stage ten times slow": run{0}.then(0.4, 8).then(0.6, 40).then(1, 80),
	"next stage ten times fast": run{0}.then(0.4, 80).then(0.6, 4).then(1, 8),
	"jump at a change of stage": run{0}.then(0.2, 20).then(0.4, 0.25).then(1, 60),
	"never begins":              run{0}.then(0, 60),
	"a long one with pauses": run{0}.then(0.1, 60).then(0.1, 12).then(0.3, 120).then(0.3, 14).
		then(0.6, 180).then(0.6, 9).then(1, 240),
}

func TestTimeLeft_DoesNotJump(t *testing.T) {
	t.Parallel()
	all := maps.Clone(courses)
	all["recorded fetch"], all["recorded filter"] = recorded(t, "fetch"), recorded(t, "filter")
	for name, course := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := time.Duration(0)
			for _, s := range watched(course, lookEvery) {
				if s.left == 0 {
					last = 0
					continue
				}
				require.Positive(t, s.left)
				if last > 0 {
					require.LessOrEqualf(t, float64(s.left), float64(last)*1.01, "after %s it rose from %s to %s", s.at, last, s.left)
				}
				last = s.left
			}
		})
	}
}

// Heartbeats carry what is said every two seconds, and that is what people see.
func TestTimeLeft_RisesByATenthAtMost_BetweenTwoHeartbeats(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		course := run{0}
		for range rapid.IntRange(1, 8).Draw(t, "parts") {
			to := rapid.Float64Range(min(course[len(course)-1], 1), 1).Draw(t, "to")
			course = course.then(to, rapid.Float64Range(0.25, 60).Draw(t, "seconds"))
		}
		all := watched(course, lookEvery)
		for i := 8; i < len(all); i++ {
			before, after, between := all[i-8].left, all[i].left, false
			for _, s := range all[i-8 : i] {
				between = between || s.left == 0
			}
			if before > 0 && after > 0 && !between && float64(after) > float64(before)*1.10 {
				t.Fatalf("after %s: got %s two seconds after %s", all[i].at, after, before)
			}
		}
	})
}

func TestTimeLeft_OfRecordedTasks_IsRoughlyTrue(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"fetch", "filter"} {
		course := recorded(t, name)
		took := time.Duration(len(course)) * lookEvery
		said := 0
		for _, s := range watched(course, lookEvery) {
			if s.left == 0 {
				continue
			}
			said++
			require.InDelta(t, (took - s.at).Seconds(), s.left.Seconds(), 0.45*took.Seconds(), "%s after %s", name, s.at)
		}
		require.Greaterf(t, said, len(course)/2, "%s: something is said most of the time", name)
	}
}

func TestTimeLeft_IsTrue_WhereTheWorkIsSteady(t *testing.T) {
	t.Parallel()
	for _, s := range watched(courses["steady"], lookEvery) {
		if s.left > 0 {
			require.InDelta(t, (60*time.Second - s.at).Seconds(), s.left.Seconds(), 1.1, "after %s", s.at)
		}
	}
}

func TestTimeLeft_ComesRound_WhenTheNextStageHasAnotherSpeed(t *testing.T) {
	t.Parallel()
	// By hand: from 0.4 on the rest takes 120 s in the one, and 12 s in the other.
	slow := watched(courses["next stage ten times slow"], lookEvery)
	require.InDelta(t, 60, at(slow, 68*time.Second).Seconds(), 15)
	fast := watched(courses["next stage ten times fast"], lookEvery)
	require.InDelta(t, 120, at(fast, 79*time.Second).Seconds(), 5, "as far as anybody can know")
	require.Less(t, at(fast, 90*time.Second).Seconds(), 20.0, "ten seconds later most of that is taken back")
}

func TestTimeLeft_SaysNothing(t *testing.T) {
	t.Parallel()
	steady := watched(courses["steady"], lookEvery)
	require.Zero(t, at(steady, 2*time.Second), "from the first moments")
	require.Positive(t, at(steady, 4*time.Second))
	require.Zero(t, at(steady, 60*time.Second), "at the end")
	for _, s := range watched(courses["never begins"], lookEvery) {
		require.Zero(t, s.left, "of work that does not move")
	}
	stalled := watched(courses["stall of two minutes"], lookEvery)
	require.Positive(t, at(stalled, 30*time.Second), "a short pause is no news")
	require.Zero(t, at(stalled, 100*time.Second), "of work that has stood still for long")
	require.Positive(t, at(stalled, 145*time.Second), "and it is said again when it goes on")
}

func TestTimeLeft_TakesOddClocks(t *testing.T) {
	t.Parallel()
	var l timeLeft
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i, at := range []time.Duration{0, 0, time.Second, time.Second, 4 * time.Second, 4 * time.Second, 8 * time.Hour, 8 * time.Hour} {
		left, _ := l.observe(now.Add(at), math.Min(1, float64(i)*0.1))
		require.GreaterOrEqual(t, left, time.Duration(0))
	}
}

func at(all []said, when time.Duration) time.Duration {
	return all[int(when/lookEvery)].left
}
