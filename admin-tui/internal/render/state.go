package render

import (
	"strconv"
	"strings"
	"time"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// stateCell is a state's glyph and word.
func (v View) stateCell(s task.State) Span {
	return Span{s.Appearance().Glyph + " " + v.in(i18n.State(s)), stateStyle(s)}
}

// StateLine is a state with what explains it: glyph, word and the sentence of
// its reason, or the more exact message on this very task where there is one.
func (v View) StateLine(s task.State, reason task.Reason, message string) Line {
	line := Line{v.stateCell(s)}
	if why := v.why(s, reason, message); why != "" {
		line = append(line, Span{": " + why, plain})
	}
	return line
}

// why gives the sentence that explains a state that waits or has gone wrong;
// nothing for the others, which explain themselves.
func (v View) why(s task.State, reason task.Reason, message string) string {
	switch {
	case s == task.Succeeded || s.Held():
		return ""
	case message != "":
		return message
	default:
		return v.in(i18n.Reason(reason))
	}
}

// Advice says what the reader can do about a state, and nothing where there is
// nothing to do. The text may hold a command with the task's id.
func (v View) Advice(t api.Task) string {
	advice, ok := advices[t.Reason]
	if !ok && t.State == task.Failed {
		advice, ok = adviceRetry, true
	}
	if !ok || t.State == task.Succeeded {
		return ""
	}
	return strings.ReplaceAll(v.in(advice), "ID", t.ID)
}

var adviceRetry = i18n.Text{
	EN: "Put right what is wrong, then: ddap-admin tasks retry ID",
	ID: "Perbaiki masalahnya, lalu: ddap-admin tasks retry ID",
}

var advices = map[task.Reason]i18n.Text{
	task.NoRunnerHasDataset: {
		EN: "What is shared now: ddap-admin datasets",
		ID: "Yang dibagikan saat ini: ddap-admin datasets",
	},
	task.RunnersOffline: {
		EN: "It starts by itself when that computer is back. Which one that is: ddap-admin runners",
		ID: "Akan dimulai sendiri saat komputer itu kembali. Komputer mana: ddap-admin runners",
	},
	task.NoRunnerMatchesLabels: {
		EN: "Which labels computers have: ddap-admin runners",
		ID: "Label yang dimiliki komputer: ddap-admin runners",
	},
	task.InputFailed: {
		EN: "Look at the step that failed; when that is put right, create the tasks again.",
		ID: "Periksa langkah yang gagal; setelah diperbaiki, buat kembali tugasnya.",
	},
	task.InvalidParams: {
		EN: "Create the task again with the parameters put right; what there is: ddap-admin operations",
		ID: "Buat kembali tugas dengan parameter yang benar; yang tersedia: ddap-admin operations",
	},
	task.PolicyRefused: {
		EN: "Ask for what the owner allows, or ask the owner; what may leave: ddap-admin datasets",
		ID: "Minta yang diizinkan pemilik, atau tanyakan kepada pemilik; yang boleh keluar: ddap-admin datasets",
	},
	task.CanceledByUser: {
		EN: "To run it after all: ddap-admin tasks retry ID",
		ID: "Untuk tetap menjalankannya: ddap-admin tasks retry ID",
	},
}

// operationName gives an operation's short name, and its number where a newer
// server has one that this build does not know.
func operationName(code int) string {
	if name := operation.Code(code).Name(); name != "" {
		return name
	}
	return strconv.Itoa(code)
}

const barWidth = 10

// Bar draws a fraction from 0 to 1 in as many columns as asked for.
func Bar(fraction float64, width int) string {
	full := max(0, min(width, int(fraction*float64(width)+0.5)))
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// Progress says how far a running task is: a bar and per cents where they are
// known, the stage, and the rows. Unknown is left out and never shown as 0.
func (v View) Progress(p *api.Progress) string {
	if p == nil {
		return ""
	}
	var parts []string
	if p.Fraction != nil {
		parts = append(parts, Bar(*p.Fraction, barWidth)+" "+v.Percent(*p.Fraction))
	}
	stage := p.Message
	if stage == "" {
		stage = strings.ReplaceAll(p.Stage, "_", " ")
	}
	if stage != "" {
		parts = append(parts, stage)
	}
	switch {
	case p.RowsDone != nil && p.RowsTotal != nil:
		of := i18n.Text{EN: " of ", ID: " dari "}
		rows := i18n.Text{EN: " rows", ID: " baris"}
		parts = append(parts, v.count(*p.RowsDone)+v.in(of)+v.count(*p.RowsTotal)+v.in(rows))
	case p.RowsDone != nil:
		parts = append(parts, v.count(*p.RowsDone)+v.in(i18n.Text{EN: " rows", ID: " baris"}))
	}
	if p.RemainingSeconds != nil {
		parts = append(parts, v.Remaining(time.Duration(*p.RemainingSeconds)*time.Second))
	}
	return strings.Join(parts, "  ")
}
