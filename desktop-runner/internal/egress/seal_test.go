package egress_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/egress"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

func planOf(t *testing.T, policy result.Policy, group int) plan.Plan {
	t.Helper()
	return plan.Plan{
		TaskID: "t", RunnerID: "r", Attempt: 2, WorkDir: t.TempDir(),
		Inputs: []plan.Input{{File: &plan.File{Policy: policy, MinGroupSize: group}, Sources: []result.Source{{Name: "sales", RunnerID: "r", Revision: "1"}}}},
	}
}

func frameOf(t require.TestingT, columns []result.Column, rows ...[]any) frame.Frame {
	f, err := frame.New(columns, rows)
	require.NoError(t, err)
	return f
}

func seal(t *testing.T, p plan.Plan, f finding.Finding) *result.Document {
	t.Helper()
	f.Kind = "test"
	out, err := egress.Seal(p, f)
	require.NoError(t, err)
	require.NoError(t, out.Document.Check())
	return out.Document
}

func TestPolicyOf_TakesTheStrictestOfAllInputs(t *testing.T) {
	t.Parallel()
	file := func(p result.Policy, n int) plan.Input {
		return plan.Input{File: &plan.File{Policy: p, MinGroupSize: n}}
	}
	cases := map[string]struct {
		inputs []plan.Input
		rows   bool
		group  int64
	}{
		"rows":                             {[]plan.Input{file(result.Rows, 0)}, true, 1},
		"a result only":                    {[]plan.Input{{Document: &result.Document{}}}, true, 1},
		"aggregates":                       {[]plan.Input{file(result.Aggregates, 7)}, false, 7},
		"aggregates without a size":        {[]plan.Input{file(result.Aggregates, 0)}, false, 5},
		"no policy counts as aggregates":   {[]plan.Input{file("", 0)}, false, 5},
		"an unknown one does too":          {[]plan.Input{file("everything", 1)}, false, 1},
		"one of several":                   {[]plan.Input{file(result.Rows, 0), file(result.Aggregates, 3)}, false, 3},
		"the largest group of several":     {[]plan.Input{file(result.Aggregates, 3), file(result.Aggregates, 12)}, false, 12},
		"a small size beside the default":  {[]plan.Input{file(result.Aggregates, 2), file(result.Aggregates, 0)}, false, 5},
		"rows beside a result of any kind": {[]plan.Input{file(result.Rows, 0), {Document: &result.Document{}}}, true, 1},
	}
	for name, tc := range cases {
		p := egress.PolicyOf(tc.inputs)
		require.Equal(t, tc.rows, p.RowsMayLeave(), name)
		require.Equal(t, tc.group, p.MinGroupSize(), name)
	}
	require.False(t, egress.Policy{}.RowsMayLeave(), "the zero policy is strict")
	require.EqualValues(t, 5, egress.Policy{}.MinGroupSize())
}

func sample(t *testing.T) *finding.Sample {
	t.Helper()
	columns := []result.Column{{Name: "name", Type: result.Text}}
	return &finding.Sample{Name: "preview", Title: "First rows", Columns: columns, Frame: frameOf(t, columns, []any{"secret"}), TotalRows: 9}
}

func TestSeal_LetsRowsLeaveOnlyUnderTheirPolicy(t *testing.T) {
	t.Parallel()
	points := &finding.Points{Chart: result.Chart{Name: "p", Title: "Points", Type: result.Scatter, Series: []result.Series{{X: []any{"secret"}, Y: []any{1.0}}}}}
	f := finding.Finding{Tables: []finding.Table{sample(t)}, Charts: []finding.Chart{points}}

	open := seal(t, planOf(t, result.Rows, 0), f)
	require.Equal(t, [][]any{{"secret"}}, open.Tables[0].Rows)
	require.EqualValues(t, 9, open.Tables[0].TotalRows)
	require.Len(t, open.Charts, 1)
	require.Equal(t, []result.Source{{Name: "sales", RunnerID: "r", Revision: "1"}}, open.Sources)

	closed := seal(t, planOf(t, result.Aggregates, 0), f)
	require.Empty(t, closed.Tables)
	require.Empty(t, closed.Charts)
	require.Len(t, closed.Notes, 2)
	raw, err := json.Marshal(closed)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "secret")
}

func TestSeal_RefusesFilesOfRowsAndSaysWhatIsAllowed(t *testing.T) {
	t.Parallel()
	f := finding.Finding{Kind: "export", Files: []finding.File{{Name: "x.csv", Holds: finding.RowsOfData}}}
	_, err := egress.Seal(planOf(t, result.Aggregates, 8), f)
	require.Equal(t, string(task.PolicyRefused), fault.CodeOf(err))
	require.ErrorContains(t, err, "summaries of at least 8 rows only. Allowed are")

	f.Files[0].Holds = ""
	_, err = egress.Seal(planOf(t, result.Aggregates, 8), f)
	require.Error(t, err, "a file that does not say what it holds")

	f.Files[0].Holds = finding.Report
	out, err := egress.Seal(planOf(t, result.Aggregates, 8), f)
	require.NoError(t, err)
	require.Equal(t, []plan.Artifact{{Name: "x.csv"}}, out.Artifacts)
}

func TestSeal_RefusesModelsOfFewRows(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "term", Type: result.Text}, {Name: "coefficient", Type: result.Float}}
	of := func(fit finding.Fit) finding.Finding {
		return finding.Finding{Kind: "m", Tables: []finding.Table{&finding.Estimates{Name: "c", Columns: columns, Frame: frameOf(t, columns, []any{"a", 1.0}), Model: fit}}}
	}
	cases := map[string]struct {
		fit  finding.Fit
		want string
	}{
		"too few rows":          {finding.Fit{Rows: 7, Parameters: 3, Support: 7}, "needs at least 8 rows"},
		"a feature of few rows": {finding.Fit{Rows: 100, Parameters: 3, Support: 4, SupportOf: "is_boss"}, "fewer than 5 rows differ in is_boss"},
		"just enough":           {finding.Fit{Rows: 8, Parameters: 3, Support: 5}, ""},
		"a row that decides":    {finding.Fit{Rows: 100, Parameters: 3, Support: 90, Leverages: leverages(100, 1)}, "decide a coefficient by themselves"},
		"four that decide":      {finding.Fit{Rows: 100, Parameters: 3, Support: 90, Leverages: leverages(100, 0.25, 0.25, 0.25, 0.25)}, "decide a coefficient by themselves"},
		"five that decide":      {finding.Fit{Rows: 100, Parameters: 3, Support: 90, Leverages: leverages(100, 0.2, 0.2, 0.2, 0.2, 0.2)}, ""},
	}
	for name, tc := range cases {
		_, err := egress.Seal(planOf(t, result.Aggregates, 5), of(tc.fit))
		if tc.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.Equal(t, string(task.PolicyRefused), fault.CodeOf(err), name)
		require.ErrorContains(t, err, tc.want, name)
		_, err = egress.Seal(planOf(t, result.Rows, 0), of(tc.fit))
		require.NoError(t, err, name)
	}
}

// A model's file predicts without the data, so it is judged by itself: whoever
// made the finding may have forgotten to ask.
func TestSeal_KeepsNoTrainedModelOfFewRows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fit  finding.Fit
		kept bool
	}{
		"too few rows":          {finding.Fit{Rows: 7, Parameters: 3, Support: 7}, false},
		"a feature of few rows": {finding.Fit{Rows: 100, Parameters: 3, Support: 4}, false},
		"a row that decides":    {finding.Fit{Rows: 100, Parameters: 3, Support: 90, Leverages: leverages(100, 1)}, false},
		"enough":                {finding.Fit{Rows: 100, Parameters: 3, Support: 90}, true},
	} {
		f := finding.Finding{Kind: "m", Model: &finding.Model{Name: "decision_tree", Fit: c.fit}}
		p := planOf(t, result.Aggregates, 5)
		out, err := egress.Seal(p, f)
		if c.kept {
			require.NoError(t, err, name)
			require.Equal(t, "model.json", out.Artifacts[0].Name)
			continue
		}
		require.Equal(t, string(task.PolicyRefused), fault.CodeOf(err), name)
		require.NoFileExists(t, filepath.Join(p.WorkDir, "model.json"), name)
		_, err = egress.Seal(planOf(t, result.Rows, 0), f)
		require.NoError(t, err, name)
	}
}

// leverages of so many rows, of which the first are given and the others have none.
func leverages(rows int, first ...float64) []float64 {
	return append(first, make([]float64, rows-len(first))...)
}

func TestSeal_TellsNoMeanThatIsTheValueOfAFewRows(t *testing.T) {
	t.Parallel()
	// 200 rows, one of them 1 and the others 0: mean 0.005 is that one.
	seal := func(policy result.Policy, varied []int64) *result.Document {
		out, err := egress.Seal(planOf(t, policy, 5), finding.Finding{Kind: "t", Tables: []finding.Table{&finding.Profile{
			Name: "profile", Rows: 200, Varied: varied,
			Statistics:    frameOf(t, finding.StatisticsColumns(), []any{"hiv", "integer", 200, 0, 2, 0.005, 0.07, 0.0, 0.0, 0.0, 0.0, 1.0}),
			Distributions: []finding.Distribution{{Name: "d", Column: "hiv", Edges: []float64{-0.2, 0, 0.2}, Rows: []int64{100, 100}}},
		}}})
		require.NoError(t, err)
		return out.Document
	}
	for name, varied := range map[string][]int64{"one row": {1}, "four rows": {4}, "nobody counted": nil} {
		document := seal(result.Aggregates, varied)
		for at := 4; at < 12; at++ {
			require.False(t, isShown(document.Tables[0].Rows[0][at]), "%s: statistic %d", name, at)
		}
		require.Empty(t, document.Charts, name)
		require.True(t, isShown(seal(result.Rows, varied).Tables[0].Rows[0][5]), name)
	}
	for name, varied := range map[string]int64{"five rows": 5, "a constant": 0} {
		document := seal(result.Aggregates, []int64{varied})
		require.True(t, isShown(document.Tables[0].Rows[0][5]), name)
		require.Len(t, document.Charts, 1, name)
	}
}

func TestSeal_TellsNoneFromOneNorFromTwo(t *testing.T) {
	t.Parallel()
	seal := func(row ...any) *result.Document {
		out, err := egress.Seal(planOf(t, result.Aggregates, 5), finding.Finding{Kind: "t", Tables: []finding.Table{&finding.Profile{
			Name: "profile", Rows: row[2].(int64), Varied: []int64{row[2].(int64)}, Statistics: frameOf(t, finding.StatisticsColumns(), row),
		}}})
		require.NoError(t, err)
		return out.Document
	}
	none := seal("pay", "number", int64(0), 0, 0, nil, nil, nil, nil, nil, nil, nil)
	one := seal("pay", "number", int64(1), 0, 1, 7.0, nil, 7.0, 7.0, 7.0, 7.0, 7.0)
	two := seal("pay", "number", int64(2), 0, 2, 7.0, 1.0, 6.0, 6.5, 7.0, 7.5, 8.0)
	require.Equal(t, none, one)
	require.Equal(t, one, two)
}

func TestSeal_TellsNoMeanOfAGroupThatAFewRowsDecide(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "size", Type: result.Integer}, {Name: "hiv", Type: result.Float}, {Name: "age", Type: result.Float}}
	out, err := egress.Seal(planOf(t, result.Aggregates, 5), finding.Finding{Kind: "t", Tables: []finding.Table{&finding.Groups{
		Name: "g", Columns: columns, Size: "size", Frame: frameOf(t, columns, []any{96, 0.01, 40.0}, []any{104, 0.5, 41.0}),
		Varied: map[string][]int64{"hiv": {1, 52}, "age": {90, 90}},
	}}})
	require.NoError(t, err)
	rows := out.Document.Tables[0].Rows
	require.Equal(t, []any{int64(96), result.Suppressed{Reason: "small_group"}, 40.0}, rows[0])
	require.Equal(t, []any{int64(104), 0.5, 41.0}, rows[1])
}

func counts(before, after float64) finding.Finding {
	return finding.Finding{
		Summary: "{after} of {before} rows remain, with {columns} columns; {unknown} stays.",
		Metrics: []finding.Metric{
			{Name: "before", Value: before, Basis: finding.Count()},
			{Name: "after", Value: after, Basis: finding.Count()},
			{Name: "dropped", Value: before - after, Basis: finding.Remainder()},
			{Name: "columns", Value: 3, Basis: finding.Known()},
			{Name: "mean", Value: 1.5, Basis: finding.Over(int64(after))},
		},
		Splits: []finding.Split{{Total: "before", Parts: []string{"after", "dropped"}, Keep: "before"}},
		Output: &finding.Output{File: "output.parquet", Rows: int64(after), From: int64(before), Bytes: 700},
	}
}

func TestSeal_WithholdsSmallCountsAndWhatTellsThem(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		before, after float64
		told          []string
		summary       string
		rows          int64
		approximate   bool
	}{
		"large groups":      {1344, 300, []string{"after", "before", "columns", "dropped", "mean"}, "300 of 1,344 rows remain, with 3 columns; {unknown} stays.", 300, false},
		"few are left":      {344, 3, []string{"before", "columns"}, "A withheld number of 344 rows remain, with 3 columns; {unknown} stays.", 0, true},
		"none is left":      {344, 0, []string{"before", "columns"}, "A withheld number of 344 rows remain, with 3 columns; {unknown} stays.", 0, true},
		"few are dropped":   {344, 342, []string{"before", "columns", "mean"}, "A withheld number of 344 rows remain, with 3 columns; {unknown} stays.", 340, true},
		"none is dropped":   {344, 344, []string{"after", "before", "columns", "dropped", "mean"}, "344 of 344 rows remain, with 3 columns; {unknown} stays.", 344, false},
		"there are few":     {4, 2, []string{"columns"}, "A withheld number of a withheld number of rows remain, with 3 columns; {unknown} stays.", 0, true},
		"few of a few more": {6, 4, []string{"before", "columns"}, "A withheld number of 6 rows remain, with 3 columns; {unknown} stays.", 0, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := seal(t, planOf(t, result.Aggregates, 5), counts(tc.before, tc.after))
			var told []string
			for _, name := range []string{"after", "before", "columns", "dropped", "mean"} {
				if _, ok := d.Metrics[name]; ok {
					told = append(told, name)
				}
			}
			require.Equal(t, tc.told, told)
			require.Equal(t, tc.summary, d.Summary)
			require.Equal(t, tc.rows, d.Dataset.Rows)
			require.Equal(t, tc.approximate, d.Dataset.RowsApproximate)
			require.Equal(t, result.Aggregates, d.Dataset.Policy)
			require.Equal(t, 5, d.Dataset.MinGroupSize)
			require.EqualValues(t, 65536, d.Dataset.Bytes, "the size of a small file tells its rows")
		})
	}
	d := seal(t, planOf(t, result.Rows, 0), counts(344, 3))
	require.Len(t, d.Metrics, 5)
	require.Equal(t, result.Location{RunnerID: "r", TaskID: "t", Attempt: 2}, d.Dataset.Location)
	require.EqualValues(t, 3, d.Dataset.Rows)
	require.EqualValues(t, 700, d.Dataset.Bytes)
}

func TestSeal_WithholdsSmallGroupsAndASecondOne(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "cluster", Type: result.Integer}, {Name: "size", Type: result.Integer}, {Name: "x", Type: result.Float}}
	g := &finding.Groups{
		Name: "clusters", Columns: columns, Size: "size", Told: []string{"cluster"},
		Frame: frameOf(t, columns, []any{0, 50, 1.0}, []any{1, 20, 2.0}, []any{2, 3, 3.0}),
	}
	f := finding.Finding{Tables: []finding.Table{g}, Charts: []finding.Chart{&finding.Sizes{Name: "sizes", Groups: "clusters", Labels: []any{"0", "1", "2"}}}}
	d := seal(t, planOf(t, result.Aggregates, 5), f)
	second, small := result.Suppressed{Reason: "complementary"}, result.Suppressed{Reason: "small_group"}
	require.Equal(t, [][]any{{int64(0), int64(50), 1.0}, {int64(1), second, second}, {int64(2), small, small}}, d.Tables[0].Rows)
	require.Equal(t, []any{int64(50), second, small}, d.Charts[0].Series[0].Y)

	d = seal(t, planOf(t, result.Rows, 0), f)
	require.Equal(t, []any{int64(2), int64(3), 3.0}, d.Tables[0].Rows[2])
}

func TestSeal_WritesNullForNumbersThatAreNotFinite(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "x", Type: result.Float}}
	d := seal(t, planOf(t, result.Rows, 0), finding.Finding{
		Metrics: []finding.Metric{{Name: "f", Value: math.Inf(1), Basis: finding.Known()}},
		Tables:  []finding.Table{&finding.Sample{Name: "s", Title: "S", Columns: columns, Frame: frameOf(t, columns, []any{math.Inf(-1)}, []any{1.0}), TotalRows: 2}},
		Charts:  []finding.Chart{&finding.Points{Chart: result.Chart{Name: "p", Title: "P", Series: []result.Series{{X: []any{math.Inf(1)}, Y: []any{math.NaN()}}}}}},
	})
	raw, err := json.Marshal(d)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"f":null`)
	require.Equal(t, [][]any{{nil}, {1.0}}, d.Tables[0].Rows)
	require.Len(t, d.Notes, 3)
}

func TestSeal_MovesLargeTablesIntoFiles(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "=name", Type: result.Text}}
	rows := make([][]any, 2000)
	for i := range rows {
		rows[i] = []any{fmt.Sprintf("=%d%s", i, strings.Repeat("x", 1000))}
	}
	p := planOf(t, result.Rows, 0)
	out, err := egress.Seal(p, finding.Finding{
		Kind:   "k",
		Tables: []finding.Table{&finding.Sample{Name: "preview", Title: "First rows", Columns: columns, Frame: frameOf(t, columns, rows...), TotalRows: 5000}},
	})
	require.NoError(t, err)
	require.Equal(t, []plan.Artifact{{Name: "preview.csv", ContentType: "text/csv; charset=utf-8"}}, out.Artifacts)
	table := out.Document.Tables[0]
	require.Len(t, table.Rows, 20)
	require.EqualValues(t, 5000, table.TotalRows)
	require.Equal(t, "preview.csv", table.Artifact)
	raw, err := json.Marshal(out.Document)
	require.NoError(t, err)
	require.LessOrEqual(t, len(raw), result.MaxInlineBytes)

	file, err := os.Open(filepath.Join(p.WorkDir, "preview.csv"))
	require.NoError(t, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 2001)
	require.Equal(t, "'=name", records[0][0])
	require.True(t, strings.HasPrefix(records[1][0], "'=0x"))
}

func TestSeal_RefusesAResultThatCannotBeMadeSmall(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "x", Type: result.Text}}
	_, err := egress.Seal(planOf(t, result.Rows, 0), finding.Finding{
		Kind:   "k",
		Tables: []finding.Table{&finding.Sample{Name: "s", Columns: columns, Frame: frameOf(t, columns, []any{strings.Repeat("x", 2<<20)}), TotalRows: 1}},
	})
	require.Equal(t, string(task.ResultTooLarge), fault.CodeOf(err))
}

func TestProgress_CountsNoSmallGroups(t *testing.T) {
	t.Parallel()
	number := func(v int64) *int64 { return &v }
	half := 0.5
	from := plan.Progress{Stage: "reading", Fraction: &half, RowsDone: number(1234), RowsTotal: number(9999)}
	strict := egress.PolicyOf([]plan.Input{{File: &plan.File{MinGroupSize: 10}}})
	require.Equal(t, plan.Progress{Stage: "reading", Fraction: &half, RowsDone: number(1230), RowsTotal: number(9990)}, strict.Progress(from))
	from.RowsTotal = number(150)
	require.Equal(t, plan.Progress{Stage: "reading", Fraction: &half}, strict.Progress(from))
	require.Equal(t, from, egress.PolicyOf(nil).Progress(from))
}

func TestFailure_SaysWhyWithoutCellsOrPaths(t *testing.T) {
	t.Parallel()
	quoted := fmt.Errorf("Conversion Error: Could not convert string 'secret' in /home/ann/pay.csv")
	cases := map[string]struct {
		err       error
		reason    task.Reason
		message   string
		retryable bool
	}{
		"a fault with a reason":   {fault.New("op", fault.Invalid, "source_unreadable", "pay: line 3 has 2 fields"), task.SourceUnreadable, "pay: line 3", false},
		"fields":                  {fault.BadFields("op", "invalid_params", fault.Field{Path: "params.x", Message: "is wrong"}), task.InvalidParams, "params.x: is wrong", false},
		"a fault of another kind": {fault.New("op", fault.Internal, "", "secret"), task.OperationFailed, "failed inside the runner", false},
		"a reason of the server":  {fault.New("op", fault.Invalid, "lease_expired", "secret"), task.OperationFailed, "failed inside the runner", false},
		"the engine, unreadable":  {&engine.Error{Kind: engine.Unreadable, Err: quoted}, task.SourceUnreadable, "may be damaged", false},
		"the engine, memory":      {fmt.Errorf("profiling: %w", &engine.Error{Kind: engine.OutOfMemory, Err: quoted}), task.OutOfMemory, "more memory", false},
		"the engine, disk":        {&engine.Error{Kind: engine.DiskFull, Err: quoted}, task.DiskFull, "more disk space", false},
		"the engine, files":       {&engine.Error{Kind: engine.TooManyFiles, Err: quoted}, task.OperationFailed, "more files open", false},
		"files":                   {fmt.Errorf("open: %w", &os.PathError{Op: "open", Path: "/home/ann/secret", Err: syscall.EMFILE}), task.OperationFailed, "more files open", false},
		"the engine, range":       {&engine.Error{Kind: engine.OutOfRange, Err: quoted}, task.OperationFailed, "too large to calculate", false},
		"the engine, a defect":    {&engine.Error{Kind: engine.Internal, Err: quoted}, task.OperationFailed, "failed inside the runner", false},
		"time":                    {&engine.Error{Kind: engine.Interrupted, Err: context.DeadlineExceeded}, task.Timeout, "time limit", false},
		"a stop":                  {&engine.Error{Kind: engine.Interrupted, Err: context.Canceled}, task.OperationFailed, "was stopped", true},
		"anything else":           {errors.New("open /home/ann/secret: no such file"), task.OperationFailed, "failed inside the runner", false},
	}
	for name, tc := range cases {
		f := egress.Failure(tc.err)
		require.Equal(t, tc.reason, f.Reason, name)
		require.True(t, f.Reason.ReportedByRunner(), name)
		require.Contains(t, f.Message, tc.message, name)
		require.Equal(t, tc.retryable, f.Retryable, name)
		require.NotContains(t, f.Message, "secret", name)
		require.NotContains(t, f.Message, "/home", name)
	}
	long := egress.Failure(fault.New("op", fault.Invalid, "invalid_params", "%s", strings.Repeat("é", 5000)))
	require.Len(t, []rune(long.Message), 2001)
}
