package render

import "ddap/shared/i18n"

// The headings of columns and of details. States and reasons have their words
// in package i18n, because every screen shows those.
var (
	wordActivity   = i18n.Text{EN: "ACTIVITY", ID: "KEGIATAN"}
	wordAge        = i18n.Text{EN: "AGE", ID: "USIA"}
	wordAttempts   = i18n.Text{EN: "Attempts", ID: "Percobaan"}
	wordBy         = i18n.Text{EN: "BY", ID: "OLEH"}
	wordColumns    = i18n.Text{EN: "COLUMNS", ID: "KOLOM"}
	wordComputer   = i18n.Text{EN: "COMPUTER", ID: "KOMPUTER"}
	wordCreated    = i18n.Text{EN: "Created", ID: "Dibuat"}
	wordDatasets   = i18n.Text{EN: "DATASETS", ID: "DATASET"}
	wordDeadline   = i18n.Text{EN: "Deadline", ID: "Tenggat"}
	wordEnded      = i18n.Text{EN: "Ended", ID: "Berakhir"}
	wordEvent      = i18n.Text{EN: "EVENT", ID: "KEJADIAN"}
	wordExpires    = i18n.Text{EN: "EXPIRES", ID: "KEDALUWARSA"}
	wordFiles      = i18n.Text{EN: "Files", ID: "Berkas"}
	wordID         = i18n.Text{EN: "ID", ID: "ID"}
	wordHealth     = i18n.Text{EN: "Health", ID: "Keadaan"}
	wordKey        = i18n.Text{EN: "Key", ID: "Kunci"}
	wordLabels     = i18n.Text{EN: "LABELS", ID: "LABEL"}
	wordMetrics    = i18n.Text{EN: "Numbers", ID: "Angka"}
	wordName       = i18n.Text{EN: "NAME", ID: "NAMA"}
	wordNotes      = i18n.Text{EN: "Notes", ID: "Catatan"}
	wordOffline    = i18n.Text{EN: "○ offline", ID: "○ luring"}
	wordOnline     = i18n.Text{EN: "● online", ID: "● daring"}
	wordOperation  = i18n.Text{EN: "OP", ID: "OP"}
	wordParameters = i18n.Text{EN: "Parameters", ID: "Parameter"}
	wordPipeline   = i18n.Text{EN: "Pipeline", ID: "Rangkaian"}
	wordPolicy     = i18n.Text{EN: "MAY LEAVE", ID: "BOLEH KELUAR"}
	wordRetryOf    = i18n.Text{EN: "Retry of", ID: "Ulangan dari"}
	wordRequired   = i18n.Text{EN: "required", ID: "wajib"}
	wordRole       = i18n.Text{EN: "ROLE", ID: "PERAN"}
	wordRows       = i18n.Text{EN: "ROWS", ID: "BARIS"}
	wordSeen       = i18n.Text{EN: "SEEN", ID: "TERLIHAT"}
	wordServer     = i18n.Text{EN: "Server", ID: "Server"}
	wordStarted    = i18n.Text{EN: "Started", ID: "Dimulai"}
	wordStarts     = i18n.Text{EN: "Starts", ID: "Mulai"}
	wordState      = i18n.Text{EN: "STATE", ID: "STATUS"}
	wordStep       = i18n.Text{EN: "STEP", ID: "LANGKAH"}
	wordTook       = i18n.Text{EN: "TOOK", ID: "LAMA"}
	wordWaitsFor   = i18n.Text{EN: "Waits for", ID: "Menunggu"}
	wordWhen       = i18n.Text{EN: "WHEN", ID: "KAPAN"}
	wordWithheld   = i18n.Text{EN: "withheld", ID: "ditahan"}
	wordWorkspace  = i18n.Text{EN: "Workspace", ID: "Ruang kerja"}
)

// What stands where a list would be and is empty: what it is for, and the first step.
var (
	emptyTasks = i18n.Text{
		EN: "No tasks here. A task asks one question of one dataset; create one with: ddap-admin tasks create",
		ID: "Tidak ada tugas di sini. Satu tugas adalah satu pertanyaan pada satu dataset; buat dengan: ddap-admin tasks create",
	}
	emptyPipelines = i18n.Text{
		EN: "No pipelines. A pipeline is several tasks that use what the others made; create one with: ddap-admin pipelines create",
		ID: "Tidak ada rangkaian. Rangkaian adalah beberapa tugas yang memakai hasil satu sama lain; buat dengan: ddap-admin pipelines create",
	}
	emptyRunners = i18n.Text{
		EN: "No computers yet. Make an invitation with ddap-admin enroll, and give it to ddap-runner --token on the computer that has the data.",
		ID: "Belum ada komputer. Buat undangan dengan ddap-admin enroll, lalu berikan ke ddap-runner --token di komputer yang memiliki data.",
	}
	emptyDatasets = i18n.Text{
		EN: "Nothing is shared yet. The owner of data shares it on their own computer: ddap-runner --data NAME=PATH",
		ID: "Belum ada yang dibagikan. Pemilik data membagikannya di komputernya sendiri: ddap-runner --data NAMA=PATH",
	}
	emptyKeys = i18n.Text{
		EN: "No keys. A key lets a person or a program use this server; make one with: ddap-admin keys create",
		ID: "Tidak ada kunci. Kunci memberi orang atau program akses ke server ini; buat dengan: ddap-admin keys create",
	}
	emptyEvents = i18n.Text{
		EN: "Nothing has happened to this task yet.",
		ID: "Belum ada yang terjadi pada tugas ini.",
	}
)
