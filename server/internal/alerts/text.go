package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/i18n"
)

// tell puts news into words, in the language of the rule.
func tell(n store.AlertNews) store.AlertWords {
	lang := i18n.Language(n.Language)
	n.Workspace = strings.Join(strings.FieldsFunc(n.Workspace, unicode.IsControl), " ") // whoever makes one may call it anything
	headline := headlines[n.Type].In(lang)
	message := messageOf(&n, lang)
	return store.AlertWords{
		Message: message,
		Subject: fmt.Sprintf("[DDAP] %s: %s (%s)", headline, n.Name, n.Workspace),
		Body:    bodyOf(&n, lang, headline, message),
	}
}

var headlines = map[string]i18n.Text{
	api.AlertEventFiring:   {EN: "Alert", ID: "Peringatan"},
	api.AlertEventRepeated: {EN: "Still firing", ID: "Masih berlangsung"},
	api.AlertEventResolved: {EN: "Resolved", ID: "Selesai"},
}

var causes = map[string]i18n.Text{
	"paused":  {EN: "Somebody paused the alert while it fired.", ID: "Seseorang menjeda peringatan ini saat masih berlangsung."},
	"deleted": {EN: "Somebody deleted the alert while it fired.", ID: "Seseorang menghapus peringatan ini saat masih berlangsung."},
}

// messageOf is one sentence.
func messageOf(n *store.AlertNews, lang i18n.Language) string {
	if n.Cause != "" {
		return causes[n.Cause].In(lang)
	}
	over := n.Type == api.AlertEventResolved
	switch n.Kind {
	case api.AlertNoRunner:
		if over {
			return i18n.Text{EN: "A runner is online again.", ID: "Sudah ada runner yang daring lagi."}.In(lang)
		}
		return i18n.Text{EN: "No runner is online.", ID: "Tidak ada runner yang daring."}.In(lang)
	case api.AlertQueueAge:
		if over {
			return i18n.Text{EN: "Tasks no longer wait too long.", ID: "Tugas tidak lagi menunggu terlalu lama."}.In(lang)
		}
		return fmt.Sprintf(i18n.Text{EN: "The oldest task that could run has waited for %s.", ID: "Tugas tertua yang bisa berjalan sudah menunggu %s."}.In(lang),
			amount(n, n.Value, lang))
	default:
		if over {
			return i18n.Text{EN: "Fewer tasks fail again.", ID: "Tugas yang gagal sudah berkurang."}.In(lang)
		}
		return fmt.Sprintf(i18n.Text{EN: "%s of the tasks that ended have failed.", ID: "%s dari tugas yang berakhir gagal."}.In(lang), amount(n, n.Value, lang))
	}
}

var (
	labelWorkspace = i18n.Text{EN: "Workspace", ID: "Ruang kerja"}
	labelRule      = i18n.Text{EN: "Rule", ID: "Aturan"}
	labelValue     = i18n.Text{EN: "Value", ID: "Nilai"}
	labelThreshold = i18n.Text{EN: "Threshold", ID: "Ambang"}
	labelSince     = i18n.Text{EN: "Since", ID: "Sejak"}
	labelTold      = i18n.Text{EN: "Told at", ID: "Diberitahukan"}
	labelFilter    = i18n.Text{EN: "Only", ID: "Hanya"}
	footer         = i18n.Text{
		EN: "This e-mail comes from an alert of a DDAP server. An operator of the workspace can change it: ddap-admin alerts show %s",
		ID: "Surel ini berasal dari peringatan sebuah server DDAP. Operator ruang kerja dapat mengubahnya: ddap-admin alerts show %s",
	}
)

func bodyOf(n *store.AlertNews, lang i18n.Language, headline, message string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n\n", headline, n.Name, message)
	row := func(label i18n.Text, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-15s %s\n", label.In(lang)+":", value)
		}
	}
	row(labelWorkspace, n.Workspace)
	row(labelRule, fmt.Sprintf("%s (%s)", n.Name, n.Kind))
	row(labelFilter, filterOf(n))
	row(labelValue, amount(n, n.Value, lang))
	if n.Kind != api.AlertNoRunner {
		row(labelThreshold, amount(n, &n.Threshold, lang))
	}
	since := n.Since
	if n.Began != nil {
		since = *n.Began
	}
	row(labelSince, instant(since))
	row(labelTold, instant(n.At))
	fmt.Fprintf(&b, "\n"+footer.In(lang)+"\n", n.ID)
	return b.String()
}

// filterOf says what of the workspace is looked at.
func filterOf(n *store.AlertNews) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(n.Labels)) {
		parts = append(parts, key+"="+n.Labels[key])
	}
	if n.Dataset != "" {
		parts = append(parts, "dataset "+n.Dataset)
	}
	if n.Operation != 0 {
		parts = append(parts, "operation "+strconv.Itoa(n.Operation))
	}
	return strings.Join(parts, ", ")
}

// amount writes a value of the alert's kind; a dash where there is none.
func amount(n *store.AlertNews, value *float64, lang i18n.Language) string {
	switch {
	case value == nil:
		return "–"
	case n.Kind == api.AlertNoRunner:
		return fmt.Sprintf(i18n.Text{EN: "%.0f runners online", ID: "%.0f runner daring"}.In(lang), *value)
	case n.Kind == api.AlertQueueAge:
		return (time.Duration(*value) * time.Second).String()
	default:
		return fmt.Sprintf("%.1f %%", *value*100)
	}
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }
