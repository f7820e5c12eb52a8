package xlsx

import (
	reports "ddap/desktop-runner/internal/export/report"
	"ddap/shared/i18n"
)

// words are those of reports, and some that only workbooks need.
type words struct{ reports.Speech }

var own = map[string]i18n.Text{
	"summary":  {EN: "Summary", ID: "Ringkasan"},
	"policy":   {EN: "What is shared", ID: "Yang dibagikan"},
	"remark":   {EN: "Remark", ID: "Keterangan"},
	"interval": {EN: "Interval", ID: "Selang"},
	"to":       {EN: "to", ID: "sampai"},
}

func (w words) own(key string) string { return own[key].In(w.Language()) }
