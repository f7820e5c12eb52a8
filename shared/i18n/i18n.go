// Package i18n holds the words that all screens share, in English and
// Indonesian: the names of states and a sentence for each reason. The server,
// WordPress, the desktop app and the terminal show the same sentence.
package i18n

import (
	"ddap/shared/task"
)

// Language is a language that people can choose.
type Language string

// The languages that every text exists in.
const (
	English    Language = "en"
	Indonesian Language = "id"
)

// Languages lists them, the default first.
func Languages() []Language { return []Language{English, Indonesian} }

// Text is the same words in every language.
type Text struct {
	EN string `json:"en"`
	ID string `json:"id"`
}

// In gives the words in a language; English for one that is not known.
func (t Text) In(l Language) string {
	if l == Indonesian && t.ID != "" {
		return t.ID
	}
	return t.EN
}

// State gives the word for a state, such as "Waiting"; the code itself for one
// that only a newer server knows.
func State(s task.State) Text {
	if t, ok := states[s]; ok {
		return t
	}
	return Text{EN: string(s), ID: string(s)}
}

// Reason gives the sentence for a reason; the code itself for one that only a
// newer server knows, and nothing for the empty reason.
func Reason(r task.Reason) Text {
	if t, ok := reasons[r]; ok {
		return t
	}
	return Text{EN: string(r), ID: string(r)}
}

var states = map[task.State]Text{
	task.Scheduled: {"Scheduled", "Terjadwal"},
	task.Blocked:   {"Waiting for a step", "Menunggu langkah lain"},
	task.Queued:    {"Waiting", "Menunggu"},
	task.Leased:    {"Running", "Berjalan"},
	task.Running:   {"Running", "Berjalan"},
	task.Succeeded: {"Done", "Selesai"},
	task.Failed:    {"Failed", "Gagal"},
	task.Canceled:  {"Canceled", "Dibatalkan"},
}

var reasons = map[task.Reason]Text{
	task.WaitingForInput: {
		"It needs the output of a step that has not finished yet.",
		"Menunggu hasil dari langkah yang belum selesai.",
	},
	task.WaitingForTime: {
		"It starts at its scheduled time.",
		"Akan dimulai pada waktu yang dijadwalkan.",
	},
	task.WaitingForOwner: {
		"The owner of the data has been asked for permission.",
		"Pemilik data sedang dimintai izin.",
	},
	task.NoRunnerHasDataset: {
		"No connected computer shares this dataset now.",
		"Saat ini tidak ada komputer terhubung yang membagikan dataset ini.",
	},
	task.NoRunnerMatchesLabels: {
		"No computer has the labels that this task asks for.",
		"Tidak ada komputer dengan label yang diminta tugas ini.",
	},
	task.NoRunnerForOperation: {
		"No computer can do this kind of operation.",
		"Tidak ada komputer yang dapat menjalankan jenis operasi ini.",
	},
	task.RunnersBusy: {
		"Every computer that could do it is working on something else.",
		"Semua komputer yang dapat mengerjakannya sedang sibuk.",
	},
	task.RunnersOffline: {
		"The computer that has the data is offline.",
		"Komputer yang memiliki data sedang luring.",
	},
	task.RunnersPaused: {
		"The computer that has the data is paused.",
		"Komputer yang memiliki data sedang dijeda.",
	},
	task.RunnersDrained: {
		"The computer that has the data takes nothing new for now.",
		"Komputer yang memiliki data untuk sementara tidak menerima tugas baru.",
	},
	task.RunnersTooOld: {
		"The program on the computer that has the data has to be updated first.",
		"Program di komputer yang memiliki data harus diperbarui lebih dahulu.",
	},
	task.RunnersPending: {
		"The computer that has the data has not been approved yet.",
		"Komputer yang memiliki data belum disetujui.",
	},
	task.WaitingForRunner: {
		"It will be handed to a computer in a moment.",
		"Sebentar lagi akan diserahkan ke sebuah komputer.",
	},
	task.RetryBackoff: {
		"The last attempt did not finish; it will be tried again shortly.",
		"Percobaan terakhir tidak selesai; akan segera dicoba lagi.",
	},
	task.LeaseExpired: {
		"The computer stopped answering while it worked on this.",
		"Komputer berhenti merespons saat mengerjakan tugas ini.",
	},
	task.NotConfirmed: {
		"The computer never confirmed that it had started.",
		"Komputer tidak pernah mengonfirmasi bahwa pekerjaan telah dimulai.",
	},
	task.RunnerLost: {
		"The program on that computer was restarted while it worked on this.",
		"Program di komputer itu dimulai ulang saat mengerjakan tugas ini.",
	},
	task.RunnerRevoked: {
		"The computer that it needs was removed from this workspace.",
		"Komputer yang dibutuhkan telah dikeluarkan dari ruang kerja ini.",
	},
	task.RunnerStopping: {
		"The computer was shutting down and gave the task back.",
		"Komputer sedang dimatikan dan mengembalikan tugas ini.",
	},
	task.RunnerPaused: {
		"The owner of the computer paused it, and the task was given back.",
		"Pemilik menjeda komputer, dan tugas dikembalikan.",
	},
	task.ServerRestored: {
		"The server was restored from a backup, so the task will be done again.",
		"Server dipulihkan dari cadangan, sehingga tugas akan dikerjakan ulang.",
	},
	task.OwnerDeclined: {
		"The owner of the data did not allow it.",
		"Pemilik data tidak mengizinkannya.",
	},
	task.PolicyRefused: {
		"The data may only leave as summaries, and this would have shown more.",
		"Data hanya boleh keluar sebagai ringkasan, dan ini akan menampilkan lebih dari itu.",
	},
	task.InvalidParams: {
		"The settings of this task do not fit the data.",
		"Pengaturan tugas ini tidak sesuai dengan datanya.",
	},
	task.SourceUnreadable: {
		"The data could not be read.",
		"Data tidak dapat dibaca.",
	},
	task.OutOfMemory: {
		"It needed more memory than the computer allows.",
		"Tugas ini membutuhkan memori lebih besar daripada yang diizinkan komputer.",
	},
	task.DiskFull: {
		"The computer ran out of disk space.",
		"Komputer kehabisan ruang penyimpanan.",
	},
	task.Timeout: {
		"It took longer than its time limit.",
		"Waktu pengerjaan melebihi batasnya.",
	},
	task.CanceledByUser: {
		"Somebody canceled it.",
		"Seseorang membatalkannya.",
	},
	task.InputFailed: {
		"A step that it needs did not succeed.",
		"Langkah yang dibutuhkan tidak berhasil.",
	},
	task.InputLost: {
		"The output of an earlier step is no longer there.",
		"Hasil dari langkah sebelumnya sudah tidak ada.",
	},
	task.InputsOnDifferentRunners: {
		"Its inputs are on different computers and cannot be brought together.",
		"Masukannya berada di komputer yang berbeda dan tidak dapat digabungkan.",
	},
	task.DeadlinePassed: {
		"It was not finished before its deadline.",
		"Tugas tidak selesai sebelum tenggatnya.",
	},
	task.AttemptsExhausted: {
		"It was tried as often as allowed and did not succeed.",
		"Sudah dicoba sebanyak yang diizinkan dan tidak berhasil.",
	},
	task.EngineCrashed: {
		"The data engine stopped unexpectedly while it worked on this.",
		"Mesin data berhenti secara tak terduga saat mengerjakan tugas ini.",
	},
	task.ResultInvalid: {
		"The computer sent a result that could not be understood.",
		"Komputer mengirim hasil yang tidak dapat dipahami.",
	},
	task.ResultTooLarge: {
		"The result is larger than the server accepts.",
		"Hasilnya lebih besar daripada yang diterima server.",
	},
	task.OperationFailed: {
		"The operation failed on the computer that did it.",
		"Operasi gagal di komputer yang mengerjakannya.",
	},
}
