package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

func TestCheckAlertTransition_FullSquare(t *testing.T) {
	t.Parallel()
	may := map[api.AlertState]api.AlertState{api.AlertOK: api.AlertFiring, api.AlertFiring: api.AlertOK}
	states := []api.AlertState{api.AlertOK, api.AlertFiring, "", "lost"}
	for _, from := range states {
		for _, to := range states {
			err := store.CheckAlertTransition(from, to)
			require.Equalf(t, may[from] == to && to != "", err == nil, "%q to %q: %v", from, to, err)
		}
	}
}
