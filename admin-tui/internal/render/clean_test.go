package render_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestClean_MakesTextHarmless(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Delay per month – \u65e5": "Delay per month – \u65e5",
		"\x1b[31mred\x1b[0m":       "␛[31mred␛[0m",
		"\x1b]0;title\x07":         "␛]0;title␇",
		"one\r\ntwo\tthree":        "one  two three",
		"\x9b31m":                  "�31m",
		"\u009b31m":                "�31m",
		"del\x7f":                  "del␡",
		"cod\u202egnp.exe":         "codgnp.exe",
		"in\u200bvisible\ufeff":    "invisible",
		"family 👨\u200d👩":          "family 👨\u200d👩",
		"line\u2028separator":      "line separator",
		"broken \xff\xfe UTF-8":    "broken �� UTF-8",
		"\x00nul \x08\x08\x08back": "␀nul ␈␈␈back",
	} {
		require.Equal(t, want, render.Clean(given), "%q", given)
	}
}

func TestClean_LeavesNothingToCleanAndNothingToObey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := render.Clean(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
		if render.Clean(once) != once {
			t.Fatalf("cleaning %q again changes it", once)
		}
		for _, r := range once {
			if r < 0x20 || r >= 0x7f && r < 0xa0 {
				t.Fatalf("%q still holds %U", once, r)
			}
		}
	})
}

func TestCleanJSON_SaysTheSameHarmlessly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		document := []byte(`{"name": ` + quoted(text) + "}\n")
		cleaned := render.CleanJSON(document)
		var got struct{ Name string }
		if err := json.Unmarshal(cleaned, &got); err != nil {
			t.Fatalf("%s: %v", cleaned, err)
		}
		if got.Name != text {
			t.Fatalf("got %q, want %q", got.Name, text)
		}
		for _, r := range string(cleaned) {
			if r != '\n' && (r < 0x20 || r >= 0x7f && r < 0xa0) {
				t.Fatalf("%q still holds %U", cleaned, r)
			}
		}
	})
}

// quoted writes a JSON string with as few escapes as JSON allows: what it must
// escape is below 0x20, so DEL and C1 stand raw.
func quoted(s string) string {
	out := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < 0x20:
			raw, _ := json.Marshal(string(r))
			out = append(out, raw[1:len(raw)-1]...)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return string(append(out, '"'))
}

// Whatever a server puts where, no line that is shown obeys it.
func TestLines_NeverPassControlCharactersOn(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\u009b1m\nforged line"
	doc := result.Document{
		Kind: evil, Summary: evil, Notes: []string{evil}, Metrics: map[string]result.Number{evil: 1},
		Tables: []result.Table{{Name: evil, Title: evil, Artifact: evil, Columns: []result.Column{{Name: evil, Unit: evil}}, Rows: [][]any{{evil}}}},
		Charts: []result.Chart{
			{Title: evil, Type: result.Bar, Series: []result.Series{{X: []any{evil}, Y: []any{1.0}}}},
			{Title: evil, Type: result.Scatter, X: result.Axis{Title: evil, Unit: evil}, Series: []result.Series{{X: []any{1.0}, Y: []any{1.0}}}},
			{Title: evil, Type: result.Line, Series: []result.Series{{Name: evil, X: []any{evil}, Y: []any{1.0}}, {Name: evil}}},
		},
	}
	one := api.Task{
		ID: evil, Name: evil, State: task.Failed, Reason: task.Reason(evil), Message: evil, RunnerName: evil, CreatedBy: evil,
		Params: json.RawMessage(`{"a":"` + "\u009b" + `"}`), Labels: map[string]string{evil: evil}, PipelineID: evil, Ref: evil, RetryOf: evil,
		Attempts: []api.Attempt{{RunnerName: evil, Outcome: evil, Message: evil}},
	}
	running := one
	running.State, running.Progress = task.Running, &api.Progress{Stage: evil, Message: evil}
	for _, width := range []int{0, 80} {
		v := view()
		v.Width = width
		for _, lines := range [][]render.Line{
			v.Result(api.ResultView{State: task.Succeeded, Result: &doc, Artifacts: []api.Artifact{{Name: evil, ContentType: evil}}}),
			v.Task(one), v.Task(running), v.Tasks(api.TaskList{Tasks: []api.Task{one, running}}),
			v.Pipeline(api.Pipeline{Name: evil, ID: evil, Tasks: []api.Task{one, running}}),
			v.WatchedSteps(api.Pipeline{Tasks: []api.Task{one, running}}),
			v.Runners(api.RunnerList{Runners: []api.Runner{{Name: evil, OS: evil, Datasets: []string{evil}, Activity: evil, Online: true, State: api.RunnerActive}}}),
			v.Datasets(api.DatasetList{Datasets: []api.Dataset{{Name: evil, RunnerName: evil, Description: evil, Columns: []result.Column{{Name: evil}}}}}),
			v.Keys(api.KeyList{Keys: []api.Key{{Name: evil, Role: evil}}}),
			v.Events(api.EventList{Events: []api.Event{{Type: evil, Message: evil}}}),
			v.Problem(problem(evil)),
		} {
			for _, line := range lines {
				for _, r := range line.String() {
					require.Falsef(t, r < 0x20 || r >= 0x7f && r < 0xa0, "%q", line.String())
				}
				require.NotEqual(t, "forged line", line.String())
			}
		}
	}
}
