package operation

import "ddap/shared/i18n"

// ModelFromPath is where the task stands whose model predict uses.
const ModelFromPath = "params.model_from"

var modelFromProperty = Property{
	Name: "model_from", Kind: SourceOf,
	Title: i18n.Text{EN: "Task with the model", ID: "Tugas dengan model"},
	Help:  i18n.Text{EN: "Of predict: the task that trained the model.", ID: "Untuk predict: tugas yang melatih model."},
}

var predictModel = ModelSpec{
	Model: Predict, TakesModel: true, LeavesRows: true,
	Title: i18n.Text{EN: "Predict with a trained model", ID: "Prediksi dengan model terlatih"},
	Help: i18n.Text{
		EN: "Adds the predictions of a model that an earlier task trained to every row. The columns must have the names and types that it learned from.",
		ID: "Menambahkan prediksi model yang dilatih tugas sebelumnya ke setiap baris. Kolom harus bernama dan berjenis seperti saat dipelajari.",
	},
}
