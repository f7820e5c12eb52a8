package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

// Stats shows the figures of a workspace.
func (v View) Stats(s api.Stats) []Line {
	r := s.Runners
	lines := v.details([]detail{
		{i18n.Text{EN: "Computers", ID: "Komputer"}, fmt.Sprintf(
			v.in(i18n.Text{EN: "%s of %s online, %s paused, %s asking to join", ID: "%s dari %s daring, %s dijeda, %s minta bergabung"}),
			v.count(int64(r.Online)), v.count(int64(r.Total)), v.count(int64(r.Paused)), v.count(int64(r.Pending)))},
		{i18n.Text{EN: "Slots", ID: "Slot"}, fmt.Sprintf(
			v.in(i18n.Text{EN: "%s of %s taken", ID: "%s dari %s terpakai"}), v.count(int64(r.BusySlots)), v.count(int64(r.Slots)))},
		{i18n.Text{EN: "Oldest waiting", ID: "Menunggu terlama"}, v.seconds(s.OldestQueuedSeconds)},
		{i18n.Text{EN: "Handed out after", ID: "Diserahkan setelah"}, v.latency(s.ClaimLatency)},
	})
	open := Table{Columns: []Column{{Title: v.in(wordState)}, {Title: v.in(i18n.Text{EN: "TASKS", ID: "TUGAS"}), Right: true}}}
	for _, state := range task.States() {
		n, counted := s.Tasks[state]
		if state == task.Running {
			n += s.Tasks[task.Leased] // people read both as running
		}
		if counted && state != task.Leased {
			open.Rows = append(open.Rows, Row{Cells: []Span{v.stateCell(state), {Text: v.count(int64(n))}}})
		}
	}
	rates := Table{Columns: []Column{
		{Title: v.in(i18n.Text{EN: "LAST", ID: "TERAKHIR"})}, {Title: v.in(i18n.Text{EN: "CREATED", ID: "DIBUAT"}), Right: true},
		{Title: v.in(i18n.Text{EN: "DONE", ID: "SELESAI"}), Right: true}, {Title: v.in(i18n.Text{EN: "FAILED", ID: "GAGAL"}), Right: true},
		{Title: v.in(i18n.Text{EN: "CANCELED", ID: "DIBATALKAN"}), Right: true}, {Title: v.in(i18n.Text{EN: "FAIL", ID: "RASIO GAGAL"}), Right: true},
	}}
	for _, rate := range s.Rates {
		failed := "–"
		if rate.FailureRate != nil {
			failed = v.Percent(*rate.FailureRate)
		}
		rates.Rows = append(rates.Rows, Row{Cells: []Span{
			{Text: v.Duration(time.Duration(rate.Seconds) * time.Second)}, {Text: v.count(int64(rate.Created))},
			{Text: v.count(int64(rate.Succeeded))}, {Text: v.count(int64(rate.Failed))}, {Text: v.count(int64(rate.Canceled))}, {Text: failed},
		}})
	}
	lines = append(append(lines, nil), v.Lines(open)...)
	lines = append(lines, v.reasons(s.Waiting)...)
	return append(append(lines, nil), v.Lines(rates)...)
}

// reasons says why queued tasks wait, the most frequent reason first.
func (v View) reasons(waiting map[task.Reason]int) []Line {
	names := slices.SortedFunc(maps.Keys(waiting), func(a, b task.Reason) int {
		return cmp.Or(waiting[b]-waiting[a], cmp.Compare(a, b))
	})
	var lines []Line
	for _, name := range names {
		lines = append(lines, v.folded("… "+v.count(int64(waiting[name]))+" × "+i18n.Reason(name).In(v.Language), "  ", faint)...)
	}
	return lines
}

func (v View) seconds(s *float64) string {
	if s == nil {
		return "–"
	}
	return v.Duration(time.Duration(*s * float64(time.Second)))
}

func (v View) latency(l *api.Latency) string {
	if l == nil {
		return "–"
	}
	ms := func(s float64) string { return v.Number(s*1000) + " ms" }
	return fmt.Sprintf("%s (p50) · %s (p95) · %s (p99)", ms(l.P50Seconds), ms(l.P95Seconds), ms(l.P99Seconds))
}
