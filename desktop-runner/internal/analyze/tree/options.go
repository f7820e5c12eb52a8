package tree

import (
	"fmt"
	"math"
	"runtime"

	"ddap/desktop-runner/internal/analyze/cart"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// Options judges parameters by the sample, and says how a tree is to be grown of
// it. Where single rows must not show, min_samples_leaf is at least settings.MinRows.
// The errors are invalid_params faults that name the parameter, and a
// policy_refused fault where any tree of this sample would tell of a few rows.
func Options(asked operation.DecisionTreeParams, s estimator.Sample, settings estimator.Settings, features any) (cart.Options, error) {
	o := cart.Options{
		Classes: s.Classes, MaxDepth: asked.MaxDepth, MinSamplesSplit: max(2, asked.MinSamplesSplit), MinSamplesLeaf: max(1, asked.MinSamplesLeaf),
		MinImpurityDecrease: asked.MinImpurityDecrease, MinRows: settings.MinRows, Threads: Threads(settings),
		Seed: uint64(settings.RandomState),
	}
	if asked.MaxFeatures != nil {
		features = asked.MaxFeatures
	}
	var err error
	if o.Criterion, err = criterion(asked.Criterion, s.Classes); err != nil {
		return o, err
	}
	if o.MaxFeatures, err = maxFeatures(features, len(s.X)); err != nil {
		return o, err
	}
	return o, checkSample(s, &o)
}

// Threads is how many goroutines the settings allow.
func Threads(settings estimator.Settings) int {
	if settings.Threads > 0 {
		return settings.Threads
	}
	return runtime.GOMAXPROCS(0)
}

func criterion(name string, classes int) (cart.Criterion, error) {
	switch {
	case classes == 0 && (name == "" || name == "squared_error"):
		return cart.SquaredError, nil
	case classes > 0 && (name == "" || name == "gini"):
		return cart.Gini, nil
	case classes > 0 && (name == "entropy" || name == "log_loss"):
		return cart.Entropy, nil
	case classes == 0:
		return 0, bad("criterion", "is %s, which is for classes; the target is a number: use squared_error", name)
	default:
		return 0, bad("criterion", "is %s, but the target has classes: use gini, entropy or log_loss", name)
	}
}

func maxFeatures(asked any, p int) (int, error) {
	switch v := asked.(type) {
	case nil:
		return p, nil
	case string:
		switch v {
		case "sqrt":
			return max(1, int(math.Sqrt(float64(p)))), nil
		case "log2":
			return max(1, int(math.Log2(float64(p)))), nil
		}
	case float64:
		switch {
		case v > 0 && v <= 1:
			return max(1, int(v*float64(p))), nil
		case v > 1 && v == math.Trunc(v) && v <= float64(p):
			return int(v), nil
		}
	}
	return 0, bad("max_features", `is %v; must be "sqrt", "log2", a part from above 0 to 1, or a whole number from 2 to the number of features, which is %d`, asked, p)
}

func bad(parameter, format string, args ...any) error {
	return fault.BadFields("tree.Options", string(task.InvalidParams), fault.Field{Path: "params.params." + parameter, Message: fmt.Sprintf(format, args...)})
}

func checkSample(s estimator.Sample, o *cart.Options) error {
	if len(s.X) == 0 || len(s.Y) == 0 {
		return fault.BadFields("tree.Options", string(task.InvalidParams), fault.Field{Path: "params.features", Message: "a tree needs at least one feature and one row"})
	}
	if len(s.Y) > math.MaxInt32 {
		return fault.BadFields("tree.Options", string(task.InvalidParams), fault.Field{Path: "params.source", Message: "a tree takes at most 2147483647 rows; filter them first"})
	}
	used, total := make([]float64, 0, len(s.Y)), 0.0
	for i, y := range s.Y {
		if s.Weights == nil || s.Weights[i] != 0 {
			used = append(used, y)
		}
		if s.Weights != nil {
			total += s.Weights[i]
		}
	}
	if len(used) == 0 || math.IsInf(total, 0) || math.IsNaN(total) {
		return fault.BadFields("tree.Options", string(task.InvalidParams), fault.Field{Path: "params.target", Message: "the weights of the rows must have a finite sum above 0"})
	}
	if o.MinRows <= 1 {
		return nil
	}
	o.MinSamplesLeaf = max(o.MinSamplesLeaf, o.MinRows)
	return policy(s, used, o.MinRows)
}

// policy refuses samples of which even the root would tell of a few rows.
func policy(s estimator.Sample, used []float64, least int) error {
	if differ(s) {
		return Refuse("weights that differ between rows of the same class would let a few of them decide what is told. Allowed are class weights, or none")
	}
	if len(used) < least {
		return Refuse("the owner shares summaries of at least %d rows only, and there are fewer. Allowed are models of more rows", least)
	}
	if s.Classes == 0 {
		if v := varied.Count(used); v > 0 && v < int64(least) {
			return Refuse("fewer than %d rows differ from the most frequent value of the target, and their mean would tell of them. Allowed are targets that vary more", least)
		}
		return nil
	}
	counts := make([]int, s.Classes)
	for _, y := range used {
		counts[int(y)]++
	}
	for _, n := range counts {
		if n > 0 && n < least {
			return Refuse("a class of the target has fewer than %d rows to learn from. Allowed are targets whose classes all have as many; leave out rare ones with a filter, or put them together", least)
		}
	}
	return nil
}

// differ reports whether rows of one class have different weights; none is not one.
func differ(s estimator.Sample) bool {
	of := map[float64]float64{}
	for i, w := range s.Weights {
		if w == 0 {
			continue
		}
		class := 0.0
		if s.Classes > 0 {
			class = s.Y[i]
		}
		if known, ok := of[class]; ok && w != known {
			return true
		}
		of[class] = w
	}
	return false
}

// Refuse gives a policy_refused fault.
func Refuse(format string, args ...any) error {
	return fault.New("tree.Fit", fault.Forbidden, string(task.PolicyRefused), "this cannot be learned from this data: "+format+".", args...)
}
