package render

import (
	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

var (
	wordSchedule = i18n.Text{EN: "Schedule", ID: "Jadwal"}
	wordNext     = i18n.Text{EN: "NEXT", ID: "BERIKUTNYA"}
	wordDue      = i18n.Text{EN: "DUE", ID: "JATUH TEMPO"}
	wordCreates  = i18n.Text{EN: "CREATED", ID: "DIBUAT"}
	wordMissed   = i18n.Text{EN: "Missed times", ID: "Waktu terlewat"}
	wordOverlap  = i18n.Text{EN: "Overlap", ID: "Tumpang tindih"}
	nextTimes    = i18n.Text{EN: "Next times", ID: "Waktu berikutnya"}
	lastRuns     = i18n.Text{EN: "Last runs", ID: "Eksekusi terakhir"}
	lastFailures = i18n.Text{EN: "Last failures", ID: "Kegagalan terakhir"}

	emptySchedules = i18n.Text{
		EN: "No schedules. A schedule creates a task or a pipeline again and again; make one with: ddap-admin schedules create",
		ID: "Tidak ada jadwal. Jadwal membuat tugas atau rangkaian berulang kali; buat dengan: ddap-admin schedules create",
	}
	scheduleMissed = map[string]i18n.Text{
		api.MissedSkip:    {EN: "skipped", ID: "dilewati"},
		api.MissedRunOnce: {EN: "run once for all of them", ID: "dijalankan sekali untuk semuanya"},
		api.MissedRunAll:  {EN: "each is run", ID: "masing-masing dijalankan"},
	}
	scheduleOverlap = map[string]i18n.Text{
		api.OverlapAllow: {EN: "runs although the run before goes on", ID: "berjalan meskipun eksekusi sebelumnya belum selesai"},
		api.OverlapSkip:  {EN: "skipped while the run before goes on", ID: "dilewati selama eksekusi sebelumnya belum selesai"},
	}
)

// Schedules lists schedules with the next time of each.
func (v View) Schedules(list api.ScheduleList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState)}, {Title: v.in(wordName), Shrink: 12}, {Title: v.in(wordWhen), Shrink: 12},
		{Title: v.in(wordNext), Drop: 1}, {Title: v.in(wordBy), Shrink: 8, Drop: 2}, {Title: v.in(wordID)},
	}}
	for _, s := range list.Schedules {
		next := "–"
		if len(s.NextRuns) > 0 {
			next = s.NextRuns[0].UTC().Format("2006-01-02 15:04 UTC")
		}
		t.Rows = append(t.Rows, Row{Note: s.PausedReason, Cells: []Span{
			v.scheduleState(s), {Text: s.Name}, {Text: s.Cron + " " + s.TimeZone}, {Text: next}, {Text: s.CreatedBy}, {s.ID, faint},
		}})
	}
	return v.LinesOr(t, emptySchedules)
}

func (v View) scheduleState(s api.Schedule) Span {
	if s.Paused {
		return Span{v.in(i18n.Text{EN: "⊘ paused", ID: "⊘ dijeda"}), stateStyle(task.Canceled)}
	}
	return Span{v.in(i18n.Text{EN: "◷ on", ID: "◷ aktif"}), stateStyle(task.Scheduled)}
}

// Schedule shows one schedule, its next times and what became of the last ones.
func (v View) Schedule(s api.Schedule) []Line {
	lines := v.details([]detail{
		{wordSchedule, s.Name},
		{i18n.Text{EN: "State", ID: "Status"}, v.scheduleState(s).Text},
		{i18n.Text{EN: "Paused because", ID: "Dijeda karena"}, s.PausedReason},
		{i18n.Text{EN: "When", ID: "Kapan"}, s.Cron + " " + s.TimeZone},
		{wordMissed, v.in(scheduleMissed[s.Missed])},
		{wordOverlap, v.in(scheduleOverlap[s.Overlap])},
		{i18n.Text{EN: "By", ID: "Oleh"}, s.CreatedBy},
		{wordID, s.ID},
	})
	if len(s.NextRuns) > 0 {
		lines = append(lines, v.heading(nextTimes)...)
		for _, at := range s.NextRuns {
			lines = append(lines, Line{{Text: "  " + at.UTC().Format("Mon 2006-01-02 15:04 UTC")}})
		}
	}
	if len(s.Runs) > 0 {
		lines = append(append(lines, v.heading(lastRuns)...), v.ScheduleRuns(s.Runs)...)
	}
	if len(s.Failures) > 0 {
		lines = append(append(lines, v.heading(lastFailures)...), v.ScheduleRuns(s.Failures)...)
	}
	return lines
}

// ScheduleRuns lists what became of due times.
func (v View) ScheduleRuns(runs []api.ScheduleRun) []Line {
	t := Table{Columns: []Column{{Title: v.in(wordDue)}, {Title: v.in(wordState)}, {Title: v.in(wordCreates)}}}
	for _, r := range runs {
		made := orDash(r.TaskID + r.PipelineID)
		t.Rows = append(t.Rows, Row{Note: r.Message, Cells: []Span{{Text: r.DueAt.UTC().Format("2006-01-02 15:04:05 UTC")}, v.runState(r), {made, faint}}})
	}
	return v.Lines(t)
}

func (v View) runState(r api.ScheduleRun) Span {
	switch {
	case r.State != "":
		return v.stateCell(r.State)
	case r.Outcome == "skipped":
		return Span{v.in(i18n.Text{EN: "⊘ Skipped", ID: "⊘ Dilewati"}), stateStyle(task.Canceled)}
	case r.Outcome == "created":
		return Span{v.in(i18n.Text{EN: "… Created", ID: "… Dibuat"}), stateStyle(task.Queued)}
	default:
		return Span{v.in(i18n.Text{EN: "✕ Not created", ID: "✕ Tidak dibuat"}), stateStyle(task.Failed)}
	}
}
