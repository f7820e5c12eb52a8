package render

import (
	"strconv"
	"strings"
	"time"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

var (
	wordURL    = i18n.Text{EN: "ADDRESS", ID: "ALAMAT"}
	wordTypes  = i18n.Text{EN: "EVENTS", ID: "KEJADIAN"}
	wordTries  = i18n.Text{EN: "ATTEMPTS", ID: "PERCOBAAN"}
	wordAnswer = i18n.Text{EN: "ANSWER", ID: "JAWABAN"}
	emptyHooks = i18n.Text{
		EN: "No webhooks. A webhook sends what happens here to another program; make one with: ddap-admin webhooks create",
		ID: "Tidak ada webhook. Webhook mengirim kejadian di sini ke program lain; buat dengan: ddap-admin webhooks create",
	}
	emptyDeliveries = i18n.Text{
		EN: "Nothing was sent yet. Try it with: ddap-admin webhooks test",
		ID: "Belum ada yang dikirim. Coba dengan: ddap-admin webhooks test",
	}
	disabledWords = map[string]i18n.Text{
		api.WebhookGone:       {EN: "The receiver answered that it wants no more.", ID: "Penerima menjawab bahwa ia tidak mau lagi."},
		api.WebhookFailing:    {EN: "Every delivery has failed for days.", ID: "Setiap pengiriman gagal selama berhari-hari."},
		api.WebhookByOperator: {EN: "Somebody disabled it.", ID: "Seseorang menonaktifkannya."},
		api.WebhookKeyRevoked: {EN: "The key with which it was made was revoked; an admin who enables it takes it over.", ID: "Kunci pembuatnya telah dicabut; admin yang mengaktifkannya mengambil alih."},
		api.WebhookKeyExpired: {EN: "The key with which it was made has expired; an admin who enables it takes it over.", ID: "Kunci pembuatnya telah kedaluwarsa; admin yang mengaktifkannya mengambil alih."},
	}
)

// Webhooks lists where events are sent.
func (v View) Webhooks(list api.WebhookList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState)}, {Title: v.in(wordName), Shrink: 12}, {Title: v.in(wordURL), Shrink: 16},
		{Title: v.in(wordTypes), Shrink: 12, Drop: 1}, {Title: v.in(wordAge), Right: true, Drop: 2}, {Title: v.in(wordID)},
	}}
	for _, w := range list.Webhooks {
		t.Rows = append(t.Rows, Row{Note: v.webhookNote(w), Cells: []Span{
			v.webhookState(w), {Text: w.Name}, {Text: w.URL}, {Text: strings.Join(w.Types, ", ")}, {Text: v.Age(w.CreatedAt)}, {w.ID, faint},
		}})
	}
	return v.LinesOr(t, emptyHooks)
}

func (v View) webhookState(w api.Webhook) Span {
	switch {
	case !w.Enabled:
		return Span{v.in(i18n.Text{EN: "⊘ disabled", ID: "⊘ nonaktif"}), stateStyle(task.Canceled)}
	case w.FailingSince != nil:
		return Span{v.in(i18n.Text{EN: "✕ failing", ID: "✕ gagal"}), stateStyle(task.Failed)}
	default:
		return Span{v.in(i18n.Text{EN: "✓ enabled", ID: "✓ aktif"}), stateStyle(task.Succeeded)}
	}
}

func (v View) webhookNote(w api.Webhook) string {
	switch {
	case !w.Enabled:
		return v.in(disabledWords[w.DisabledReason])
	case w.FailingSince != nil:
		return v.in(i18n.Text{EN: "No delivery has succeeded since ", ID: "Tidak ada pengiriman yang berhasil sejak "}) + v.exactly(*w.FailingSince)
	default:
		return ""
	}
}

var deliveryStates = map[api.DeliveryState]struct {
	word i18n.Text
	like task.State
}{
	api.DeliveryPending:   {i18n.Text{EN: "… on its way", ID: "… dikirim"}, task.Queued},
	api.DeliverySucceeded: {i18n.Text{EN: "✓ delivered", ID: "✓ terkirim"}, task.Succeeded},
	api.DeliveryFailed:    {i18n.Text{EN: "✕ given up", ID: "✕ menyerah"}, task.Failed},
}

// Deliveries lists what was sent and is to be sent. What went wrong last stands
// below it.
func (v View) Deliveries(list api.DeliveryList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState)}, {Title: v.in(wordEvent), Shrink: 12}, {Title: v.in(wordAge), Right: true},
		{Title: v.in(wordTries), Right: true, Drop: 1}, {Title: v.in(wordAnswer), Right: true, Drop: 2}, {Title: v.in(wordTook), Right: true, Drop: 3},
		{Title: v.in(wordNext), Drop: 4}, {Title: v.in(wordID)},
	}}
	for _, d := range list.Deliveries {
		answer := "–"
		if d.Status != 0 {
			answer = strconv.Itoa(d.Status)
		}
		state := deliveryStates[d.State]
		t.Rows = append(t.Rows, Row{Note: said(d), Cells: []Span{
			{v.in(state.word), stateStyle(state.like)}, {Text: d.EventType}, {Text: v.Age(d.CreatedAt)}, {Text: strconv.Itoa(d.Attempts)}, {Text: answer},
			{Text: v.Duration(time.Duration(d.DurationMS) * time.Millisecond)}, {Text: v.ageOf(d.NextAt)}, {d.ID, faint},
		}})
	}
	return v.LinesOr(t, emptyDeliveries)
}

func said(d api.Delivery) string {
	if d.Error == "" || d.Answer == "" {
		return d.Error
	}
	return d.Error + ": " + d.Answer
}
