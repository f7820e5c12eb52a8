package render

import (
	"strings"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

var streamWords = map[string]i18n.Text{
	api.StreamReady: {EN: "following; nothing was missed", ID: "mengikuti; tidak ada yang terlewat"},
	api.StreamReset: {EN: "following; what happened before is not kept any more", ID: "mengikuti; kejadian sebelumnya sudah tidak disimpan"},
}

// StreamEvent is one line for one event of a stream.
func (v View) StreamEvent(e api.StreamEvent) Line {
	at := Span{e.At.UTC().Format("15:04:05") + "  ", faint}
	if word, ok := streamWords[e.Type]; ok {
		return Line{at, {v.in(word), faint}}
	}
	style := plain
	if e.State != "" {
		style = stateStyle(e.State)
	}
	line := Line{at, {pad(e.Type, 18, false) + "  ", style}, {Text: Clean(e.SubjectName)}}
	var more []string
	if e.Reason != "" && e.State != task.Running {
		more = append(more, i18n.Reason(e.Reason).In(v.Language))
	}
	if e.Message != "" {
		more = append(more, e.Message)
	}
	if said := v.Progress(e.Progress); said != "" {
		more = append(more, said)
	}
	if len(more) > 0 {
		line = append(line, Span{"  " + Clean(strings.Join(more, " ")), faint})
	}
	return append(line, Span{"  " + e.SubjectID, faint})
}
