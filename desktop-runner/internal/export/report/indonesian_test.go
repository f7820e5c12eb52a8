package report_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/report"
	"ddap/shared/i18n"
	"ddap/shared/operation"
)

// Each name comes from what the operation says of itself, so that none may lack one.
func TestSpeech_NamesEveryModelAndParameterInIndonesian(t *testing.T) {
	t.Parallel()
	s := report.SpeechOf(i18n.Indonesian)
	for _, m := range operation.Models() {
		require.NotEmpty(t, m.Title.ID, m.Model)
		require.NotEqual(t, m.Title.EN, m.Title.ID, m.Model)
		require.NotContains(t, s.Kind("analyze."+string(m.Model)), "analyze.", m.Model)
		for _, p := range m.Params {
			require.NotEmpty(t, p.Title.ID, "%s of %s", p.Name, m.Model)
			require.NotEqual(t, p.Name, s.SettingName(string(m.Model), p.Name), m.Model)
		}
	}
	require.NotEqual(t, s.SettingName("isolation_forest", "max_features"), s.SettingName("random_forest", "max_features"))
	require.Equal(t, "F1, rata-rata kelas, baris baru", s.Label("test_f1_macro"))
	require.Equal(t, "Simp. baku R², lipatan", s.Label("cv_r2_std"))
	require.Equal(t, "Kelas prediksi", s.Phrase("Predicted class"))
	require.Equal(t, "Prediksi pay", s.Phrase("Predicted pay"))
}

// The notes and titles are read from the source of the models: a new one without
// Indonesian fails here.
func TestSpeech_SaysEveryNoteAndTitleOfModelsInIndonesian(t *testing.T) {
	t.Parallel()
	s := report.SpeechOf(i18n.Indonesian)
	said := written(t, filepath.Join("..", "..", "analyze"))
	require.Greater(t, len(said), 80)
	for english, where := range said {
		if same[english] {
			continue
		}
		// What some end with is one of two phrases.
		last := max(0, strings.LastIndex(english, "abc"))
		seen := english[:last] + strings.Replace(english[last:], "abc", "rows that the model had not seen", 1)
		if english == s.Phrase(english) && seen == s.Phrase(seen) {
			t.Errorf("%s has no Indonesian for %q", where, english)
		}
	}
}

// same are words that both languages have.
var same = map[string]bool{"Recall": true, "Model": true, "Log loss": true, "anomaly_score": true, "n_clusters": true, "x": true}

var (
	verb    = regexp.MustCompile(`%[-+.0-9]*[a-z]`)
	inBrace = regexp.MustCompile(`\{[a-z0-9_]+\}`)
)

// written finds notes and titles: what is appended to lists of notes, and what
// fields called Title, AxisTitle or Notes are set to.
func written(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	found := func(e ast.Expr, where string) {
		if text := rendered(e); strings.TrimSpace(strings.ReplaceAll(text, "abc", "")) != "" {
			out[text] = where
		}
	}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if called, ok := n.Fun.(*ast.Ident); ok && called.Name == "append" && strings.HasSuffix(source(n.Args[0]), "Notes") {
					for _, arg := range n.Args[1:] {
						found(arg, path)
					}
				}
			case *ast.FuncDecl:
				if n.Name.Name == "notes" || n.Name.Name == "Notes" || n.Name.Name == "suggestion" {
					sentences(n, func(e ast.Expr) { found(e, path) })
				}
			case *ast.KeyValueExpr:
				if key := source(n.Key); key == "Title" || key == "AxisTitle" {
					found(n.Value, path)
				}
			}
			return true
		})
		return nil
	}))
	return out
}

// sentences finds the texts that a function puts together.
func sentences(f *ast.FuncDecl, found func(ast.Expr)) {
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && source(call.Fun) == "append" {
			for _, arg := range call.Args[1:] {
				found(arg)
			}
		}
		return true
	})
}

func source(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return source(e.X) + "." + e.Sel.Name
	default:
		return ""
	}
}

// rendered writes an expression as it may come out: "7" is a number, "abc" a name.
func rendered(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ""
		}
		return inBrace.ReplaceAllString(verb.ReplaceAllString(text, "7"), "7")
	case *ast.BinaryExpr:
		return rendered(e.X) + rendered(e.Y)
	case *ast.CallExpr:
		if source(e.Fun) == "fmt.Sprintf" {
			return rendered(e.Args[0])
		}
	}
	return "abc"
}
