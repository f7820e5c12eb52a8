package render

import (
	"errors"
	"strconv"
	"strings"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Problem explains an error: what happened, each wrong field with what would be
// right, what to do about it, and the code to quote.
func (v View) Problem(err error) []Line {
	var f *fault.Error
	if !errors.As(err, &f) {
		return v.folded(err.Error(), "", plain)
	}
	message := f.Message
	if message == "" {
		message = f.Error()
	}
	if len(f.Fields) > 0 {
		message = v.in(i18n.Text{EN: "The server did not accept this:", ID: "Server tidak menerima ini:"})
	}
	out := v.folded(message, "", plain)
	for _, field := range f.Fields {
		out = append(out, v.field(field)...)
	}
	if advice := v.in(problemAdvice(f)); advice != "" {
		out = append(out, v.hanging("→ ", advice)...)
	}
	return append(out, Line{{v.in(i18n.Text{EN: "code: ", ID: "kode: "}) + fault.CodeOf(f), faint}})
}

// field says where a value stands, what is wrong with it, and what was probably
// meant, unless the message says so already.
func (v View) field(f fault.Field) []Line {
	out := []Line{{{"  " + f.Path, bold}}}
	out = append(out, v.folded(f.Message, "    ", plain)...)
	if f.Suggestion != "" && !strings.Contains(f.Message, strconv.Quote(f.Suggestion)) {
		out = append(out, v.folded(v.in(i18n.Text{EN: "did you mean ", ID: "maksud Anda "})+f.Suggestion+"?", "    ", plain)...)
	}
	return out
}

func problemAdvice(f *fault.Error) i18n.Text {
	if advice, ok := codeAdvice[f.Code]; ok {
		return advice
	}
	return kindAdvice[f.Kind]
}

var codeAdvice = map[string]i18n.Text{
	"unreachable": {
		EN: "Is the server running, and is this its address? Set it with --server or DDAP_SERVER.",
		ID: "Apakah server berjalan, dan apakah alamatnya benar? Atur dengan --server atau DDAP_SERVER.",
	},
	"insecure_http": {}, // says itself what to do
	"not_a_ddap_server": {
		EN: "Set the address with --server or DDAP_SERVER.",
		ID: "Atur alamat dengan --server atau DDAP_SERVER.",
	},
	"invalid_params": {
		EN: "What each operation takes: ddap-admin operations",
		ID: "Parameter setiap operasi: ddap-admin operations",
	},
	"unknown_dataset": {
		EN: "What is shared: ddap-admin datasets",
		ID: "Yang dibagikan: ddap-admin datasets",
	},
	"ambiguous_dataset": {
		EN: `Name one of them by its id, as {"dataset_id": "…"}: ddap-admin datasets`,
		ID: `Sebutkan salah satu dengan id-nya, seperti {"dataset_id": "…"}: ddap-admin datasets`,
	},
}

var kindAdvice = map[fault.Kind]i18n.Text{
	fault.Unauthenticated: {
		EN: "Give a valid key with --key-file, or in DDAP_KEY.",
		ID: "Berikan kunci yang berlaku dengan --key-file, atau dalam DDAP_KEY.",
	},
	fault.Forbidden: {
		EN: "This key's role does not allow it; ddap-admin whoami shows the role.",
		ID: "Peran kunci ini tidak mengizinkannya; ddap-admin whoami menunjukkan perannya.",
	},
	fault.Unavailable: {
		EN: "The server cannot serve just now; try again in a moment.",
		ID: "Server sedang tidak dapat melayani; coba lagi sebentar lagi.",
	},
	fault.Internal: {
		EN: "The server's log has the details.",
		ID: "Rinciannya ada di log server.",
	},
}
