<?php
/**
 * The words of states and reasons.
 *
 * Generated from shared/i18n and shared/task by `./task generate`; edit them there.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

return array(
	'states'         => array(
		'scheduled' => array(
			'glyph' => '◷',
			'light' => '#646970',
			'dark'  => '#a7aaad',
			'en'    => 'Scheduled',
			'id'    => 'Terjadwal',
		),
		'blocked' => array(
			'glyph' => '⧖',
			'light' => '#646970',
			'dark'  => '#a7aaad',
			'en'    => 'Waiting for a step',
			'id'    => 'Menunggu langkah lain',
		),
		'queued' => array(
			'glyph' => '…',
			'light' => '#2271b1',
			'dark'  => '#72aee6',
			'en'    => 'Waiting',
			'id'    => 'Menunggu',
		),
		'leased' => array(
			'glyph' => '▶',
			'light' => '#2271b1',
			'dark'  => '#72aee6',
			'en'    => 'Running',
			'id'    => 'Berjalan',
		),
		'running' => array(
			'glyph' => '▶',
			'light' => '#2271b1',
			'dark'  => '#72aee6',
			'en'    => 'Running',
			'id'    => 'Berjalan',
		),
		'succeeded' => array(
			'glyph' => '✓',
			'light' => '#007017',
			'dark'  => '#68de7c',
			'en'    => 'Done',
			'id'    => 'Selesai',
		),
		'failed' => array(
			'glyph' => '✕',
			'light' => '#b32d2e',
			'dark'  => '#f86368',
			'en'    => 'Failed',
			'id'    => 'Gagal',
		),
		'canceled' => array(
			'glyph' => '⊘',
			'light' => '#646970',
			'dark'  => '#a7aaad',
			'en'    => 'Canceled',
			'id'    => 'Dibatalkan',
		),
	),
	'reasons'        => array(
		'waiting_for_input' => array(
			'en' => 'It needs the output of a step that has not finished yet.',
			'id' => 'Menunggu hasil dari langkah yang belum selesai.',
		),
		'waiting_for_time' => array(
			'en' => 'It starts at its scheduled time.',
			'id' => 'Akan dimulai pada waktu yang dijadwalkan.',
		),
		'waiting_for_owner' => array(
			'en' => 'The owner of the data has been asked for permission.',
			'id' => 'Pemilik data sedang dimintai izin.',
		),
		'no_runner_has_dataset' => array(
			'en' => 'No connected computer shares this dataset now.',
			'id' => 'Saat ini tidak ada komputer terhubung yang membagikan dataset ini.',
		),
		'no_runner_matches_labels' => array(
			'en' => 'No computer has the labels that this task asks for.',
			'id' => 'Tidak ada komputer dengan label yang diminta tugas ini.',
		),
		'no_runner_for_operation' => array(
			'en' => 'No computer can do this kind of operation.',
			'id' => 'Tidak ada komputer yang dapat menjalankan jenis operasi ini.',
		),
		'runners_busy' => array(
			'en' => 'Every computer that could do it is working on something else.',
			'id' => 'Semua komputer yang dapat mengerjakannya sedang sibuk.',
		),
		'runners_offline' => array(
			'en' => 'The computer that has the data is offline.',
			'id' => 'Komputer yang memiliki data sedang luring.',
		),
		'runners_paused' => array(
			'en' => 'The computer that has the data is paused.',
			'id' => 'Komputer yang memiliki data sedang dijeda.',
		),
		'runners_drained' => array(
			'en' => 'The computer that has the data takes nothing new for now.',
			'id' => 'Komputer yang memiliki data untuk sementara tidak menerima tugas baru.',
		),
		'runners_too_old' => array(
			'en' => 'The program on the computer that has the data has to be updated first.',
			'id' => 'Program di komputer yang memiliki data harus diperbarui lebih dahulu.',
		),
		'runners_pending_approval' => array(
			'en' => 'The computer that has the data has not been approved yet.',
			'id' => 'Komputer yang memiliki data belum disetujui.',
		),
		'waiting_for_runner' => array(
			'en' => 'It will be handed to a computer in a moment.',
			'id' => 'Sebentar lagi akan diserahkan ke sebuah komputer.',
		),
		'retry_backoff' => array(
			'en' => 'The last attempt did not finish; it will be tried again shortly.',
			'id' => 'Percobaan terakhir tidak selesai; akan segera dicoba lagi.',
		),
		'lease_expired' => array(
			'en' => 'The computer stopped answering while it worked on this.',
			'id' => 'Komputer berhenti merespons saat mengerjakan tugas ini.',
		),
		'not_confirmed' => array(
			'en' => 'The computer never confirmed that it had started.',
			'id' => 'Komputer tidak pernah mengonfirmasi bahwa pekerjaan telah dimulai.',
		),
		'runner_lost' => array(
			'en' => 'The program on that computer was restarted while it worked on this.',
			'id' => 'Program di komputer itu dimulai ulang saat mengerjakan tugas ini.',
		),
		'runner_revoked' => array(
			'en' => 'The computer that it needs was removed from this workspace.',
			'id' => 'Komputer yang dibutuhkan telah dikeluarkan dari ruang kerja ini.',
		),
		'runner_stopping' => array(
			'en' => 'The computer was shutting down and gave the task back.',
			'id' => 'Komputer sedang dimatikan dan mengembalikan tugas ini.',
		),
		'runner_paused' => array(
			'en' => 'The owner of the computer paused it, and the task was given back.',
			'id' => 'Pemilik menjeda komputer, dan tugas dikembalikan.',
		),
		'server_restored' => array(
			'en' => 'The server was restored from a backup, so the task will be done again.',
			'id' => 'Server dipulihkan dari cadangan, sehingga tugas akan dikerjakan ulang.',
		),
		'owner_declined' => array(
			'en' => 'The owner of the data did not allow it.',
			'id' => 'Pemilik data tidak mengizinkannya.',
		),
		'policy_refused' => array(
			'en' => 'The data may only leave as summaries, and this would have shown more.',
			'id' => 'Data hanya boleh keluar sebagai ringkasan, dan ini akan menampilkan lebih dari itu.',
		),
		'invalid_params' => array(
			'en' => 'The settings of this task do not fit the data.',
			'id' => 'Pengaturan tugas ini tidak sesuai dengan datanya.',
		),
		'source_unreadable' => array(
			'en' => 'The data could not be read.',
			'id' => 'Data tidak dapat dibaca.',
		),
		'out_of_memory' => array(
			'en' => 'It needed more memory than the computer allows.',
			'id' => 'Tugas ini membutuhkan memori lebih besar daripada yang diizinkan komputer.',
		),
		'disk_full' => array(
			'en' => 'The computer ran out of disk space.',
			'id' => 'Komputer kehabisan ruang penyimpanan.',
		),
		'timeout' => array(
			'en' => 'It took longer than its time limit.',
			'id' => 'Waktu pengerjaan melebihi batasnya.',
		),
		'canceled_by_user' => array(
			'en' => 'Somebody canceled it.',
			'id' => 'Seseorang membatalkannya.',
		),
		'input_failed' => array(
			'en' => 'A step that it needs did not succeed.',
			'id' => 'Langkah yang dibutuhkan tidak berhasil.',
		),
		'input_lost' => array(
			'en' => 'The output of an earlier step is no longer there.',
			'id' => 'Hasil dari langkah sebelumnya sudah tidak ada.',
		),
		'inputs_on_different_runners' => array(
			'en' => 'Its inputs are on different computers and cannot be brought together.',
			'id' => 'Masukannya berada di komputer yang berbeda dan tidak dapat digabungkan.',
		),
		'deadline_passed' => array(
			'en' => 'It was not finished before its deadline.',
			'id' => 'Tugas tidak selesai sebelum tenggatnya.',
		),
		'attempts_exhausted' => array(
			'en' => 'It was tried as often as allowed and did not succeed.',
			'id' => 'Sudah dicoba sebanyak yang diizinkan dan tidak berhasil.',
		),
		'engine_crashed' => array(
			'en' => 'The data engine stopped unexpectedly while it worked on this.',
			'id' => 'Mesin data berhenti secara tak terduga saat mengerjakan tugas ini.',
		),
		'result_invalid' => array(
			'en' => 'The computer sent a result that could not be understood.',
			'id' => 'Komputer mengirim hasil yang tidak dapat dipahami.',
		),
		'result_too_large' => array(
			'en' => 'The result is larger than the server accepts.',
			'id' => 'Hasilnya lebih besar daripada yang diterima server.',
		),
		'operation_failed' => array(
			'en' => 'The operation failed on the computer that did it.',
			'id' => 'Operasi gagal di komputer yang mengerjakannya.',
		),
	),
	'runner_reasons' => array(
		'revoked' => array(
			'en' => 'It was removed from this workspace. To come back it has to join again.',
			'id' => 'Komputer ini telah dikeluarkan dari ruang kerja. Untuk kembali, ia harus bergabung lagi.',
		),
		'pending_approval' => array(
			'en' => 'An operator has not let it in yet.',
			'id' => 'Operator belum menyetujuinya.',
		),
		'version_too_old' => array(
			'en' => 'Its program is older than this server accepts. Update it.',
			'id' => 'Programnya lebih lama daripada yang diterima server ini. Perbarui programnya.',
		),
		'offline' => array(
			'en' => 'It has not been heard of for a while.',
			'id' => 'Komputer ini sudah beberapa waktu tidak memberi kabar.',
		),
		'paused_by_operator' => array(
			'en' => 'An operator has paused it.',
			'id' => 'Operator menjedanya.',
		),
		'paused_by_owner' => array(
			'en' => 'Its owner has paused it.',
			'id' => 'Pemiliknya menjedanya.',
		),
		'drained' => array(
			'en' => 'An operator lets it finish what it has, and it gets nothing new.',
			'id' => 'Operator membiarkannya menyelesaikan tugas yang ada, tanpa memberi tugas baru.',
		),
		'stopping' => array(
			'en' => 'Its program is about to stop.',
			'id' => 'Programnya sedang berhenti.',
		),
		'must_ping' => array(
			'en' => 'It did not confirm the last tasks that it was given, and gets more once it reports.',
			'id' => 'Komputer ini tidak mengonfirmasi tugas terakhir; tugas baru diberikan setelah ia memberi kabar.',
		),
		'busy' => array(
			'en' => 'It works on as many tasks as it takes at once.',
			'id' => 'Komputer ini sedang mengerjakan tugas sebanyak yang dapat ditanganinya sekaligus.',
		),
		'no_tasks' => array(
			'en' => 'No task is waiting.',
			'id' => 'Tidak ada tugas yang menunggu.',
		),
		'no_matching_tasks' => array(
			'en' => 'Tasks are waiting, but none that it could do.',
			'id' => 'Ada tugas yang menunggu, tetapi tidak ada yang dapat dikerjakannya.',
		),
		'work_in_a_moment' => array(
			'en' => 'Nothing is in the way; it is given a task in a moment.',
			'id' => 'Tidak ada hambatan; sebentar lagi ia mendapat tugas.',
		),
	),
);
