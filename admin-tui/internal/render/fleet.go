package render

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Runners lists the computers of the workspace.
func (v View) Runners(list api.RunnerList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState)}, {Title: v.in(wordName), Shrink: 10}, {Title: v.in(wordActivity), Drop: 3},
		{Title: v.in(wordSeen), Drop: 2}, {Title: v.in(wordDatasets), Shrink: 10, Drop: 4},
		{Title: v.in(wordLabels), Shrink: 8, Drop: 5}, {Title: "", Shrink: 10, Drop: 6}, {Title: v.in(wordID)},
	}}
	for _, r := range list.Runners {
		t.Rows = append(t.Rows, Row{Cells: []Span{
			v.runnerState(r), {Text: r.Name}, {Text: v.activity(r)}, {Text: v.ageOf(r.LastSeenAt)},
			{Text: orDash(strings.Join(r.Datasets, ", "))}, {Text: orDash(labels(r.Labels))},
			{r.OS + "/" + r.Arch + " " + r.Version, faint}, {r.ID, faint},
		}})
	}
	return v.LinesOr(t, emptyRunners)
}

var runnerStates = map[api.RunnerState]i18n.Text{
	api.RunnerPending: {EN: "◌ asks to join", ID: "◌ minta bergabung"},
	api.RunnerRevoked: {EN: "✕ revoked", ID: "✕ dicabut"},
}

func (v View) runnerState(r api.Runner) Span {
	word, ended := runnerStates[r.State]
	switch {
	case r.State == api.RunnerRevoked:
		return Span{v.in(word), stateStyle(task.Failed)}
	case ended:
		return Span{v.in(word), stateStyle(task.Queued)}
	case r.Online:
		return Span{v.in(wordOnline), stateStyle(task.Succeeded)}
	default:
		return Span{v.in(wordOffline), stateStyle(task.Canceled)}
	}
}

var activities = map[api.Activity]i18n.Text{
	api.Idle:     {EN: "idle", ID: "siaga"},
	api.Working:  {EN: "working", ID: "bekerja"},
	api.Paused:   {EN: "paused", ID: "dijeda"},
	api.Stopping: {EN: "stopping", ID: "berhenti"},
}

// activity says what a computer does, and how many of its slots are taken.
func (v View) activity(r api.Runner) string {
	if r.State != api.RunnerActive || !r.Online {
		return "–"
	}
	if r.Activity == api.Working && r.BusySlots == 0 {
		r.Activity = api.Idle // it said so before its last task ended
	}
	if r.Drained {
		return v.in(i18n.Text{EN: "drained", ID: "dikuras"}) + " " + strconv.Itoa(r.BusySlots) + "/" + strconv.Itoa(r.Slots)
	}
	word, ok := activities[r.Activity]
	if !ok {
		word = i18n.Text{EN: string(r.Activity)}
	}
	if r.BusySlots == 0 && r.Slots <= 1 {
		return v.in(word)
	}
	return v.in(word) + " " + strconv.Itoa(r.BusySlots) + "/" + strconv.Itoa(r.Slots)
}

// Datasets lists what runners share.
func (v View) Datasets(list api.DatasetList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState), Drop: 1}, {Title: v.in(wordName), Shrink: 12}, {Title: v.in(wordRows), Right: true},
		{Title: v.in(wordPolicy), Shrink: 12}, {Title: v.in(wordComputer), Shrink: 10},
		{Title: v.in(wordColumns), Shrink: 16, Drop: 2}, {Title: v.in(wordID), Drop: 3},
	}}
	for _, d := range list.Datasets {
		online := Span{v.in(wordOffline), stateStyle(task.Canceled)}
		if d.Online {
			online = Span{v.in(wordOnline), stateStyle(task.Succeeded)}
		}
		rows := "–"
		if d.Rows != nil {
			rows = v.count(*d.Rows)
		}
		t.Rows = append(t.Rows, Row{Note: v.about(d), Cells: []Span{
			online, {Text: d.Name}, {Text: rows}, {Text: v.policy(d)}, {Text: d.RunnerName},
			{Text: columns(d.Columns)}, {d.ID, faint},
		}})
	}
	return v.LinesOr(t, emptyDatasets)
}

// about is what a dataset's line says under it: the owner's description, how the
// files are taken, and that results may be shown to everybody.
func (v View) about(d api.Dataset) string {
	var parts []string
	if d.Description != "" {
		parts = append(parts, d.Description)
	}
	if d.Reading != "" {
		parts = append(parts, fmt.Sprintf(v.in(i18n.Text{EN: "read as %s", ID: "dibaca sebagai %s"}), d.Reading))
	}
	if d.Publish {
		parts = append(parts, v.in(i18n.Text{EN: "results may be published", ID: "hasilnya boleh dipublikasikan"}))
	}
	return strings.Join(parts, " · ")
}

// policy says in words what may leave the computer that has the dataset.
func (v View) policy(d api.Dataset) string {
	if d.Policy == result.Rows {
		return v.in(i18n.Text{EN: "rows", ID: "baris"})
	}
	size := d.MinGroupSize
	if size == 0 {
		size = result.DefaultMinGroupSize
	}
	return strings.ReplaceAll(v.in(i18n.Text{EN: "summaries of N or more", ID: "ringkasan minimal N"}), "N", strconv.Itoa(size))
}

// columns names columns with a mark for their type, as in "delay #, origin A".
func columns(all []result.Column) string {
	names := make([]string, 0, len(all))
	for _, c := range all {
		mark := "A"
		switch c.Type {
		case result.Integer, result.Float:
			mark = "#"
		case result.Boolean:
			mark = "?"
		case result.Date, result.Timestamp, result.Time:
			mark = "◷"
		case result.Text, result.Other:
		}
		names = append(names, c.Name+" "+mark)
	}
	return strings.Join(names, ", ")
}

func labels(all map[string]string) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, name+"="+all[name])
	}
	return strings.Join(out, ", ")
}
