package render

import (
	"strconv"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

var needs = map[task.Need]i18n.Text{
	task.NeedsOtherRunner: {EN: "another computer", ID: "komputer lain"},
	task.NeedsDataset:     {EN: "datasets that it does not share", ID: "dataset yang tidak dibagikannya"},
	task.NeedsOperation:   {EN: "operations that it does not do", ID: "operasi yang tidak dapat dijalankannya"},
	task.NeedsLabels:      {EN: "labels that it does not have", ID: "label yang tidak dimilikinya"},
}

// RunnerWhy says why a computer gets no work.
func (v View) RunnerWhy(why api.RunnerWhy) []Line {
	var all []detail
	for _, r := range why.Reasons {
		text := r.Message.In(v.Language)
		if r.Detail != "" {
			text += " (" + r.Detail + ")"
		}
		all = append(all, detail{i18n.Text{EN: "Reason", ID: "Alasan"}, text})
	}
	all = append(all, detail{i18n.Text{EN: "Waiting tasks that it could do", ID: "Tugas yang dapat dikerjakannya"}, strconv.Itoa(why.Matching)})
	for _, u := range why.Unmet {
		word, ok := needs[u.Need]
		if !ok {
			word = i18n.Text{EN: string(u.Need)}
		}
		all = append(all, detail{i18n.Text{EN: "Waiting tasks that need", ID: "Tugas yang membutuhkan"}, v.in(word) + ": " + strconv.Itoa(u.Tasks)})
	}
	return v.details(all)
}
