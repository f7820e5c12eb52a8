package step_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/step"
)

func TestTracker_TellsHowLongEachStageTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tracker step.Tracker
		for _, stage := range []string{"reading", "fitting", "reading"} {
			tracker.Stage(stage, 0, 1)
			time.Sleep(time.Second)
		}
		tracker.Counted("writing", 0, 1)
		time.Sleep(time.Minute)
		require.Equal(t, map[string]time.Duration{"reading": 2 * time.Second, "fitting": time.Second, "writing": time.Minute}, tracker.End())
	})
}
