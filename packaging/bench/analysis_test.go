package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSameAnswers_LetsNoOtherAnswerPass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ours, peers []float64
		same        bool
	}{
		"the same":                  {[]float64{3, -2.5, 0}, []float64{3, -2.5, 0}, true},
		"added in another order":    {[]float64{1e15}, []float64{1e15 + 2}, true},
		"another value":             {[]float64{3, 2.5}, []float64{3, 2.500001}, false},
		"the same number of rows":   {[]float64{3, 10}, []float64{3, 11}, false},
		"groups that are missing":   {[]float64{3}, []float64{3, 10}, false},
		"groups that nobody has":    {[]float64{3, 10}, []float64{3}, false},
		"no answer":                 {nil, nil, false},
		"what is no number":         {[]float64{math.NaN()}, []float64{math.NaN()}, false},
		"a number and what is none": {[]float64{1}, []float64{math.NaN()}, false},
	} {
		require.Equal(t, c.same, sameAnswers(c.ours, c.peers) == nil, name)
	}
}
