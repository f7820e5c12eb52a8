package render

import (
	"strconv"

	"github.com/charmbracelet/x/ansi"

	"ddap/shared/api"
	"ddap/shared/task"
)

// Pipelines lists pipelines.
func (v View) Pipelines(list api.PipelineList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordName), Shrink: 16}, {Title: v.in(wordAge), Right: true, Drop: 1},
		{Title: v.in(wordBy), Drop: 2, Shrink: 10}, {Title: v.in(wordID)},
	}}
	for _, p := range list.Pipelines {
		t.Rows = append(t.Rows, Row{Cells: []Span{{Text: p.Name}, {Text: v.Age(p.CreatedAt)}, {Text: p.CreatedBy}, {p.ID, faint}}})
	}
	return v.LinesOr(t, emptyPipelines)
}

// Pipeline shows a pipeline with its steps.
func (v View) Pipeline(p api.Pipeline) []Line {
	out := []Line{{{p.Name, bold}}, nil}
	out = append(out, v.details([]detail{
		{wordID, p.ID}, {wordCreated, v.exactly(p.CreatedAt)},
	})...)
	out = append(out, nil)
	t := Table{Columns: []Column{
		{Title: v.in(wordState), Shrink: 12}, {Title: v.in(wordStep), Shrink: 8, Drop: 3}, {Title: v.in(wordName), Shrink: 12},
		{Title: v.in(wordOperation), Drop: 2}, {Title: v.in(wordTook), Right: true, Drop: 1}, {Title: v.in(wordID)},
	}}
	for _, k := range p.Tasks {
		t.Rows = append(t.Rows, Row{Note: v.taskNote(k), Cells: []Span{
			v.stateCell(k.State), {Text: k.Ref}, {Text: k.Name}, {Text: operationName(k.OperationCode)},
			{Text: orDash(v.took(k))}, {k.ID, faint},
		}})
	}
	return append(out, v.Lines(t)...)
}

// WatchedSteps is a pipeline as it changes before somebody's eyes: one line a
// step, with its code, its name, and its progress, its reason or what it took.
func (v View) WatchedSteps(p api.Pipeline) []Line {
	states, names := 0, 0
	for _, s := range task.States() { // all of them, so that nothing moves when a step changes
		states = max(states, textWidth(v.stateCell(s).Text))
	}
	for _, k := range p.Tasks {
		names = max(names, textWidth(Clean(k.Name)))
	}
	if v.Width > 0 {
		// What is said of a step has as much room as its name.
		names = min(names, max((v.Width-states-textWidth(v.stepOperation(0))-4)/2, 16))
	}
	out := make([]Line, 0, len(p.Tasks))
	for _, k := range p.Tasks {
		state := v.stateCell(k.State)
		state.Text = pad(state.Text, states, false)
		out = append(out, Line{
			state,
			{v.stepOperation(k.OperationCode), faint},
			{"  " + pad(ansi.Truncate(Clean(k.Name), names, "…"), names, false), plain},
			{"  " + v.stepNote(k), faint},
		})
	}
	return out
}

// wideSteps is the width from which on there is room for an operation's name
// beside its code.
const wideSteps = 100

func (v View) stepOperation(code int) string {
	out := "  " + pad(strconv.Itoa(code), 3, true)
	if v.Width == 0 || v.Width >= wideSteps {
		out += " " + pad(operationName(code), len("analyze"), false)
	}
	return out
}

func (v View) stepNote(t api.Task) string {
	switch {
	case t.State == task.Succeeded:
		return v.took(t)
	case t.Reason == task.WaitingForInput && t.Message == "":
		return "" // the state's own word says it
	default:
		return v.taskNote(t)
	}
}

// FailedSteps says in full what the watched lines may have had to cut: why each
// step failed that did so by itself.
func (v View) FailedSteps(p api.Pipeline) []Line {
	var out []Line
	for _, k := range p.Tasks {
		if k.State != task.Failed || k.Reason == task.InputFailed {
			continue
		}
		out = append(out, nil, Line{{k.Name, bold}})
		out = append(out, v.state(k)...)
	}
	return out
}
