package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
)

func TestKinds_MapToHTTPAndBack(t *testing.T) {
	t.Parallel()
	seen := map[int]fault.Kind{}
	for _, k := range fault.Kinds() {
		status := k.HTTPStatus()
		require.Emptyf(t, seen[status], "%s and %s share status %d", seen[status], k, status)
		seen[status] = k
		require.Equal(t, k, fault.KindFromHTTP(status))
	}
	require.Len(t, fault.Kinds(), 11, "a kind is missing from Kinds")
}

func TestKindFromHTTP_FallsToTheNearestMeaning(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]fault.Kind{
		400: fault.Invalid, 415: fault.Invalid, 502: fault.Unavailable, 504: fault.Unavailable, 599: fault.Internal,
	} {
		require.Equalf(t, want, fault.KindFromHTTP(status), "status %d", status)
	}
}

func TestE_KeepsWhatPeopleRead(t *testing.T) {
	t.Parallel()
	inner := fault.New("store.Task", fault.NotFound, "task_not_found", "there is no task %s", "x")
	outer := fault.E("dispatch.Cancel", fault.NotFound, fmt.Errorf("find task: %w", inner))

	require.Equal(t, "there is no task x", outer.Message)
	require.Equal(t, "task_not_found", fault.CodeOf(outer))
	require.Equal(t, "dispatch.Cancel: not_found (task_not_found): find task: store.Task: not_found (task_not_found): there is no task x", outer.Error())
}

func TestE_HidesTheMessageOfAnotherKind(t *testing.T) {
	t.Parallel()
	inner := fault.New("store.Task", fault.NotFound, "task_not_found", "there is no task x")
	require.Empty(t, fault.E("dispatch.Claim", fault.Internal, inner).Message)
}

func TestRetryable(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		errors.New("boom"):                                 true,
		context.DeadlineExceeded:                           true,
		fault.New("op", fault.Conflict, "lease_lost", "m"): false,
		fault.New("op", fault.Unavailable, "", "m"):        true,
		fault.New("op", fault.Gone, "", "m"):               false,
	} {
		require.Equalf(t, want, fault.Retryable(err), "%v", err)
	}
	require.False(t, fault.Retryable(nil))
}

func TestBadFields_NamesEveryField(t *testing.T) {
	t.Parallel()
	err := fault.BadFields("api", "invalid_params",
		fault.Field{Path: "params.limit", Message: "must be at least 1"},
		fault.Field{Path: "params.columm", Message: "is not a field", Suggestion: "column"})
	require.Equal(t, "2 fields are not valid: params.limit: must be at least 1; params.columm: is not a field", err.Message)
}
