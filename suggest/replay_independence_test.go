package suggest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// nouns are the files that say what a plan is, and hold no code.
var nouns = map[string]bool{"plan.go": true, "rule.go": true, "rule_evidence.go": true, "refused.go": true}

// TestReplaySharesNoCode holds the replay check apart from what it checks: of this package it may use the nouns of
// a plan and its own files, nothing else.
func TestReplaySharesNoCode(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	foreign := map[string]string{} // package-level name to file
	used := map[string]string{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasSuffix(name, "_test.go"):
		case nouns[name]:
			for _, d := range f.Decls {
				if f, isFunc := d.(*ast.FuncDecl); isFunc {
					t.Errorf("%s has code: %s", name, f.Name.Name)
				}
			}
		case strings.HasPrefix(name, "replay"):
			for _, ident := range f.Unresolved {
				used[ident.Name] = name
			}
		default:
			for object := range declared(f) {
				foreign[object] = name
			}
		}
	}
	if len(used) == 0 || len(foreign) == 0 {
		t.Fatalf("%d names used, %d foreign: nothing is tested", len(used), len(foreign))
	}
	for name, where := range used {
		if owner, ok := foreign[name]; ok {
			t.Errorf("%s uses %s of %s", where, name, owner)
		}
	}
}

// declared are the package-level names of a file, methods apart: those come with their types.
func declared(f *ast.File) map[string]bool {
	out := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			out[d.Name.Name] = d.Recv == nil
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					out[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						out[n.Name] = true
					}
				}
			}
		}
	}
	for name, top := range out {
		if !top {
			delete(out, name)
		}
	}
	return out
}
