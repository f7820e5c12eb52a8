package perform_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/desktop-runner/internal/trained"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func penguins(policy result.Policy) plan.Input {
	return input("penguins", steptest.Example("penguins.json"), policy)
}

func learn(model, more string) string {
	return `{"source":{"dataset":"penguins"},"model":"` + model + `"` + more + `}`
}

func TestSupervised_PredictsClassesOfRowsThatItHasNotSeen(t *testing.T) {
	t.Parallel()
	out := succeed(t, planFor(t, operation.Analyze, learn("random_forest", `,"target":"Species"`), penguins(result.Rows)))
	d := out.Document
	m := d.Metrics
	require.InDelta(t, 344, float64(m["rows"]), 0)
	require.InDelta(t, 86, float64(m["rows_test"]), 0, "a quarter, rounded up")
	require.Greater(t, float64(m["test_accuracy"]), 0.95, "penguins are easy to tell apart")
	require.Less(t, float64(m["baseline_accuracy"]), 0.5, "Adelie are 152 of 344")
	require.InDelta(t, 1, float64(m["train_accuracy"]), 0.02)
	require.Contains(t, d.Summary, "random_forest")

	confusion := table(t, d, "confusion_matrix")
	sum := 0.0
	for _, row := range confusion.Rows {
		for _, n := range numbers(row) {
			sum += n
		}
	}
	require.InDelta(t, 86, sum, 0, "every row that judges is in the matrix")
	for _, name := range []string{"classes", "permutation_importance", "preprocessing", "feature_importance"} {
		require.NotEmpty(t, table(t, d, name).Rows, name)
	}
	charts := map[string]bool{}
	for _, c := range d.Charts {
		charts[c.Name] = true
	}
	require.True(t, charts["roc_curve"] && charts["confusion_matrix"] && charts["permutation_importance"], "%v", charts)
	require.Equal(t, "Species", d.Model.Target.Name)
	require.Len(t, out.Artifacts, 1)
}

func TestSupervised_PredictsNumbers(t *testing.T) {
	t.Parallel()
	for _, validation := range []struct{ method, score string }{
		{"none", "train_r2"}, {"split", "test_r2"}, {"kfold", "cv_r2_mean"},
	} {
		t.Run(validation.method, func(t *testing.T) {
			t.Parallel()
			out := succeed(t, planFor(t, operation.Analyze, learn("decision_tree",
				`,"target":"Body Mass (g)","params":{"max_depth":3},"validation":{"method":"`+validation.method+`"}`), penguins(result.Rows)))
			require.Greater(t, float64(out.Document.Metrics[validation.score]), 0.7)
			require.Contains(t, out.Document.Metrics, "train_root_mean_squared_error")
			require.InDelta(t, 342, float64(out.Document.Metrics["rows_used"]), 0, "two penguins were not weighed")
		})
	}
}

// trainedOn trains a model and gives the input by which another task uses it.
func trainedOn(t *testing.T, params string) plan.Input {
	t.Helper()
	p := planFor(t, operation.Analyze, params, penguins(result.Rows))
	out := succeed(t, p)
	return plan.Input{Path: operation.ModelFromPath, Name: "training", Model: filepath.Join(p.WorkDir, out.Artifacts[0].Name)}
}

const predict = `{"source":{"dataset":"penguins"},"model":"predict","model_from":{"task":"t0"}}`

func TestPredict_AddsWhatTheModelSaysToEveryRow(t *testing.T) {
	t.Parallel()
	model := trainedOn(t, learn("random_forest", `,"target":"Species","validation":{"method":"none"}`))
	p := planFor(t, operation.Analyze, predict, penguins(result.Rows), model)
	out := succeed(t, p)
	require.Equal(t, "output.parquet", out.Output)
	require.InDelta(t, 344, float64(out.Document.Metrics["rows_predicted"]), 0)
	preview := table(t, out.Document, "preview")
	names := make([]string, len(preview.Columns))
	for i, c := range preview.Columns {
		names[i] = c.Name
	}
	require.Subset(t, names, []string{"Species", "prediction", "probability_Adelie"})
	species, prediction := indexOf(names, "Species"), indexOf(names, "prediction")
	for _, row := range preview.Rows {
		require.Equal(t, row[species], row[prediction], "a forest knows the rows that it learned from")
	}
}

func indexOf(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

func TestPredict_RefusesColumnsThatTheModelDoesNotKnowByName(t *testing.T) {
	t.Parallel()
	model := trainedOn(t, learn("decision_tree", `,"target":"Species","features":["Beak Length (mm)","Body Mass (g)"]`))
	file := filepath.Join(t.TempDir(), "other.csv")
	require.NoError(t, os.WriteFile(file, []byte("Beak Lengths (mm),Body Mass (g)\n39,heavy\n40,light\n"), 0o600))
	out := run(t, planFor(t, operation.Analyze, predict, input("penguins", file, result.Rows), model))
	require.NotNil(t, out.Failure)
	require.Equal(t, task.InvalidParams, out.Failure.Reason)
	for _, part := range []string{"Beak Length (mm), which is not there", "Did you mean Beak Lengths (mm)?", "Body Mass (g) is of type string here"} {
		require.Contains(t, out.Failure.Message, part)
	}
}

func TestPredict_RefusesADamagedModel(t *testing.T) {
	t.Parallel()
	model := trainedOn(t, learn("decision_tree", `,"target":"Species","features":["Beak Length (mm)","Body Mass (g)"]`))
	raw, err := os.ReadFile(model.Model)
	require.NoError(t, err)
	var file trained.File
	require.NoError(t, json.Unmarshal(raw, &file))
	for name, damage := range map[string]func(*trained.File) any{
		"half a file":             func(*trained.File) any { return json.RawMessage(`{"format":"ddap.model","version":1}`) },
		"another format":          func(f *trained.File) any { f.Format = "pickle"; return f },
		"a later version":         func(f *trained.File) any { f.Version = 99; return f },
		"an unknown model":        func(f *trained.File) any { f.Model = "oracle"; return f },
		"no tree":                 func(f *trained.File) any { f.Fitted = json.RawMessage(`{"left":[5]}`); return f },
		"fewer classes":           func(f *trained.File) any { f.Classes = f.Classes[:2]; return f },
		"preprocessing of others": func(f *trained.File) any { f.Preprocess = json.RawMessage(`{"inputs":[]}`); return f },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			damaged := file
			changed, err := json.Marshal(damage(&damaged))
			require.NoError(t, err)
			in := model
			in.Model = filepath.Join(t.TempDir(), "model.json")
			require.NoError(t, os.WriteFile(in.Model, changed, 0o600))
			out := run(t, planFor(t, operation.Analyze, predict, penguins(result.Rows), in))
			require.NotNil(t, out.Failure)
			require.Equal(t, task.InvalidParams, out.Failure.Reason)
			require.Contains(t, out.Failure.Message, "the model cannot be used")
		})
	}
}

func TestSupervised_SaysWhatIsWrongBeforeItFits(t *testing.T) {
	t.Parallel()
	clocks := filepath.Join(t.TempDir(), "clocks.csv")
	require.NoError(t, os.WriteFile(clocks, []byte("clock,x,y\n10:00:00,1,2\n11:30:00,2,3\n12:00:01,3,5\n"), 0o600))
	for name, c := range map[string]struct{ params, says string }{
		"an unknown target":        {learn("random_forest", `,"target":"Specis"`), "Species"},
		"a target of text":         {learn("decision_tree", `,"target":"Species","target_type":"number"`), "is text"},
		"an unknown test column":   {learn("random_forest", `,"target":"Species","validation":{"method":"column","column":"tset"}`), "tset"},
		"a column twice":           {learn("linear_regression", `,"target":"Body Mass (g)","features":["Flipper Length (mm)","Species","Island","Sex"],"preprocess":{"drop_first":false}`), "can be calculated exactly from the other features"},
		"numbers for classes":      {learn("lasso", `,"target":"Species"`), "Species is text"},
		"classes for numbers":      {learn("logistic_regression", `,"target":"Body Mass (g)","target_type":"number"`), "predicts classes"},
		"times of day to order by": {`{"source":{"dataset":"x"},"model":"auto","target":"y","validation":{"method":"time_series","order_by":"clock"}}`, "clock is of type time"},
		"text to order by":         {learn("decision_tree", `,"target":"Body Mass (g)","validation":{"method":"time_series","order_by":"Island"}`), "is text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := penguins(result.Rows)
			if strings.Contains(c.params, "clock") {
				in = input("x", clocks, result.Rows)
			}
			out := run(t, planFor(t, operation.Analyze, c.params, in))
			require.NotNil(t, out.Failure)
			require.Equal(t, task.InvalidParams, out.Failure.Reason)
			require.Contains(t, out.Failure.Message, c.says)
		})
	}
}

func TestSupervised_TellsNoCountOfFewRowsOfProtectedData(t *testing.T) {
	t.Parallel()
	out := succeed(t, planFor(t, operation.Analyze, learn("decision_tree", `,"target":"Species"`), penguins(result.Aggregates)))
	for _, row := range table(t, out.Document, "confusion_matrix").Rows {
		for _, n := range numbers(row) {
			require.Zero(t, int(n)%result.DefaultMinGroupSize, "%v", row)
		}
	}
	for _, c := range out.Document.Charts {
		require.NotEqual(t, result.Scatter, c.Type, "points are rows")
	}
	require.NotNil(t, out.Document.Model)
}

func TestSupervised_LeavesOutAnEmptyColumn_ThatNobodyNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "empty.csv")
	rows := "x,empty,y\n"
	for i := range 60 {
		rows += fmt.Sprintf("%d,,%d\n", i, 2*i+i*7%11)
	}
	require.NoError(t, os.WriteFile(file, []byte(rows), 0o600))
	for _, policy := range []result.Policy{result.Rows, result.Aggregates} {
		d := succeed(t, planFor(t, operation.Analyze, learn("auto", `,"target":"y"`), input("penguins", file, policy))).Document
		require.Len(t, d.Model.Features, 1)
		require.Contains(t, d.Notes, "Columns with too few values to learn from were not used: empty.")
	}
	out := run(t, planFor(t, operation.Analyze, learn("ridge", `,"target":"y","features":["x","empty"]`), input("penguins", file, result.Rows)))
	require.NotNil(t, out.Failure)
	require.Contains(t, out.Failure.Message, "empty has no value", "who names it hears of it")
}

func TestSupervised_FillsInNoNumberOfASingleRow(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"median", "most_frequent"} {
		out := run(t, planFor(t, operation.Analyze, learn("decision_tree", `,"target":"Species","preprocess":{"numeric_imputation":"`+by+`"}`), penguins(result.Aggregates)))
		require.NotNil(t, out.Failure, by)
		require.Equal(t, task.PolicyRefused, out.Failure.Reason)
		require.Contains(t, out.Failure.Message, "mean or drop")
	}
}

func TestSupervised_RefusesAClassOfFewRowsOfProtectedData(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "few.csv")
	require.NoError(t, os.WriteFile(file, []byte("x,class\n"+strings.Repeat("1,a\n2,b\n3,a\n4,b\n", 20)+"5,Ann\n"), 0o600))
	out := run(t, planFor(t, operation.Analyze, learn("decision_tree", `,"target":"class"`), input("penguins", file, result.Aggregates)))
	require.NotNil(t, out.Failure)
	require.Equal(t, task.PolicyRefused, out.Failure.Reason)
	require.NotContains(t, out.Failure.Message, "Ann")
}

// Each of these is refused by one check alone.
func TestSupervised_RefusesWhatFewRowsOfProtectedDataDecide(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	rows.WriteString("x,far,boss,y,class,rank\n")
	for i := range 100 {
		far, boss, class, rank := i%7, 0, "b", []string{"low", "high"}[i%2]
		if i == 50 {
			far = 1_000_000
		}
		if i%40 == 1 {
			boss = 1
		}
		if i%50 == 2 {
			class, rank = "Ann", "top"
		}
		fmt.Fprintf(&rows, "%d,%d,%d,%d,%s,%s\n", i%10, far, boss, i*7%13, class, rank)
	}
	file := filepath.Join(t.TempDir(), "few.csv")
	require.NoError(t, os.WriteFile(file, []byte(rows.String()), 0o600))
	const none = `,"validation":{"method":"none"}`
	for name, c := range map[string]struct{ model, more, says string }{
		"a class, where nothing is split":  {"decision_tree", `,"target":"class","features":["x"]` + none, "differ in class"},
		"the smallest of three classes":    {"decision_tree", `,"target":"rank","features":["x"]` + none, "a class of rank has fewer than 5 rows"},
		"a feature":                        {"decision_tree", `,"target":"y","features":["x","boss"]` + none, "differ in boss"},
		"a target":                         {"decision_tree", `,"target":"boss","target_type":"number","features":["x"]` + none, "differ in boss"},
		"a part that is judged by too few": {"decision_tree", `,"target":"y","features":["x"],"validation":{"method":"split","test_size":0.03}`, "fewer than 5 rows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := run(t, planFor(t, operation.Analyze, learn(c.model, c.more), input("penguins", file, result.Aggregates)))
			require.NotNil(t, out.Failure)
			require.Equal(t, task.PolicyRefused, out.Failure.Reason, out.Failure.Message)
			require.Contains(t, out.Failure.Message, c.says)
			require.NotContains(t, out.Failure.Message, "Ann")
			open := run(t, planFor(t, operation.Analyze, learn(c.model, c.more), input("penguins", file, result.Rows)))
			require.Nil(t, open.Failure, "%+v", open.Failure)
		})
	}
}

func TestAuto_ChoosesByNoRowsOfTheFuture(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "steps.csv")
	var rows strings.Builder
	rows.WriteString("day,x,y\n")
	for i := range 240 {
		// What holds for the first four fifths does not for the rest: of shuffled rows
		// a tree learns both, going forward nothing can.
		y := i % 12
		if i >= 200 {
			y = 100 - i%12
		}
		fmt.Fprintf(&rows, "2024-%02d-%02d,%d,%d\n", 1+i/28, 1+i%28, i, y)
	}
	require.NoError(t, os.WriteFile(file, []byte(rows.String()), 0o600))
	scores := func(validation string) (best float64) {
		d := succeed(t, planFor(t, operation.Analyze, learn("auto", `,"target":"y","features":["x"],"validation":`+validation), input("penguins", file, result.Rows))).Document
		return float64(d.Metrics["cv_best"])
	}
	require.Greater(t, scores(`{"method":"kfold"}`), 0.8)
	require.Less(t, scores(`{"method":"time_series","order_by":"day"}`), 0.5)
}

func TestAuto_SaysWhichModelItTookAndWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ target, by, score string }{
		"classes": {"Species", "balanced_accuracy", "test_accuracy"},
		"numbers": {"Body Mass (g)", "r2", "test_r2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := succeed(t, planFor(t, operation.Analyze, learn("auto", `,"target":"`+c.target+`"`), penguins(result.Rows))).Document
			comparison := table(t, d, "comparison")
			require.Equal(t, c.by+"_mean", comparison.Columns[1].Name)
			taken, scores := "", map[string]float64{}
			for _, row := range comparison.Rows {
				scores[row[0].(string)] = row[1].(float64)
				if row[3] == "taken" {
					taken = row[0].(string)
				}
			}
			require.Greater(t, len(scores), 1)
			require.Equal(t, taken, d.Model.Name, "the model that is kept is the one that was taken")
			require.InDelta(t, scores[taken], float64(d.Metrics["cv_taken"]), 1e-12)
			require.Contains(t, d.Notes[0], taken)
			require.Greater(t, float64(d.Metrics[c.score]), 0.7)
			require.Equal(t, "analyze.auto", d.Kind)
		})
	}
}
