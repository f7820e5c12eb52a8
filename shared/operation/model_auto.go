package operation

import "ddap/shared/i18n"

// Auto tries the models that suit the target and takes the best.
const Auto Model = "auto"

var autoModel = ModelSpec{
	Model: Auto, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict with the model that suits best", ID: "Prediksi dengan model yang paling cocok"},
	Help: i18n.Text{
		EN: "Tries several models on the same rows, compares them by cross-validation, and says which one it took and why.",
		ID: "Mencoba beberapa model pada baris yang sama, membandingkannya dengan validasi silang, dan menjelaskan mana yang dipilih serta alasannya.",
	},
}
