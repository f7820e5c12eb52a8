package operation

import "ddap/shared/i18n"

var describeModel = ModelSpec{
	Model: Describe,
	Title: i18n.Text{EN: "Describe", ID: "Deskripsikan"},
	Help: i18n.Text{
		EN: "Count, mean, standard deviation, range and quartiles of every number; the most frequent values of the rest.",
		ID: "Jumlah, rata-rata, simpangan baku, rentang, dan kuartil setiap angka; nilai tersering untuk yang lain.",
	},
}
