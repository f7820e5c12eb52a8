package apitest_test

import (
	"testing"

	"ddap/shared/apitest"
)

func TestFakeServer_KeepsTheContract(t *testing.T) {
	t.Parallel()
	apitest.Contract(t, func(t *testing.T) apitest.Target { return apitest.NewFakeServer(t).Target() })
}
