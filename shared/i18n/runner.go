package i18n

import "ddap/shared/task"

// RunnerReason gives the sentence for why a runner gets no work; the code
// itself for one that only a newer server knows.
func RunnerReason(r task.RunnerReason) Text {
	if t, ok := runnerReasons[r]; ok {
		return t
	}
	return Text{EN: string(r), ID: string(r)}
}

var runnerReasons = map[task.RunnerReason]Text{
	task.IsRevoked: {
		"It was removed from this workspace. To come back it has to join again.",
		"Komputer ini telah dikeluarkan dari ruang kerja. Untuk kembali, ia harus bergabung lagi.",
	},
	task.IsPending: {
		"An operator has not let it in yet.",
		"Operator belum menyetujuinya.",
	},
	task.IsTooOld: {
		"Its program is older than this server accepts. Update it.",
		"Programnya lebih lama daripada yang diterima server ini. Perbarui programnya.",
	},
	task.IsOffline: {
		"It has not been heard of for a while.",
		"Komputer ini sudah beberapa waktu tidak memberi kabar.",
	},
	task.IsPaused: {
		"An operator has paused it.",
		"Operator menjedanya.",
	},
	task.IsPausedByOwner: {
		"Its owner has paused it.",
		"Pemiliknya menjedanya.",
	},
	task.IsDrained: {
		"An operator lets it finish what it has, and it gets nothing new.",
		"Operator membiarkannya menyelesaikan tugas yang ada, tanpa memberi tugas baru.",
	},
	task.IsStopping: {
		"Its program is about to stop.",
		"Programnya sedang berhenti.",
	},
	task.MustPing: {
		"It did not confirm the last tasks that it was given, and gets more once it reports.",
		"Komputer ini tidak mengonfirmasi tugas terakhir; tugas baru diberikan setelah ia memberi kabar.",
	},
	task.IsBusy: {
		"It works on as many tasks as it takes at once.",
		"Komputer ini sedang mengerjakan tugas sebanyak yang dapat ditanganinya sekaligus.",
	},
	task.NoTasks: {
		"No task is waiting.",
		"Tidak ada tugas yang menunggu.",
	},
	task.NoMatchingTasks: {
		"Tasks are waiting, but none that it could do.",
		"Ada tugas yang menunggu, tetapi tidak ada yang dapat dikerjakannya.",
	},
	task.GetsWorkInAMoment: {
		"Nothing is in the way; it is given a task in a moment.",
		"Tidak ada hambatan; sebentar lagi ia mendapat tugas.",
	},
}
