package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

var (
	wordAlert     = i18n.Text{EN: "Alert", ID: "Peringatan"}
	wordWatches   = i18n.Text{EN: "WATCHES", ID: "MEMANTAU"}
	wordValue     = i18n.Text{EN: "VALUE", ID: "NILAI"}
	wordSince     = i18n.Text{EN: "SINCE", ID: "SEJAK"}
	wordThreshold = i18n.Text{EN: "Threshold", ID: "Ambang"}
	emptyAlerts   = i18n.Text{
		EN: "No alerts. An alert tells you when something is wrong here and when it is over; make one with: ddap-admin alerts create",
		ID: "Tidak ada peringatan. Peringatan memberi tahu saat ada yang salah dan saat sudah pulih; buat dengan: ddap-admin alerts create",
	}
	alertKinds = map[api.AlertKind]i18n.Text{
		api.AlertNoRunner:    {EN: "runners online", ID: "runner daring"},
		api.AlertQueueAge:    {EN: "age of the queue", ID: "usia antrean"},
		api.AlertFailureRate: {EN: "share of failures", ID: "porsi kegagalan"},
	}
)

// Alerts lists rules with what they see.
func (v View) Alerts(list api.AlertList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState)}, {Title: v.in(wordName), Shrink: 12}, {Title: v.in(wordWatches), Shrink: 10, Drop: 3},
		{Title: v.in(wordValue), Right: true, Drop: 1}, {Title: v.in(wordSince), Right: true, Drop: 2}, {Title: v.in(wordID)},
	}}
	for _, a := range list.Alerts {
		t.Rows = append(t.Rows, Row{Note: v.alertNote(a), Cells: []Span{
			v.alertState(a), {Text: a.Name}, {Text: v.alertKind(a)}, {Text: v.alertValue(a.Kind, a.Value)}, {Text: v.Age(a.Since)}, {a.ID, faint},
		}})
	}
	return v.LinesOr(t, emptyAlerts)
}

func (v View) alertKind(a api.Alert) string {
	if words, known := alertKinds[a.Kind]; known {
		return v.in(words)
	}
	return string(a.Kind)
}

func (v View) alertState(a api.Alert) Span {
	switch {
	case a.Paused:
		return Span{v.in(i18n.Text{EN: "⊘ paused", ID: "⊘ dijeda"}), stateStyle(task.Canceled)}
	case a.State == api.AlertFiring:
		return Span{v.in(i18n.Text{EN: "✕ firing", ID: "✕ menyala"}), stateStyle(task.Failed)}
	case a.PendingSince != nil:
		return Span{v.in(i18n.Text{EN: "… pending", ID: "… menunggu"}), stateStyle(task.Queued)}
	default:
		return Span{v.in(i18n.Text{EN: "✓ ok", ID: "✓ baik"}), stateStyle(task.Succeeded)}
	}
}

func (v View) alertNote(a api.Alert) string {
	if a.MailError == "" {
		return ""
	}
	return v.in(i18n.Text{EN: "The last e-mail was not sent: ", ID: "Surel terakhir tidak terkirim: "}) + a.MailError
}

func (v View) alertValue(kind api.AlertKind, value *float64) string {
	switch {
	case value == nil:
		return "–"
	case kind == api.AlertQueueAge:
		return v.Duration(time.Duration(*value * float64(time.Second)))
	case kind == api.AlertFailureRate:
		return strconv.FormatFloat(*value*100, 'f', 1, 64) + " %"
	case kind == api.AlertNoRunner:
		return fmt.Sprintf(v.in(i18n.Text{EN: "%.0f online", ID: "%.0f daring"}), *value)
	default:
		return strconv.FormatFloat(*value, 'f', -1, 64)
	}
}

// Alert shows one rule.
func (v View) Alert(a api.Alert) []Line {
	inSeconds := func(n int) string {
		if n == 0 {
			return ""
		}
		return v.Duration(time.Duration(n) * time.Second)
	}
	threshold := func(value float64) string {
		if value == 0 {
			return ""
		}
		return v.alertValue(a.Kind, &value)
	}
	pending := ""
	if a.PendingSince != nil {
		pending = v.exactly(*a.PendingSince)
	}
	count, operation := "", ""
	if a.MinCount > 0 {
		count = strconv.Itoa(a.MinCount)
	}
	if a.OperationCode > 0 {
		operation = strconv.Itoa(a.OperationCode)
	}
	return v.details([]detail{
		{wordAlert, a.Name},
		{i18n.Text{EN: "State", ID: "Status"}, v.alertState(a).Text},
		{i18n.Text{EN: "Since", ID: "Sejak"}, v.exactly(a.Since)},
		{i18n.Text{EN: "Pending since", ID: "Menunggu sejak"}, pending},
		{i18n.Text{EN: "Watches", ID: "Memantau"}, v.alertKind(a)},
		{i18n.Text{EN: "Labels", ID: "Label"}, labels(a.Labels)},
		{i18n.Text{EN: "Dataset", ID: "Dataset"}, a.Dataset},
		{i18n.Text{EN: "Operation", ID: "Operasi"}, operation},
		{i18n.Text{EN: "Value", ID: "Nilai"}, v.alertValue(a.Kind, a.Value)},
		{wordThreshold, threshold(a.Threshold)},
		{i18n.Text{EN: "Resolves below", ID: "Pulih di bawah"}, threshold(a.ResolveThreshold)},
		{i18n.Text{EN: "Window", ID: "Jendela"}, inSeconds(a.WindowSeconds)},
		{i18n.Text{EN: "Tasks at least", ID: "Tugas minimal"}, count},
		{i18n.Text{EN: "Fires after", ID: "Menyala setelah"}, inSeconds(a.ForSeconds)},
		{i18n.Text{EN: "Resolves after", ID: "Pulih setelah"}, inSeconds(a.ResolveSeconds)},
		{i18n.Text{EN: "Tells again after", ID: "Memberi tahu lagi setelah"}, inSeconds(a.RepeatSeconds)},
		{i18n.Text{EN: "E-mails to", ID: "Surel ke"}, strings.Join(a.Notify.Emails, ", ")},
		{i18n.Text{EN: "E-mail trouble", ID: "Masalah surel"}, a.MailError},
		{i18n.Text{EN: "By", ID: "Oleh"}, a.CreatedBy},
		{wordID, a.ID},
	})
}
