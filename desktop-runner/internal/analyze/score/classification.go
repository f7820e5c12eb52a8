package score

import (
	"math"
	"slices"
)

// Classes scores predictions of classes: y are the numbers of the true ones, and
// probabilities a column for each class, of which there are at least two; weights
// count each row so many times (nil is once). Of two classes the second is the
// one that is looked for.
//
// What is not defined is left out: everything for no rows, areas under curves
// where a class is missing, cohen_kappa where all rows are of one class and taken
// for it. Where few rows must not be told apart, whatever counts rows is
// calculated from rounded numbers of them; areas under curves and means of losses
// are left out where a class has fewer rows than are asked for, as if it had none,
// and losses where so few rows have another one than all the rest.
func Classes(y []float64, probabilities [][]float64, weights []float64, o Options) []Metric {
	used := weighty(len(y), weights)
	if used == 0 || o.coarse() && used < o.MinRows {
		return nil
	}
	confusion := Confuse(y, Predicted(probabilities), len(probabilities), weights, o)
	out := append(confusion.agreement(), confusion.found()...)
	losses := !o.coarse() || lossesTold(y, probabilities, weights, o)
	if losses {
		out = append(out, Metric{"log_loss", logLoss(y, probabilities, weights)})
	}
	if len(probabilities) == 2 {
		if losses {
			out = append(out, Metric{"brier_score_loss", brier(y, probabilities[1], weights)})
		}
		if r := Rank(y, probabilities[1], 1, weights, o); r.complete {
			out = append(out, Metric{"roc_auc", r.AUC()}, Metric{"average_precision", r.AveragePrecision()})
		}
		return finite(out)
	}
	return finite(append(out, Metric{"roc_auc_ovr", oneVersusRest(y, probabilities, weights, o)}))
}

// lossesTold reports whether a mean of losses rests on enough rows of each class,
// and of enough that differ.
func lossesTold(y []float64, probabilities [][]float64, weights []float64, o Options) bool {
	rows := make([]int, len(probabilities))
	for i, class := range y {
		if weightOf(weights, i) != 0 {
			rows[int(class)]++
		}
	}
	return slices.Min(rows) >= o.MinRows && differing(len(y), weights, func(i int) float64 { return probabilities[int(y[i])][i] }) >= o.MinRows
}

// logLoss takes no probability to be nearer to 0 or 1 than epsilon.
func logLoss(y []float64, probabilities [][]float64, weights []float64) float64 {
	return mean(len(y), weights, func(i int) float64 {
		total, own := 0.0, 0.0
		for c := range probabilities {
			p := min(max(probabilities[c][i], epsilon), 1-epsilon)
			total += p
			if c == int(y[i]) {
				own = p
			}
		}
		return -math.Log(own / total)
	})
}

func brier(y, probability, weights []float64) float64 {
	return mean(len(y), weights, func(i int) float64 { d := y[i] - probability[i]; return d * d })
}

// oneVersusRest is the mean of the areas of all classes, each against all others.
func oneVersusRest(y []float64, probabilities [][]float64, weights []float64, o Options) float64 {
	var areas sum
	for c := range probabilities {
		r := Rank(y, probabilities[c], c, weights, o)
		if !r.complete {
			return math.NaN()
		}
		areas.add(r.AUC())
	}
	return areas.value() / float64(len(probabilities))
}
