package deptest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "ddap"

// pkg is one package of this module as its files say, whatever their build tags.
type pkg struct {
	// path is relative to the module, as in "server/internal/dispatch".
	path string
	// imports and testImports map an import path to one file that has it.
	imports, testImports map[string]string
	documented           bool
	onlyTests            bool
}

// scan reads the imports of every package of the module.
func scan(t *testing.T) map[string]*pkg {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "go.mod"))
	found := map[string]*pkg{}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && skipped(entry.Name()):
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(path, ".go"):
			return read(found, root, path)
		default:
			return nil
		}
	})
	require.NoError(t, err)
	require.Greater(t, len(found), 10, "the scan found too few packages to be right")
	return found
}

func skipped(folder string) bool {
	return strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_") ||
		folder == "testdata" || folder == "node_modules" || folder == "bin"
}

func read(found map[string]*pkg, root, path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return err
	}
	if ignored(file) {
		return nil
	}
	dir, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		return err
	}
	dir = filepath.ToSlash(dir)
	p := found[dir]
	if p == nil {
		p = &pkg{path: dir, imports: map[string]string{}, testImports: map[string]string{}, onlyTests: true}
		found[dir] = p
	}
	isTest := strings.HasSuffix(path, "_test.go")
	p.onlyTests = p.onlyTests && isTest
	p.documented = p.documented || (!isTest && file.Doc != nil)
	into := p.imports
	if isTest {
		into = p.testImports
	}
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		into[name] = filepath.Base(path)
	}
	return nil
}

// ignored reports whether a file is a program for go run, outside every build.
func ignored(file *ast.File) bool {
	for _, group := range file.Comments {
		if group.Pos() < file.Package && strings.Contains(group.Text()+rawText(group), "go:build ignore") {
			return true
		}
	}
	return false
}

func rawText(group *ast.CommentGroup) string {
	var b strings.Builder
	for _, c := range group.List {
		b.WriteString(c.Text)
	}
	return b.String()
}

func TestEveryPackage_SaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, p := range scan(t) {
		if p.onlyTests {
			continue
		}
		require.Truef(t, p.documented, "%s has no package comment", p.path)
	}
}

func TestNames_SayWhatAPackageKnows(t *testing.T) {
	t.Parallel()
	forbidden := map[string]bool{
		"util": true, "utils": true, "common": true, "helpers": true, "helper": true,
		"models": true, "types": true, "manager": true, "misc": true,
	}
	for _, p := range scan(t) {
		require.Falsef(t, forbidden[filepath.Base(p.path)], "%s: the name says nothing", p.path)
	}
}
