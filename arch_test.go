package sgfit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the import table of the design: imports of ours point only leftwards in the
// flow of data or down to schema. A package that is not listed, and an edge that is not listed, fail. Tests may reach further.
var mayImport = map[string][]string{
	"":                   {},
	"schema":             {},
	"schema/duck":        {"schema"},
	"schema/simulate":    {"schema"},
	"ingest":             {"schema"},
	"ingest/flowlog":     {"ingest/jsontext", "ingest/parquet", "schema"},
	"ingest/gunzip":      {},
	"ingest/parquet":     {},
	"ingest/files":       {"ingest", "ingest/flowlog", "schema"},
	"ingest/aws":         {},
	"ingest/s3":          {"ingest", "ingest/aws", "schema"},
	"ingest/ec2":         {"ingest", "ingest/aws", "schema"},
	"ingest/cloudwatch":  {"ingest", "ingest/aws", "schema"},
	"ingest/inventory":   {"ingest", "ingest/jsontext", "schema"},
	"ingest/jsontext":    {},
	"analyze":            {"schema"},
	"suggest":            {"analyze", "schema"},
	"suggest/exceptions": {"suggest", "schema"},
	"suggest/ipranges":   {"suggest"},
	"suggest/export":     {"suggest", "schema"},
	"suggest/report":     {"suggest", "schema"},
	"suggest/review":     {"suggest", "schema"},
	"suggest/pagetest":   {},
	"suggest/judge":      {"suggest", "schema", "schema/simulate"},
	"cmd/sgfit": {"schema", "schema/duck", "schema/simulate", "ingest", "ingest/flowlog", "ingest/files", "ingest/gunzip",
		"ingest/aws", "ingest/s3", "ingest/ec2", "ingest/cloudwatch", "ingest/inventory", "analyze", "suggest", "suggest/exceptions", "suggest/export", "suggest/ipranges", "suggest/judge", "suggest/report", "suggest/review"},
}

// onlyImporter names dependencies that one package alone may import.
var onlyImporter = map[string]string{
	"github.com/duckdb/":             "schema/duck",
	"github.com/spf13/cobra":         "cmd/sgfit",
	"github.com/schollz/progressbar": "cmd/sgfit",
	"github.com/hashicorp/hcl":       "suggest/export",
	"github.com/ebitengine/purego":   "ingest/gunzip",
}

// pure packages do no I/O and read no clock or environment outside of their tests.
var pure = []string{"suggest", "suggest/exceptions", "suggest/export", "suggest/ipranges", "suggest/judge", "ingest/flowlog", "ingest/parquet", "schema"}

// impure are imports that a pure package has no use for.
var impure = []string{"os", "net", "net/http", "database/sql", "os/exec"}

// mutating are the beginnings of names of AWS calls that change something.
var mutating = []string{"Authorize", "Revoke", "ModifySecurityGroup", "UpdateSecurityGroup", "DeleteSecurityGroup", "CreateSecurityGroup"}

type source struct {
	pkg, name string
	file      *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(p))
		if pkg == "." {
			pkg = ""
		}
		out = append(out, source{pkg, filepath.Base(p), f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("found %d Go files; the walk is broken", len(out))
	}
	return out
}

func imports(f *ast.File) []string {
	var out []string
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			out = append(out, p)
		}
	}
	return out
}

func TestImportsPointLeftwards(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasSuffix(s.name, "_test.go") {
			continue
		}
		allowed, known := mayImport[s.pkg]
		if !known {
			t.Errorf("package %q is not in the import table", s.pkg)
			continue
		}
		for _, imp := range imports(s.file) {
			ours, ok := strings.CutPrefix(imp, "sgfit/")
			if ok && ours != s.pkg && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which the import table does not allow", path.Join(s.pkg, s.name), ours)
			}
		}
	}
}

func TestDependenciesHaveOneDoor(t *testing.T) {
	for _, s := range sources(t) {
		for _, imp := range imports(s.file) {
			for prefix, owner := range onlyImporter {
				if strings.HasPrefix(imp, prefix) && s.pkg != owner {
					t.Errorf("%s imports %s; only %s may", path.Join(s.pkg, s.name), imp, owner)
				}
			}
		}
	}
}

func TestPurePackagesStayPure(t *testing.T) {
	for _, s := range sources(t) {
		if !slices.Contains(pure, s.pkg) || strings.HasSuffix(s.name, "_test.go") {
			continue
		}
		for _, imp := range imports(s.file) {
			if slices.Contains(impure, imp) {
				t.Errorf("%s imports %s; %s is pure", path.Join(s.pkg, s.name), imp, s.pkg)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Now" {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" {
					t.Errorf("%s reads the clock; %s is pure", path.Join(s.pkg, s.name), s.pkg)
				}
			}
			return true
		})
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		said[s.pkg] = said[s.pkg] || s.file.Doc != nil && len(strings.TrimSpace(s.file.Doc.Text())) > 40
	}
	for pkg := range mayImport {
		if has, exists := said[pkg]; !exists {
			t.Errorf("package %q is in the import table but not in the tree", pkg)
		} else if !has {
			t.Errorf("package %q has no package comment", pkg)
		}
	}
}

func TestNothingMutatesAWS(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg == "suggest/apply" {
			continue
		}
		uses := slices.ContainsFunc(imports(s.file), func(p string) bool { return strings.Contains(p, "aws-sdk-go") })
		if !uses {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && slices.ContainsFunc(mutating, func(m string) bool { return strings.HasPrefix(sel.Sel.Name, m) }) {
				t.Errorf("%s names %s; only suggest/apply may change AWS", path.Join(s.pkg, s.name), sel.Sel.Name)
			}
			return true
		})
	}
}

func TestGlobalsHoldNoState(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s registers something in init", path.Join(s.pkg, s.name))
			}
		}
	}
}
