package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ddap/shared/i18n"
	"ddap/shared/result"
)

// fixed are the words of the report's frame.
var fixed = map[string]i18n.Text{
	"report":    {EN: "Report", ID: "Laporan"},
	"contents":  {EN: "Contents", ID: "Isi"},
	"made":      {EN: "Made on", ID: "Dibuat pada"},
	"by":        {EN: "by DDAP", ID: "oleh DDAP"},
	"figures":   {EN: "Key figures", ID: "Angka utama"},
	"charts":    {EN: "Charts", ID: "Grafik"},
	"tables":    {EN: "Tables", ID: "Tabel"},
	"notes":     {EN: "Good to know", ID: "Perlu diketahui"},
	"method":    {EN: "How it was made", ID: "Cara pembuatannya"},
	"sources":   {EN: "Where the data comes from", ID: "Asal data"},
	"dataset":   {EN: "Dataset", ID: "Dataset"},
	"revision":  {EN: "Revision", ID: "Revisi"},
	"computer":  {EN: "Computer", ID: "Komputer"},
	"setting":   {EN: "Setting", ID: "Pengaturan"},
	"value":     {EN: "Value", ID: "Nilai"},
	"data":      {EN: "Show the data", ID: "Tampilkan data"},
	"withheld":  {EN: "withheld", ID: "ditahan"},
	"missing":   {EN: "missing", ID: "tidak ada"},
	"yes":       {EN: "yes", ID: "ya"},
	"no":        {EN: "no", ID: "tidak"},
	"figure":    {EN: "Figure", ID: "Gambar"},
	"table":     {EN: "Table", ID: "Tabel"},
	"first":     {EN: "The first {shown} of {total} rows.", ID: "{shown} baris pertama dari {total}."},
	"attached":  {EN: "All rows are in the file", ID: "Semua baris ada di berkas"},
	"area":      {EN: "Bars differ in width: their area shows the number of rows.", ID: "Lebar batang berbeda: luasnya menunjukkan jumlah baris."},
	"astable":   {EN: "This chart is shown as a table only.", ID: "Grafik ini hanya ditampilkan sebagai tabel."},
	"from":      {EN: "From", ID: "Dari"},
	"to":        {EN: "To", ID: "Sampai"},
	"series":    {EN: "Series", ID: "Seri"},
	"policy":    {EN: "Summaries only, of at least {n} rows", ID: "Hanya ringkasan, minimal {n} baris"},
	"legend":    {EN: "Groups", ID: "Kelompok"},
	"identity":  {EN: "On the dashed line, prediction and actual value agree.", ID: "Pada garis putus-putus, prediksi sama dengan nilai sebenarnya."},
	"page":      {EN: "Page {page} of {pages}", ID: "Halaman {page} dari {pages}"},
	"previous":  {EN: "Previous", ID: "Sebelumnya"},
	"next":      {EN: "Next", ID: "Berikutnya"},
	"file":      {EN: "File", ID: "Berkas"},
	"format":    {EN: "Format", ID: "Format"},
	"rowsthere": {EN: "Rows of the source", ID: "Baris sumber"},
	"rowsmade":  {EN: "Rows of the outcome", ID: "Baris keluaran"},
	"bytes":     {EN: "Bytes", ID: "Bita"},
	"sha256":    {EN: "SHA-256", ID: "SHA-256"},
	"engine":    {EN: "Read by", ID: "Dibaca oleh"},
	"answers":   {EN: "Answers", ID: "Jawaban"},
	"thinned":   {EN: "{shown} of {total} points are drawn.", ID: "{shown} dari {total} titik digambar."},
	"notdrawn":  {EN: "{n} more charts are not drawn, to keep this report small; the result itself has them.", ID: "{n} grafik lain tidak digambar agar laporan ini tetap kecil; hasilnya sendiri memuatnya."},
	"whiskers":  {EN: "The line through a bar is its confidence interval.", ID: "Garis pada batang adalah selang kepercayaannya."},
	"boxes": {EN: "A box holds the middle half, its line is the median, and the whiskers end at the minimum and the maximum.",
		ID: "Kotak memuat separuh bagian tengah, garisnya median, dan ujung kumisnya minimum dan maksimum."},
	"cellswithheld": {EN: "Numbers withheld", ID: "Angka yang ditahan"},
	"moredata":      {EN: "The result itself has all.", ID: "Hasilnya sendiri memuat semuanya."},
	"keys":          {EN: "Arrow keys go from mark to mark", ID: "Tombol panah berpindah dari tanda ke tanda"},
	"spread":        {EN: "Std. dev. of", ID: "Simp. baku"},
	"columnsof":     {EN: "Columns {from} to {to} of {all}.", ID: "Kolom {from} sampai {to} dari {all}."},
	"sheet":         {EN: "Page {page} / {pages}", ID: "Halaman {page} / {pages}"},
	"lacking":       {EN: "□ stands for a character that the font of this file does not have.", ID: "□ mengganti karakter yang tidak ada dalam fon berkas ini."},
	"everything":    {EN: "all rows", ID: "semua baris"},
}

// labels are the names of metrics, columns and settings that operations use.
var labels = map[string]i18n.Text{
	"rows":                    {EN: "Rows", ID: "Baris"},
	"rows_total":              {EN: "Rows in all", ID: "Seluruh baris"},
	"rows_left_out":           {EN: "Rows left out", ID: "Baris tidak diambil"},
	"rows_before":             {EN: "Rows before", ID: "Baris sebelum"},
	"rows_after":              {EN: "Rows after", ID: "Baris sesudah"},
	"rows_dropped":            {EN: "Rows dropped", ID: "Baris dibuang"},
	"rows_grouped":            {EN: "Rows in groups", ID: "Baris dalam kelompok"},
	"rows_right":              {EN: "Rows of the other data", ID: "Baris data lainnya"},
	"rows_dropped_missing":    {EN: "Rows dropped for missing values", ID: "Baris dibuang karena nilai hilang"},
	"values_filled":           {EN: "Missing values filled", ID: "Nilai hilang yang diisi"},
	"rows_used":               {EN: "Rows used", ID: "Baris dipakai"},
	"columns":                 {EN: "Columns", ID: "Kolom"},
	"inputs":                  {EN: "Results", ID: "Hasil"},
	"r2":                      {EN: "R²", ID: "R²"},
	"adjusted_r2":             {EN: "Adjusted R²", ID: "R² disesuaikan"},
	"root_mean_squared_error": {EN: "Root mean squared error", ID: "Akar galat kuadrat rata-rata"},
	"mean_absolute_error":     {EN: "Mean absolute error", ID: "Galat mutlak rata-rata"},
	"residual_std_error":      {EN: "Residual standard error", ID: "Galat baku residual"},
	"degrees_of_freedom":      {EN: "Degrees of freedom", ID: "Derajat kebebasan"},
	"f_statistic":             {EN: "F statistic", ID: "Statistik F"},
	"f_pvalue":                {EN: "p of F", ID: "p dari F"},
	"n_clusters":              {EN: "Groups", ID: "Kelompok"},
	"inertia":                 {EN: "Inertia", ID: "Inersia"},
	"n_iter":                  {EN: "Iterations", ID: "Iterasi"},
	"silhouette_score":        {EN: "Silhouette score", ID: "Skor siluet"},
	"pairs":                   {EN: "Pairs of columns", ID: "Pasangan kolom"},
	"strongest_coefficient":   {EN: "Strongest coefficient", ID: "Koefisien terkuat"},
	"strongest_rows":          {EN: "Rows of the strongest", ID: "Baris yang terkuat"},

	"column":      {EN: "Column", ID: "Kolom"},
	"type":        {EN: "Type", ID: "Jenis"},
	"count":       {EN: "Count", ID: "Jumlah"},
	"missing":     {EN: "Missing", ID: "Hilang"},
	"distinct":    {EN: "Distinct", ID: "Berbeda"},
	"mean":        {EN: "Mean", ID: "Rata-rata"},
	"std":         {EN: "Std. dev.", ID: "Simp. baku"},
	"min":         {EN: "Min", ID: "Min"},
	"max":         {EN: "Max", ID: "Maks"},
	"value":       {EN: "Value", ID: "Nilai"},
	"term":        {EN: "Term", ID: "Suku"},
	"coefficient": {EN: "Coefficient", ID: "Koefisien"},
	"std_error":   {EN: "Std. error", ID: "Galat baku"},
	"t":           {EN: "t", ID: "t"},
	"p_value":     {EN: "p", ID: "p"},
	"ci_lower":    {EN: "Interval from", ID: "Selang dari"},
	"ci_upper":    {EN: "Interval to", ID: "Selang sampai"},
	"cluster":     {EN: "Group", ID: "Kelompok"},
	"size":        {EN: "Rows", ID: "Baris"},

	"model":            {EN: "Model", ID: "Model"},
	"target":           {EN: "Column to explain", ID: "Kolom yang dijelaskan"},
	"features":         {EN: "Columns to learn from", ID: "Kolom untuk dipelajari"},
	"fit_intercept":    {EN: "Intercept", ID: "Intersep"},
	"method":           {EN: "Method", ID: "Metode"},
	"min_periods":      {EN: "Rows at least", ID: "Baris paling sedikit"},
	"confidence_level": {EN: "Confidence level", ID: "Tingkat kepercayaan"},
	"random_state":     {EN: "Random seed", ID: "Benih acak"},
	"n_init":           {EN: "Starts", ID: "Jumlah percobaan"},
	"max_iter":         {EN: "Iterations at most", ID: "Iterasi paling banyak"},
	"tol":              {EN: "Tolerance", ID: "Toleransi"},
	"standardize":      {EN: "Standardized features", ID: "Fitur distandarkan"},
	"limit":            {EN: "Rows at most", ID: "Baris paling banyak"},
	"profile":          {EN: "Profile", ID: "Profil"},
	"preview_rows":     {EN: "Rows shown", ID: "Baris yang ditampilkan"},
	"where":            {EN: "Conditions", ID: "Syarat"},
	"select":           {EN: "Columns kept", ID: "Kolom yang disimpan"},
	"sort":             {EN: "Sorted by", ID: "Diurutkan menurut"},
	"join":             {EN: "Joined with", ID: "Digabungkan dengan"},
	"derive":           {EN: "New columns", ID: "Kolom baru"},
	"group_by":         {EN: "Grouped by", ID: "Dikelompokkan menurut"},
	"aggregates":       {EN: "Numbers of each group", ID: "Angka setiap kelompok"},
	"dropna":           {EN: "Groups without a key left out", ID: "Kelompok tanpa kunci diabaikan"},
	"pivot":            {EN: "Pivot table", ID: "Tabel pivot"},
	"rolling":          {EN: "Rolling numbers", ID: "Angka bergulir"},
	"resample":         {EN: "Numbers by time", ID: "Angka menurut waktu"},
	"drop_duplicates":  {EN: "Duplicates dropped", ID: "Baris ganda dibuang"},

	"x":               {EN: "Column", ID: "Kolom"},
	"y":               {EN: "Other column", ID: "Kolom lain"},
	"n":               {EN: "Rows", ID: "Baris"},
	"group":           {EN: "Group", ID: "Kelompok"},
	"other":           {EN: "Other group", ID: "Kelompok lain"},
	"df":              {EN: "Degrees of freedom", ID: "Derajat kebebasan"},
	"difference":      {EN: "Difference", ID: "Selisih"},
	"median":          {EN: "Median", ID: "Median"},
	"source":          {EN: "Source", ID: "Sumber"},
	"sum_sq":          {EN: "Sum of squares", ID: "Jumlah kuadrat"},
	"mean_sq":         {EN: "Mean square", ID: "Kuadrat rata-rata"},
	"f":               {EN: "F", ID: "F"},
	"class":           {EN: "Class", ID: "Kelas"},
	"true class":      {EN: "True class", ID: "Kelas sebenarnya"},
	"support":         {EN: "Rows", ID: "Baris"},
	"feature":         {EN: "Feature", ID: "Fitur"},
	"importance":      {EN: "Importance", ID: "Kepentingan"},
	"importance_mean": {EN: "Importance", ID: "Kepentingan"},
	"importance_std":  {EN: "Std. dev.", ID: "Simp. baku"},
	"rule":            {EN: "Rule", ID: "Aturan"},
	"leaf":            {EN: "Leaf", ID: "Daun"},
	"node":            {EN: "Node", ID: "Simpul"},
	"depth":           {EN: "Depth", ID: "Kedalaman"},
	"n_node_samples":  {EN: "Rows", ID: "Baris"},
	"prediction":      {EN: "Prediction", ID: "Prediksi"},
	"probability":     {EN: "Probability", ID: "Peluang"},
	"encoding":        {EN: "Encoding", ID: "Pengodean"},
	"scale":           {EN: "Scale", ID: "Skala"},
	"outcome":         {EN: "Outcome", ID: "Hasil"},
	"25%":             {EN: "25 %", ID: "25 %"},
	"50%":             {EN: "Median", ID: "Median"},
	"75%":             {EN: "75 %", ID: "75 %"},
	"q1":              {EN: "25 %", ID: "25 %"},
	"q3":              {EN: "75 %", ID: "75 %"},
	"rows_train":      {EN: "Rows to learn from", ID: "Baris untuk belajar"},
	"rows_test":       {EN: "Rows to judge by", ID: "Baris untuk menilai"},
	"rows_predicted":  {EN: "Rows predicted", ID: "Baris diprediksi"},
	"n_leaves":        {EN: "Leaves", ID: "Jumlah daun"},
	"oob_score":       {EN: "Out-of-bag score", ID: "Skor out-of-bag"},
}

// kinds are the names of what results are.
var kinds = map[string]i18n.Text{
	"fetch":                       {EN: "A look at the data", ID: "Melihat data"},
	"filter":                      {EN: "Filtered data", ID: "Data tersaring"},
	"analyze.describe":            {EN: "Description", ID: "Deskripsi"},
	"analyze.correlation":         {EN: "Correlation", ID: "Korelasi"},
	"analyze.linear_regression":   {EN: "Linear regression", ID: "Regresi linear"},
	"analyze.kmeans":              {EN: "Groups (k-means)", ID: "Kelompok (k-means)"},
	"analyze.t_test":              {EN: "t test", ID: "Uji t"},
	"analyze.mann_whitney":        {EN: "Mann-Whitney test", ID: "Uji Mann-Whitney"},
	"analyze.chi_square":          {EN: "Chi-square test", ID: "Uji chi-kuadrat"},
	"analyze.anova":               {EN: "Analysis of variance", ID: "Analisis varians"},
	"analyze.ridge":               {EN: "Ridge regression", ID: "Regresi ridge"},
	"analyze.lasso":               {EN: "Lasso", ID: "Lasso"},
	"analyze.elastic_net":         {EN: "Elastic net", ID: "Elastic net"},
	"analyze.logistic_regression": {EN: "Logistic regression", ID: "Regresi logistik"},
	"analyze.decision_tree":       {EN: "Decision tree", ID: "Pohon keputusan"},
	"analyze.random_forest":       {EN: "Random forest", ID: "Hutan acak"},
	"analyze.gradient_boosting":   {EN: "Gradient boosting", ID: "Gradient boosting"},
	"analyze.auto":                {EN: "The model that suits best", ID: "Model yang paling cocok"},
	"analyze.predict":             {EN: "Predictions", ID: "Prediksi"},
	"export":                      {EN: "Export", ID: "Ekspor"},
	"analyze.isolation_forest":    {EN: "Unusual rows (isolation forest)", ID: "Baris tidak biasa (isolation forest)"},
	"analyze.dbscan":              {EN: "Groups and noise (DBSCAN)", ID: "Kelompok dan derau (DBSCAN)"},
	"analyze.pca":                 {EN: "Principal components", ID: "Komponen utama"},
}

var typeNames = map[result.Type]i18n.Text{
	result.Text: {EN: "text", ID: "teks"}, result.Integer: {EN: "whole number", ID: "bilangan bulat"},
	result.Float: {EN: "number", ID: "angka"}, result.Boolean: {EN: "yes or no", ID: "ya atau tidak"},
	result.Date: {EN: "date", ID: "tanggal"}, result.Timestamp: {EN: "timestamp", ID: "stempel waktu"},
	result.Time: {EN: "time of day", ID: "jam"}, result.Other: {EN: "other", ID: "lainnya"},
}

// summaries are the sentences of results in Indonesian, with the names of
// metrics and parameters in braces; documents carry the English ones.
var summaries = map[string]string{
	"fetch":                     "{rows} baris dengan {columns} kolom.",
	"filter":                    "{rows_after} dari {rows_before} baris tersisa, dengan {columns} kolom.",
	"filter.groups":             "{rows_grouped} dari {rows_before} baris dikelompokkan, dengan {columns} kolom.",
	"analyze.describe":          "{columns} kolom dari {rows} baris.",
	"analyze.correlation":       "Korelasi terkuat ({method}) dari {pairs} pasangan kolom adalah {strongest_coefficient}, dari {strongest_rows} baris.",
	"analyze.kmeans":            "{rows_used} baris terbagi menjadi {n_clusters} kelompok.",
	"analyze.linear_regression": "{target} dijelaskan oleh kolom lain, dari {rows_used} baris: R² sebesar {r2}, dan prediksi rata-rata meleset {mean_absolute_error}.",
	"analyze.isolation_forest":  "{n_anomalies} dari {rows_used} baris berbeda dari yang lain.",
	"analyze.dbscan":            "{rows_used} baris terbagi menjadi {n_clusters} kelompok; {rows_noise} di antaranya derau.",
	"analyze.pca":               "{n_components} komponen menjelaskan bagian {explained_variance_ratio} dari varians {rows_used} baris.",
	"analyze.predict":           "{target} diprediksi untuk {rows_predicted} baris.",
	"trained.test_r2":           "{target} diprediksi dari kolom lain: pada {rows_test} baris yang belum pernah dilihat, R² sebesar {test_r2}, dan prediksi rata-rata meleset {test_mean_absolute_error}.",
	"trained.cv_r2_mean":        "{target} diprediksi dari kolom lain: pada baris yang belum pernah dilihat, R² rata-rata {cv_r2_mean}, dan prediksi meleset {cv_mean_absolute_error_mean}.",
	"trained.train_r2":          "{target} diprediksi dari kolom lain: pada {rows_used} baris yang dipelajari, R² sebesar {train_r2}, dan prediksi rata-rata meleset {train_mean_absolute_error}.",
	"trained.test_accuracy":     "{target} diprediksi dari kolom lain: pada {rows_test} baris yang belum pernah dilihat, akurasinya {test_accuracy}; selalu menyebut kelas tersering mencapai {baseline_accuracy}.",
	"trained.cv_accuracy_mean":  "{target} diprediksi dari kolom lain: pada baris yang belum pernah dilihat, akurasi rata-ratanya {cv_accuracy_mean}.",
	"trained.train_accuracy":    "{target} diprediksi dari kolom lain: pada {rows_used} baris yang dipelajari, akurasinya {train_accuracy}.",
}

// phrase is a sentence or title of a document, and its form in Indonesian.
type phrase struct {
	english    *regexp.Regexp
	exact      string
	indonesian string
}

func say(english, indonesian string) phrase {
	pattern := regexp.QuoteMeta(english)
	pattern = strings.ReplaceAll(pattern, `\.\.\.`, "(.+)")
	return phrase{regexp.MustCompile("^" + pattern + "$"), english, indonesian}
}

// phrases are the titles and notes that operations and egress write.
var phrases = []phrase{
	say("Rows", "Baris"), say("Feature", "Fitur"), say("Group", "Kelompok"), say("Columns", "Kolom"),
	say("Group ...", "Kelompok ${1}"),
	say("First rows", "Baris pertama"),
	say("Profile of every column", "Profil setiap kolom"),
	say("Description of every column", "Deskripsi setiap kolom"),
	say("Most frequent values", "Nilai tersering"),
	say("Most frequent values of ...", "Nilai tersering ${1}"),
	say("Distribution of ...", "Sebaran ${1}"),
	say("Coefficients", "Koefisien"),
	say("Standardized coefficient", "Koefisien terstandar"),
	say("Effect of each feature on ...", "Pengaruh setiap fitur terhadap ${1}"),
	say("Correlation of each two columns", "Korelasi setiap dua kolom"),
	say("Pairs of columns, the strongest first", "Pasangan kolom, yang terkuat lebih dulu"),
	say("Column", "Kolom"), say("Coefficient", "Koefisien"),
	say("There is no coefficient for a column without two different numbers: ....", "Tidak ada koefisien untuk kolom tanpa dua angka yang berbeda: ${1}."),
	say("Only rows with a number in every column are counted, for this data is shared as summaries only.",
		"Hanya baris dengan angka di setiap kolom yang dihitung, karena data ini hanya dibagikan sebagai ringkasan."),
	say("Errors of the predictions", "Galat prediksi"),
	say("Actual minus predicted ...", "${1} sebenarnya dikurangi prediksi"),
	say("Predicted and actual ...", "${1}: prediksi dan sebenarnya"),
	say("Predicted ...", "Prediksi ${1}"),
	say("Actual ...", "${1} sebenarnya"),
	say("Groups and their centres", "Kelompok dan pusatnya"),
	say("Size of each group", "Ukuran setiap kelompok"),
	say("Groups by ... and ...", "Kelompok menurut ${1} dan ${2}"),

	say("How columns became numbers", "Cara kolom menjadi angka"),
	say("True and predicted classes of rows that the model had not seen", "Kelas sebenarnya dan prediksi pada baris yang belum pernah dilihat model"),
	say("True and predicted classes of rows that the model learned from", "Kelas sebenarnya dan prediksi pada baris yang dipelajari model"),
	say("How well each class was found", "Ketepatan setiap kelas"),
	say("How much each column matters", "Kepentingan setiap kolom"),
	say("How much worse without each column", "Penurunan bila kolom diacak"),
	say("ROC curve, rows that the model had not seen", "Kurva ROC, baris yang belum pernah dilihat model"),
	say("ROC curve, rows that the model learned from", "Kurva ROC, baris yang dipelajari model"),
	say("Precision and recall of ..., rows that the model had not seen", "Presisi dan recall ${1}, baris yang belum pernah dilihat model"),
	say("Precision and recall of ..., rows that the model learned from", "Presisi dan recall ${1}, baris yang dipelajari model"),
	say("How often ... was right, by its probability", "Seberapa sering ${1} tepat, menurut peluangnya"),
	say("Errors on rows that the model had not seen", "Galat pada baris yang belum pernah dilihat model"),
	say("Errors on rows that the model learned from", "Galat pada baris yang dipelajari model"),
	say("Predicted and actual ..., rows that the model had not seen", "${1}: prediksi dan sebenarnya, baris yang belum pernah dilihat model"),
	say("Predicted and actual ..., rows that the model learned from", "${1}: prediksi dan sebenarnya, baris yang dipelajari model"),
	say("Models that were tried", "Model yang dicoba"),
	say("Models that were tried, by ...", "Model yang dicoba, menurut ${1}"),
	say("False positive rate", "Laju positif palsu"), say("True positive rate", "Laju positif benar"),
	say("Predicted probability", "Peluang prediksi"), say("Part that was so", "Bagian yang benar"),
	say("Predicted class", "Kelas prediksi"), say("Model", "Model"), say("Importance", "Kepentingan"),
	say("Loss of ...", "Penurunan ${1}"),
	say("... rows were left out because something that the model needs is missing in them.", "${1} baris tidak dipakai karena ada isian yang diperlukan model tetapi hilang."),
	say("... rows have no prediction: something that the model needs is missing in them.", "${1} baris tanpa prediksi: ada isian yang diperlukan model tetapi hilang."),
	say("Columns of text with very many different values were not used: .... Name them as features to use them.", "Kolom teks dengan sangat banyak nilai berbeda tidak dipakai: ${1}. Sebutkan sebagai fitur untuk memakainya."),
	say("Columns with too few values to learn from were not used: ....", "Kolom dengan terlalu sedikit nilai untuk dipelajari tidak dipakai: ${1}."),
	say("The predictions were judged by the rows that the model learned from; on new rows they will be worse.", "Prediksi dinilai dengan baris yang dipelajari model; pada baris baru hasilnya akan lebih buruk."),
	say("Counts of right and wrong predictions are rounded to multiples of ..., and the scores follow from these.", "Jumlah prediksi tepat dan salah dibulatkan ke kelipatan ${1}, dan skornya mengikuti."),
	say("Of ... models, ... had the best ...: ... on average over ... folds.", "Dari ${1} model, ${2} memiliki ${3} terbaik: rata-rata ${4} dari ${5} lipatan."),
	say("Of ... models, ... was taken: its ... is ... on average over ... folds, and the ... of ... is no more than one standard error better, for a model that is more involved.",
		"Dari ${1} model, ${2} dipilih: ${3}-nya rata-rata ${4} dari ${5} lipatan, dan ${6} milik ${7} tidak lebih dari satu galat baku lebih baik, untuk model yang lebih rumit."),
	say("The models were compared on ... rows; the one that was taken learned from all.", "Model dibandingkan pada ${1} baris; yang dipilih belajar dari semuanya."),

	say("Groups", "Kelompok"),
	say("Pivot table", "Tabel pivot"),
	say("The pivot table has too many rows to be shown; keep fewer with where or limit.", "Tabel pivot memiliki terlalu banyak baris untuk ditampilkan; kurangi dengan where atau limit."),
	say("Both datasets are shared as summaries only: a row of one goes with one row of the other, the first of those with its key.",
		"Kedua dataset hanya dibagikan sebagai ringkasan: satu baris berpasangan dengan satu baris dataset lain, yang pertama dengan kuncinya."),
	say("... was read as ....", "${1} dibaca sebagai ${2}."),
	say("What became of missing values (rows dropped, values filled)", "Perlakuan nilai yang hilang (baris dibuang, nilai diisi)"),
	say("Groups of fewer than ... rows are left out, and as many others as it takes so that they cannot be calculated.",
		"Kelompok dengan kurang dari ${1} baris tidak ditampilkan, begitu pula kelompok lain secukupnya agar tidak dapat dihitung."),
	say("There are too many groups to be shown in a table; keep fewer with where or limit.", "Kelompoknya terlalu banyak untuk ditampilkan dalam tabel; kurangi dengan where atau limit."),
	say("Rows with missing values were left out; how many is not told apart from all others that were.",
		"Baris dengan nilai yang hilang dibuang; jumlahnya tidak dibedakan dari semua baris lain yang dibuang."),

	say("The rows themselves are not shown: the owner shares this data as summaries only.",
		"Baris datanya sendiri tidak ditampilkan: pemilik hanya membagikan data ini sebagai ringkasan."),
	say("The picture ... is not shown: each of its points is one row.", "Grafik ${1} tidak ditampilkan: setiap titiknya adalah satu baris."),
	say("Histograms are drawn from the mean and the standard deviation: the outer bars hold everything beyond, and bars of fewer than ... rows are joined with their neighbours.",
		"Histogram digambar dari rata-rata dan simpangan baku: batang terluar memuat semua yang di luarnya, dan batang dengan kurang dari ${1} baris digabung dengan tetangganya."),
	say("Some numbers are withheld: they describe fewer than ... rows, may be the value of a single row, or would let such a number be calculated.",
		"Sebagian angka ditahan: angka itu menggambarkan kurang dari ${1} baris, mungkin nilai satu baris, atau memungkinkan angka seperti itu dihitung."),
	say("Withheld: ..., because a group of fewer than ... rows would show.", "Ditahan: ${1}, karena kelompok dengan kurang dari ${2} baris akan terlihat."),
	say("Distributions are shown for the first 40 columns only.", "Sebaran hanya ditampilkan untuk 40 kolom pertama."),
	say("... rows were left out because a number was missing or not finite.", "${1} baris tidak dipakai karena ada angka yang hilang atau tak hingga."),
	say("... groups were asked for, but there are only ... different rows.", "Diminta ${1} kelompok, tetapi hanya ada ${2} baris yang berbeda."),
	say("Distances and inertia are in standard deviations of the features; centres are in the features' own units.",
		"Jarak dan inersia dalam simpangan baku fitur; pusat dalam satuan asli fitur."),
	say("It stopped at max_iter before the centres had settled; allow more iterations.", "Berhenti pada max_iter sebelum pusatnya mapan; izinkan lebih banyak iterasi."),
	say("The table ... has numbers that are not finite; they are shown as missing.", "Tabel ${1} memuat angka tak hingga; ditampilkan sebagai tidak ada."),
	say("The picture ... has numbers that are not finite; they are left out.", "Grafik ${1} memuat angka tak hingga; tidak digambar."),
	say("The table ... is too large to be shown whole; the file ... has all of it.", "Tabel ${1} terlalu besar untuk ditampilkan seluruhnya; berkas ${2} memuat semuanya."),
	say("... is not a finite number and is shown as missing.", "${1} bukan angka berhingga dan ditampilkan sebagai tidak ada."),
	say("A withheld number of ...", "Sejumlah (ditahan) ${1}"),

	say("The picture ... is too large to be shown.", "Grafik ${1} terlalu besar untuk ditampilkan."),
	say("The distribution of ... is not shown: its ends are single values.", "Sebaran ${1} tidak ditampilkan: ujungnya adalah nilai tunggal."),
	say("Distributions are shown for the first ... columns only.", "Sebaran hanya ditampilkan untuk ${1} kolom pertama."),
	say("Importance of each feature", "Kepentingan setiap fitur"),
	say("Importance of each feature for ...", "Kepentingan setiap fitur untuk ${1}"),
	say("Part of the decrease of impurity", "Bagian dari penurunan ketakmurnian"),
	say("The tree", "Pohonnya"),
	say("The table of rules shows the first ... levels of the tree.", "Tabel aturan menampilkan ${1} tingkat pertama pohon."),
	say("Some rows were seen by every tree; oob_score leaves them out.", "Sebagian baris dilihat oleh setiap pohon; oob_score tidak menghitungnya."),
	say("Analysis of variance", "Analisis varians"),
	say("Pairs of groups (Tukey's HSD)", "Pasangan kelompok (HSD Tukey)"),
	say("Mean of ... in each group", "Rata-rata ${1} di setiap kelompok"),
	say("Means", "Rata-rata"),
	say("Recall", "Recall"),
	say("Precision", "Presisi"),
	say("True class", "Kelas sebenarnya"),
	say("The test is Welch's, which does not suppose equal variances; the table, the effect sizes and the pairs do.", "Ujinya uji Welch, yang tidak mengandaikan varians sama; tabel, ukuran efek, dan pasangannya mengandaikannya."),
	say("... rows were left out: a value is missing, or they are in none of the groups compared.", "${1} baris tidak dipakai: ada nilai yang hilang, atau tidak termasuk kelompok yang dibandingkan."),
	say("Some numbers are equal, for which the exact method is not made; scipy calculates it all the same.", "Sebagian angka sama, padahal metode eksak tidak dibuat untuk itu; scipy tetap menghitungnya."),
	say("... of ... expected counts are below 5, so the p-value is rough; join rare values.", "${1} dari ${2} frekuensi harapan di bawah 5, sehingga nilai p kasar; gabungkan nilai yang jarang."),
	say("all rows", "semua baris"), say("as it is", "apa adanya"), say("row left out", "baris tidak dipakai"), say("becomes ...", "menjadi ${1}"),
	say("0 or 1 for each of ...", "0 atau 1 untuk masing-masing dari ${1}"), say("one value only: no column", "satu nilai saja: tanpa kolom"),
	say("predicted ...", "prediksi ${1}"),
	// Last, because it fits much.
	say("... by ...", "${1} menurut ${2}"),
}

// Word gives a word of the frame, by its key among the fixed ones.
func (s Speech) Word(key string) string { return fixed[key].In(s.words) }

// Phrase gives a title or note of a document in the language, with its numbers.
func (s Speech) Phrase(english string) string {
	if s.words != i18n.Indonesian {
		return english
	}
	// Exact ones first: "Predicted class" is one, and "Predicted ..." fits it as well.
	if at := slices.IndexFunc(phrases, func(p phrase) bool { return p.exact == english }); at >= 0 {
		return phrases[at].indonesian
	}
	for _, p := range phrases {
		parts := p.english.FindStringSubmatch(english)
		if parts == nil {
			continue
		}
		out := p.indonesian
		for i, part := range parts[1:] {
			if englishNumber.MatchString(part) {
				part = s.localized(strings.ReplaceAll(part, ",", ""))
			}
			out = strings.ReplaceAll(out, fmt.Sprintf("${%d}", i+1), part)
		}
		return out
	}
	return english
}

var englishNumber = regexp.MustCompile(`^-?[0-9]{1,3}(,?[0-9]{3})*(\.[0-9]+)?$`)
