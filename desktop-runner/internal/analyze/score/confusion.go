package score

import "math"

// Confusion counts rows by their true and their predicted class.
type Confusion struct {
	// Rows[t][p] counts the rows of class t that were taken for class p; Weights
	// adds up their weights.
	Rows    [][]int64
	Weights [][]float64
}

// Predicted gives the most probable class of each row: the first of those that
// are equally so. Probabilities are a column for each class.
func Predicted(probabilities [][]float64) []int {
	if len(probabilities) == 0 {
		return nil
	}
	out := make([]int, len(probabilities[0]))
	for i := range out {
		for c := range probabilities {
			if probabilities[c][i] > probabilities[out[i]][i] {
				out[i] = c
			}
		}
	}
	return out
}

// Confuse counts rows; y and predicted are numbers of classes. Where few rows
// must not be told apart, every count is rounded to the nearest multiple of
// MinRows, and weights are not used: a count that is a multiple, and everything
// calculated from such counts, tells of no fewer rows.
func Confuse(y []float64, predicted []int, classes int, weights []float64, o Options) *Confusion {
	c := &Confusion{Rows: make([][]int64, classes), Weights: make([][]float64, classes)}
	sums := make([]sum, classes*classes)
	for t := range classes {
		c.Rows[t], c.Weights[t] = make([]int64, classes), make([]float64, classes)
	}
	for i, p := range predicted {
		t := int(y[i])
		c.Rows[t][p]++
		if weights != nil {
			sums[t*classes+p].add(weights[i])
		}
	}
	for t := range classes {
		for p := range classes {
			if o.coarse() {
				c.Rows[t][p] = nearest(c.Rows[t][p], int64(o.MinRows))
			}
			c.Weights[t][p] = float64(c.Rows[t][p])
			if weights != nil && !o.coarse() {
				c.Weights[t][p] = sums[t*classes+p].value()
			}
		}
	}
	return c
}

// margins are the weights of each true and each predicted class, of the rows
// that were hit, and of all.
func (c *Confusion) margins() (truth, predicted []float64, hit, all float64) {
	n := len(c.Weights)
	truth, predicted = make([]float64, n), make([]float64, n)
	var hits, total sum
	for t, row := range c.Weights {
		for p, w := range row {
			truth[t] += w
			predicted[p] += w
			total.add(w)
		}
		hits.add(row[t])
	}
	return truth, predicted, hits.value(), total.value()
}

// agreement is what a confusion matrix tells of both classes alike.
func (c *Confusion) agreement() []Metric {
	truth, predicted, hit, all := c.margins()
	var recalls sum
	present := 0
	var byTruth, byPrediction, byChance float64
	for k, w := range truth {
		if w > 0 {
			recalls.add(c.Weights[k][k] / w)
			present++
		}
		byTruth += w * w
		byPrediction += predicted[k] * predicted[k]
		byChance += w * predicted[k]
	}
	return []Metric{
		{"accuracy", hit / all},
		{"balanced_accuracy", recalls.value() / float64(present)},
		{"matthews_corrcoef", matthews(hit, all, byTruth, byPrediction, byChance)},
		{"cohen_kappa", kappa(hit, all, byChance)},
	}
}

// matthews is 0 where all rows are of one class, or are taken for one.
//
// Source: Gorodkin, "Comparing two K-category assignments by a K-category
// correlation coefficient" (2004).
func matthews(hit, all, byTruth, byPrediction, byChance float64) float64 {
	spread := (all*all - byPrediction) * (all*all - byTruth)
	if spread == 0 {
		return 0
	}
	return (hit*all - byChance) / math.Sqrt(spread)
}

// kappa is NaN where all rows are of one class and are taken for it.
func kappa(hit, all, byChance float64) float64 {
	if all*all == byChance {
		return math.NaN()
	}
	return 1 - (all-hit)*all/(all*all-byChance)
}

// ClassScore is how well one class was found. A quotient by nothing is 0, as in
// scikit-learn.
type ClassScore struct {
	Precision, Recall, F1 float64
	// Support is the weight of the rows of the class.
	Support float64
}

// ByClass scores each class.
func (c *Confusion) ByClass() []ClassScore {
	truth, predicted, _, _ := c.margins()
	out := make([]ClassScore, len(truth))
	for k := range out {
		hit := c.Weights[k][k]
		s := ClassScore{Precision: part(hit, predicted[k]), Recall: part(hit, truth[k]), Support: truth[k]}
		s.F1 = part(2*hit, truth[k]+predicted[k])
		out[k] = s
	}
	return out
}

func part(some, all float64) float64 {
	if all == 0 {
		return 0
	}
	return some / all
}

// found is precision, recall and f1: of two classes those of the second, and in
// any case the means over the classes that are there, true or predicted.
func (c *Confusion) found() []Metric {
	scores := c.ByClass()
	_, predicted, _, all := c.margins()
	var out []Metric
	if len(scores) == 2 {
		s := scores[1]
		out = append(out, Metric{"precision", s.Precision}, Metric{"recall", s.Recall}, Metric{"f1", s.F1})
	}
	var macro, weighted ClassScore
	present := 0.0
	for k, s := range scores {
		if s.Support+predicted[k] == 0 {
			continue
		}
		present++
		macro.Precision, macro.Recall, macro.F1 = macro.Precision+s.Precision, macro.Recall+s.Recall, macro.F1+s.F1
		weighted.Precision += s.Precision * s.Support
		weighted.Recall += s.Recall * s.Support
		weighted.F1 += s.F1 * s.Support
	}
	return append(out,
		Metric{"precision_macro", macro.Precision / present},
		Metric{"recall_macro", macro.Recall / present},
		Metric{"f1_macro", macro.F1 / present},
		Metric{"precision_weighted", weighted.Precision / all},
		Metric{"recall_weighted", weighted.Recall / all},
		Metric{"f1_weighted", weighted.F1 / all},
	)
}
