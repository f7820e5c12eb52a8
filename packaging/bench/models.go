package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"ddap/shared/operation"
	"ddap/shared/result"
)

// size is one file of numbers: rows with features, a number and a class to
// predict, and a mark for the quarter of the rows that judge.
type size struct {
	rows, features int
	// starts bounds how often each program is started: the largest takes minutes.
	starts int
	// largest has forests of 10 trees, and the bar on memory.
	largest bool
}

var sizes = []size{
	{rows: 2_000, features: 200, starts: 5},
	{rows: 200_000, features: 20, starts: 3},
	{rows: 2_000_000, features: 10, starts: 1, largest: true},
}

func (s size) String() string { return fmt.Sprintf("%dx%d", s.rows, s.features) }

// contest is one model that scikit-learn has as well.
type contest struct {
	model operation.Model
	// target is the column to predict; empty of models without one.
	target string
	// params are the model's own, with the same names on both sides; atLargest
	// replaces some of them there.
	params, atLargest map[string]any
	// score is the metric to compare: the first of these that our result has.
	score []string
	// tolerance is how far the scores may lie apart, relative to the peer's or to
	// 1, whichever is more; of a share that depends on chance, with two standard
	// errors of it on top. Where lower is better, ours may be any amount lower.
	tolerance   float64
	chance      bool
	lowerBetter bool
	// bar is the time of fit and score as a multiple of the peer's.
	bar         float64
	skipLargest string
}

type settings = map[string]any

// contests are in the order of the documentation. Their scores are on rows that
// were kept back, by the same column on both sides.
var contests = []contest{
	{model: operation.LinearRegression, target: "y", score: []string{"test_r2", "r2"}, tolerance: 1e-6, bar: 1},
	{model: operation.Ridge, target: "y", params: settings{"alpha": 1.0}, score: []string{"test_r2"}, tolerance: 1e-6, bar: 1},
	{model: operation.Lasso, target: "y", params: settings{"alpha": 0.1}, score: []string{"test_r2"}, tolerance: 1e-4, bar: 1},
	{model: operation.ElasticNet, target: "y", params: settings{"alpha": 0.1, "l1_ratio": 0.5}, score: []string{"test_r2"}, tolerance: 1e-4, bar: 1},
	{model: operation.LogisticRegression, target: "class", score: []string{"test_log_loss"}, tolerance: 1e-3, bar: 1},
	{model: "decision_tree", target: "class", params: settings{"max_depth": 12}, score: []string{"test_accuracy"}, tolerance: 0.01, chance: true, bar: 1},
	{
		model: "random_forest", target: "class", params: settings{"n_estimators": 100}, atLargest: settings{"n_estimators": 10},
		score: []string{"test_accuracy"}, tolerance: 0.01, chance: true, bar: 0.5,
	},
	{model: operation.GradientBoosting, target: "class", score: []string{"test_accuracy"}, tolerance: 0.01, chance: true, bar: 1},
	{
		model: operation.KMeans, params: settings{"n_clusters": 8, "n_init": 3, "standardize": false},
		score: []string{"inertia"}, tolerance: 0.01, lowerBetter: true, bar: 1,
	},
	{
		model: "dbscan", params: settings{"eps": 3.0, "min_samples": 10, "standardize": false},
		score: []string{"n_clusters", "clusters"}, bar: 1, skipLargest: "scikit-learn needs more memory than there is",
	},
	{
		model: "pca", params: settings{"n_components": 5, "standardize": false},
		score: []string{"explained_variance_ratio"}, tolerance: 1e-6, bar: 1,
	},
	{model: "isolation_forest", params: settings{"n_estimators": 100}, bar: 1},
}

// modelsBench measures models in their child process beside scikit-learn on the
// same files.
func modelsBench(ctx context.Context, opts options) error {
	a := &analysisBench{options: opts, folder: filepath.Join(".task", "bench"), threads: runtime.NumCPU()}
	if err := os.MkdirAll(a.folder, 0o750); err != nil {
		return fmt.Errorf("make the folder for the bench: %w", err)
	}
	offered := operation.Models()
	measured := 0
	for _, c := range contests {
		if !slices.ContainsFunc(offered, func(s operation.ModelSpec) bool { return s.Model == c.model }) || a.only != "" && a.only != string(c.model) {
			continue
		}
		for _, s := range sizes {
			if a.size != "" && a.size != s.String() || s.largest && c.skipLargest != "" {
				continue
			}
			if err := a.contest(ctx, c, s); err != nil {
				a.printModels() // those before it took long
				return fmt.Errorf("%s of %s: %w", c.model, s, err)
			}
			measured++
		}
	}
	if measured == 0 {
		return errors.New("no such model, or no such size; sizes are as in 200000x20")
	}
	a.printModels()
	return nil
}

// contest lets both take turns, so that a busy moment meets both.
func (a *analysisBench) contest(ctx context.Context, c contest, s size) error {
	file := fmt.Sprintf("model-%s.csv", s)
	if err := a.writeNumbers(file, s); err != nil {
		return err
	}
	fmt.Printf("Measuring %s of %s ...\n", c.model, s)
	known, err := a.look(ctx, input{file: file, format: "csv"})
	if err != nil {
		return err
	}
	var ours, peer figure
	for range min(a.starts, s.starts) {
		one, err := a.oursModel(ctx, c, s, file, known)
		if err != nil {
			return err
		}
		best(&ours, one)
		job, err := json.Marshal(settings{
			"model": c.model, "file": a.at(file), "target": c.target, "params": c.paramsAt(s), "held": c.trains(), "threads": a.threads,
		})
		if err != nil {
			return fmt.Errorf("write a peer's job: %w", err)
		}
		one = figure{}
		// A runner's child gives way to other programs; so must its peer, or a busy
		// machine would slow one of them only.
		if err := a.run(ctx, &one, "nice", "-n", "10", "/usr/bin/python3", "packaging/bench/peers/sklearn_peer.py", string(job)); err != nil {
			return err
		}
		best(&peer, one)
	}
	a.noteModel(c, s, ours, peer)
	return c.judge(s, ours, peer)
}

func (c contest) paramsAt(s size) settings {
	out := settings{}
	maps.Copy(out, c.params)
	if s.largest {
		maps.Copy(out, c.atLargest)
	}
	return out
}

// trains reports whether rows can be kept back to judge by.
func (c contest) trains() bool { return operation.Trains(operation.Analyze, c.model) }

// judge refuses a wrong score: whoever is faster with one has done something else.
func (c contest) judge(s size, ours, peer figure) error {
	if len(ours.Answer) == 0 || len(peer.Answer) == 0 {
		return nil
	}
	apart, most := ours.Answer[0]-peer.Answer[0], c.tolerance*math.Max(1, math.Abs(peer.Answer[0]))
	if held := float64(s.rows) / 4; c.chance {
		most += 2 * math.Sqrt(peer.Answer[0]*(1-peer.Answer[0])/held)
	}
	if apart > most || apart < -most && !c.lowerBetter {
		return fmt.Errorf("the scores differ: ours is %.9g, scikit-learn's %.9g", ours.Answer[0], peer.Answer[0])
	}
	return nil
}

// oursModel does the task in the child process that does it in a runner.
func (a *analysisBench) oursModel(ctx context.Context, c contest, s size, file string, known json.RawMessage) (figure, error) {
	work, err := os.MkdirTemp(a.folder, "work-")
	if err != nil {
		return figure{}, fmt.Errorf("make a work folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	order, err := a.modelOrder(c, s, file, work, known)
	if err != nil {
		return figure{}, err
	}
	var done reply
	one, err := a.child(ctx, order, &done)
	if err != nil {
		return figure{}, err
	}
	for _, name := range c.score {
		if v, ok := done.Outcome.Document.Metrics[name]; ok {
			one.Answer = []float64{float64(v)}
			return one, nil
		}
	}
	if len(c.score) > 0 {
		return one, fmt.Errorf("the result has none of the metrics %s", strings.Join(c.score, ", "))
	}
	return one, nil
}

func (a *analysisBench) modelOrder(c contest, s size, file, work string, known json.RawMessage) ([]byte, error) {
	path, err := filepath.Abs(a.at(file))
	if err != nil {
		return nil, fmt.Errorf("find a file: %w", err)
	}
	if work, err = filepath.Abs(work); err != nil {
		return nil, fmt.Errorf("find a folder: %w", err)
	}
	features := make([]string, s.features)
	for j := range features {
		features[j] = "x" + strconv.Itoa(j)
	}
	params := settings{"source": settings{"dataset": "numbers"}, "model": c.model, "features": features, "params": c.paramsAt(s)}
	if c.target != "" {
		params["target"] = c.target
	}
	if c.trains() {
		params["validation"] = settings{"method": operation.ColumnValidation, "column": "held", "permutation_importance": false}
	}
	return json.Marshal(settings{"plan": settings{
		"task_id": "bench", "attempt": 1, "runner_id": "bench", "name": c.model, "operation_code": operation.Analyze,
		"params": params, "work_dir": work, "limits": settings{"threads": a.threads, "memory_bytes": 4 << 30},
		"inputs": []settings{{
			"path": "params.source", "name": "numbers",
			"file": settings{"path": path, "format": "csv", "policy": result.Rows, "known": known},
		}},
	}})
}

// groups is how many groups the rows of a file lie in.
const groups = 8

// writeNumbers writes a file of rows in groups, once: features of standard
// deviation 1 around the group's centre, a number that depends on half of them,
// one of these bent, and the class that says whether it is positive.
func (a *analysisBench) writeNumbers(file string, s size) (err error) {
	path := a.at(file)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	fmt.Printf("Writing %s, once ...\n", file)
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make a file: %w", err)
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	w := bufio.NewWriterSize(out, 1<<20)
	random := rand.New(rand.NewPCG(uint64(s.rows), uint64(s.features))) //nolint:gosec // reproducible, not secret
	centres := make([][]float64, groups)
	weights := make([]float64, s.features)
	for j := range weights {
		if weights[j] = random.NormFloat64(); j%2 == 1 {
			weights[j] = 0
		}
		for k := range centres {
			centres[k] = append(centres[k], 2*random.NormFloat64())
		}
		_, _ = fmt.Fprintf(w, "x%d,", j)
	}
	_, _ = w.WriteString("y,class,held\n")
	line := make([]byte, 0, 1<<12)
	for range s.rows {
		line = numbersLine(line[:0], random, centres[random.IntN(groups)], weights)
		if _, err := w.Write(line); err != nil {
			return fmt.Errorf("write a file: %w", err)
		}
	}
	return w.Flush()
}

func numbersLine(line []byte, random *rand.Rand, centre, weights []float64) []byte {
	y := 0.0
	for j, c := range centre {
		x := c + random.NormFloat64()
		y += weights[j] * x
		if j == 0 {
			y += 2 * math.Sin(2*x)
		}
		line = append(strconv.AppendFloat(line, x, 'f', 5, 64), ',')
	}
	y += random.NormFloat64()
	line = append(strconv.AppendFloat(line, y, 'f', 5, 64), ',')
	class, held := "low", byte('0')
	if y > 0 {
		class = "high"
	}
	if random.IntN(4) == 0 {
		held = '1'
	}
	return append(append(line, class...), ',', held, '\n')
}

func (a *analysisBench) noteModel(c contest, s size, ours, peer figure) {
	memoryBar, score := 0.0, "–"
	if s.largest {
		memoryBar = 1
	}
	if len(ours.Answer) > 0 && len(peer.Answer) > 0 {
		score = fmt.Sprintf("%.6g, %.6g", ours.Answer[0], peer.Answer[0])
	}
	a.rows = append(a.rows, []string{
		string(c.model), s.String(), fmt.Sprintf("%.3f s", ours.FitSeconds), against(ours.FitSeconds, peer.FitSeconds, c.bar, 0, ""),
		fmt.Sprintf("%.2f s", ours.Seconds), against(ours.Seconds, peer.Seconds, 0, 0, ""),
		mebibytes(ours.PeakBytes), against(float64(ours.PeakBytes), float64(peer.PeakBytes), memoryBar, 0, ""), score,
	})
}

func (a *analysisBench) printModels() {
	fmt.Printf("\n%s/%s, %d processors, best of %d at most; each to scikit-learn's\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), a.starts)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "model\trows x features\tfit and score\tto the peer's\twith start, reading and writing\tto the peer's\tmemory\tto the peer's\tscores")
	for _, row := range a.rows {
		_, _ = fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	_ = out.Flush()
}
