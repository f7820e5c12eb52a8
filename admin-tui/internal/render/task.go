package render

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

// Tasks lists tasks, with the reason below each that waits or has failed.
func (v View) Tasks(list api.TaskList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState), Shrink: 12},
		{Title: v.in(wordName), Shrink: 16},
		{Title: v.in(wordOperation), Drop: 2},
		{Title: v.in(wordComputer), Drop: 3, Shrink: 10},
		{Title: v.in(wordAge), Right: true, Drop: 1},
		{Title: v.in(wordBy), Drop: 4, Shrink: 10},
		{Title: v.in(wordID)},
	}}
	for _, k := range list.Tasks {
		t.Rows = append(t.Rows, Row{
			Cells: []Span{
				v.stateCell(k.State), {Text: k.Name}, {Text: operationName(k.OperationCode)}, {Text: orDash(k.RunnerName)},
				{Text: v.Age(k.CreatedAt)}, {Text: k.CreatedBy}, {k.ID, faint},
			},
			Note: v.taskNote(k),
		})
	}
	return v.LinesOr(t, emptyTasks)
}

// TaskCounts is one line with how many tasks there are in each state.
func (v View) TaskCounts(counts map[task.State]int) Line {
	var out Line
	add := func(s task.State, n int) {
		if n == 0 {
			return
		}
		if len(out) > 0 {
			out = append(out, Span{"   ", plain})
		}
		out = append(out, v.stateCell(s), Span{" " + v.count(int64(n)), plain})
	}
	for _, s := range task.States() {
		switch s {
		case task.Leased: // people see one word for both
		case task.Running:
			add(s, counts[task.Leased]+counts[task.Running])
		default:
			add(s, counts[s])
		}
	}
	return out
}

func (v View) taskNote(t api.Task) string {
	if t.State.Held() {
		return v.Progress(t.Progress)
	}
	return v.why(t.State, t.Reason, t.Message)
}

// Task shows one task with everything that is known about it.
func (v View) Task(t api.Task) []Line {
	out := []Line{{{t.Name, bold}}}
	out = append(out, v.state(t)...)
	out = append(out, nil)
	out = append(out, v.details([]detail{
		{wordID, t.ID},
		{i18n.Text{EN: "Operation", ID: "Operasi"}, strconv.Itoa(t.OperationCode) + " " + operationName(t.OperationCode)},
		{i18n.Text{EN: "Computer", ID: "Komputer"}, t.RunnerName},
		{i18n.Text{EN: "By", ID: "Oleh"}, t.CreatedBy},
		{wordCreated, v.exactly(t.CreatedAt)},
		{wordStarts, v.exactlyOf(t.RunAt)},
		{wordStarted, v.exactlyOf(t.StartedAt)},
		{wordEnded, v.exactlyOf(t.FinishedAt)},
		{wordDeadline, v.exactlyOf(t.Deadline)},
		{i18n.Text{EN: "Took", ID: "Lama"}, v.took(t)},
		{wordPipeline, strings.TrimSpace(t.PipelineID + " " + t.Ref)},
		{wordSchedule, t.ScheduleID},
		{wordRetryOf, t.RetryOf},
		{i18n.Text{EN: "Labels", ID: "Label"}, labels(t.Labels)},
	})...)
	if len(t.WaitingFor) > 0 {
		out = append(out, v.heading(wordWaitsFor)...)
		out = append(out, v.openInputs(t.WaitingFor)...)
	}
	if len(t.Params) > 0 {
		out = append(out, v.heading(wordParameters)...)
		out = append(out, indentedJSON(t.Params)...)
	}
	if len(t.Attempts) > 0 {
		out = append(out, v.heading(wordAttempts)...)
		out = append(out, v.attempts(t.Attempts)...)
	}
	return out
}

// state gives the lines that say how a task is and what the reader can do.
func (v View) state(t api.Task) []Line {
	var out []Line
	if why := v.why(t.State, t.Reason, t.Message); why != "" {
		out = v.hanging("", v.stateCell(t.State).Text+": "+why)
		out[0][1].Style = stateStyle(t.State)
	} else {
		out = []Line{{v.stateCell(t.State), {"  " + v.Progress(t.Progress), plain}}}
	}
	if sentence := v.in(i18n.Reason(t.Reason)); t.Message != "" && sentence != "" && t.State == task.Failed {
		out = append(out, v.folded(sentence+" ("+string(t.Reason)+")", "", faint)...)
	}
	if advice := v.Advice(t); advice != "" {
		out = append(out, v.hanging("→ ", advice)...)
	}
	return out
}

// openInputs shows the tasks for which one waits, each with its own reason.
func (v View) openInputs(inputs []api.OpenInput) []Line {
	t := Table{Columns: []Column{{Title: v.in(wordState)}, {Title: v.in(wordName), Shrink: 10}, {Title: v.in(wordID)}}}
	for _, in := range inputs {
		name := in.Name
		if in.Ref != "" {
			name = in.Ref + ": " + in.Name
		}
		t.Rows = append(t.Rows, Row{
			Note:  v.why(in.State, in.Reason, ""),
			Cells: []Span{v.stateCell(in.State), {Text: name}, {Text: in.TaskID}},
		})
	}
	return v.Lines(t)
}

func (v View) attempts(attempts []api.Attempt) []Line {
	t := Table{Columns: []Column{
		{Title: "#", Right: true}, {Title: v.in(wordComputer), Shrink: 10}, {Title: v.in(wordState)},
		{Title: v.in(wordWhen)}, {Title: v.in(wordTook), Right: true},
	}}
	for _, a := range attempts {
		end, outcome := v.Now, a.Outcome
		if a.EndedAt != nil {
			end = *a.EndedAt
		}
		if outcome == "" {
			outcome = v.in(i18n.State(task.Running))
		}
		note := a.Message
		if note == "" {
			note = v.in(i18n.Reason(a.Reason))
		}
		t.Rows = append(t.Rows, Row{Note: note, Cells: []Span{
			{Text: strconv.Itoa(a.Attempt)}, {Text: orDash(a.RunnerName)}, {Text: outcome},
			{Text: v.Age(a.StartedAt)}, {Text: v.Duration(end.Sub(a.StartedAt))},
		}})
	}
	return v.Lines(t)
}

// Events shows a task's timeline.
func (v View) Events(list api.EventList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordWhen)}, {Title: v.in(wordEvent)}, {Title: "#", Right: true}, {Title: "", Shrink: 20},
	}}
	for _, e := range list.Events {
		what := e.Message
		if what == "" {
			what = v.in(i18n.Reason(e.Reason))
		}
		attempt := ""
		if e.Attempt > 0 {
			attempt = strconv.Itoa(e.Attempt)
		}
		style := plain
		if task.State(e.Type) == e.State {
			style = stateStyle(e.State)
		}
		t.Rows = append(t.Rows, Row{Cells: []Span{
			{e.At.UTC().Format("2006-01-02 15:04:05.000"), faint}, {string(e.Type), style}, {Text: attempt}, {Text: what},
		}})
	}
	return v.LinesOr(t, emptyEvents)
}

// Watched is a task on one line, as it changes before somebody's eyes.
func (v View) Watched(name string, r api.ResultView) Line {
	line := Line{v.stateCell(r.State), {"  " + name, plain}}
	if r.State.Held() {
		if progress := v.Progress(r.Progress); progress != "" {
			line = append(line, Span{"  " + progress, plain})
		}
		return line
	}
	if why := v.why(r.State, r.Reason, r.Message); why != "" {
		line = append(line, Span{": " + why, plain})
	}
	return line
}

// took gives how long a task has been, or was, worked on.
func (v View) took(t api.Task) string {
	switch {
	case t.StartedAt == nil:
		return ""
	case t.FinishedAt != nil:
		return v.Duration(t.FinishedAt.Sub(*t.StartedAt))
	case t.State.Held():
		return v.Duration(v.Now.Sub(*t.StartedAt))
	default:
		return ""
	}
}

func (v View) exactlyOf(at *time.Time) string {
	if at == nil {
		return ""
	}
	return v.exactly(*at)
}

// detail is one name and its value; an empty value is left out.
type detail struct {
	name  i18n.Text
	value string
}

func (v View) details(all []detail) []Line {
	width := 0
	for _, d := range all {
		if d.value != "" {
			width = max(width, textWidth(v.in(d.name)))
		}
	}
	var out []Line
	for _, d := range all {
		if d.value == "" {
			continue
		}
		out = append(out, Line{{pad(v.in(d.name), width, false) + "  ", faint}, {d.value, plain}})
	}
	return out
}

func indentedJSON(raw json.RawMessage) []Line {
	var b bytes.Buffer
	if json.Indent(&b, raw, "  ", "  ") != nil {
		return []Line{text("  " + string(raw))}
	}
	var out []Line
	for line := range strings.SplitSeq("  "+b.String(), "\n") {
		out = append(out, text(line))
	}
	return out
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
