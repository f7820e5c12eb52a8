package e2e_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/operation"
)

// TestThreeServers_TellEachTurnOfAnAlertOnce while one of them is killed.
func TestThreeServers_TellEachTurnOfAnAlertOnce(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	n := c.tenant(c.servers[0].Key)
	told := followAlerts(t, n.admin)
	sleeper(t, c, n.admin)
	second, none := 1.0, 0
	alert, err := n.admin.CreateAlert(t.Context(), api.AlertRequest{
		Name: "slow", Kind: api.AlertQueueAge, AlertRule: api.AlertRule{Threshold: &second, ResolveSeconds: &none},
	})
	require.NoError(t, err)
	turnsTo := func(state api.AlertState) {
		n.await("the alert is "+string(state), patience, func(ctx context.Context) bool {
			seen, err := n.admin.Alert(ctx, alert.ID)
			return err == nil && seen.State == state
		})
	}
	// judgedAgain waits for another look, so that a second event would be there.
	judgedAgain := func() {
		var before *time.Time
		n.await("the alert is judged again", patience, func(ctx context.Context) bool {
			seen, err := n.admin.Alert(ctx, alert.ID)
			if err != nil || seen.EvaluatedAt == nil {
				return false
			}
			if before == nil {
				before = seen.EvaluatedAt
			}
			return seen.EvaluatedAt.After(*before)
		})
	}
	task, err := n.admin.CreateTask(t.Context(), api.TaskRequest{
		Name: "waits", OperationCode: int(operation.Fetch), Params: json.RawMessage(`{"source":{"dataset":"penguins"}}`),
	})
	require.NoError(t, err)
	c.running[1].Kill()
	c.running = slices.Delete(c.running, 1, 2)
	turnsTo(api.AlertFiring)
	judgedAgain()
	n.surely(func(ctx context.Context) error {
		_, err := n.admin.CancelTask(ctx, task.TaskID)
		return err
	})
	turnsTo(api.AlertOK)
	judgedAgain()
	n.await("the events have come", patience, func(context.Context) bool { return len(told()) >= 2 })
	require.Equal(t, []string{api.AlertEventFiring, api.AlertEventResolved}, told())
}

// followAlerts gives what the feed has told of alerts so far.
func followAlerts(t *testing.T, admin *client.Client) func() []string {
	t.Helper()
	var mu sync.Mutex
	var types []string
	ctx, cancel := context.WithCancel(t.Context())
	done, ready := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		once := sync.OnceFunc(func() { close(ready) })
		for e, err := range admin.Events(ctx, "", client.EventFilter{}) {
			if err != nil {
				return
			}
			once()
			if e.SubjectKind == "alert" {
				mu.Lock()
				types = append(types, e.Type)
				mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	select {
	case <-ready:
	case <-time.After(patience):
		require.Fail(t, "no stream of events")
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(types)
	}
}
