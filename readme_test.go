package sgfit

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDependencyTable: the README says of every module that go.mod requires, and of no other, why it is there and which version it is.
func TestDependencyTable(t *testing.T) {
	table := section(t, "README.md", "Dependencies")
	required := directModules(t)
	for path, version := range required {
		if !isListed(table, path) {
			t.Errorf("go.mod requires %s %s, the README does not list it", path, version)
		}
	}
	rows := 0
	for _, m := range regexp.MustCompile("`([a-z0-9.]+\\.[a-z]+/[^`]+)` (v[0-9.]+)").FindAllStringSubmatch(table, -1) {
		if rows++; required[m[1]] != m[2] {
			t.Errorf("the README lists %s %s, go.mod requires %q", m[1], m[2], required[m[1]])
		}
	}
	if rows < 10 {
		t.Errorf("%d rows with a version were found", rows)
	}
}

// TestPackageTable: the README says of every package what it owns.
func TestPackageTable(t *testing.T) {
	table := section(t, "README.md", "How the data flows")
	for pkg := range mayImport {
		if !strings.Contains(table, "`"+pkg+"`") {
			t.Errorf("the README does not list %s", pkg)
		}
	}
}

// section is the text of a page below a heading, up to the next.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	body, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(body), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", page, heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// directModules are the modules that go.mod requires for our own code, with their versions.
func directModules(t *testing.T) map[string]string {
	t.Helper()
	body, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(body)) {
		words := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(words) == 2 && strings.HasPrefix(words[1], "v") {
			out[words[0]] = words[1]
		}
	}
	if len(out) == 0 {
		t.Fatal("go.mod requires nothing")
	}
	return out
}

// isListed says whether a table names a module: by its path, or by the end of it, as a part of one that stands there.
func isListed(table, path string) bool {
	for name := path; ; {
		if strings.Contains(table, "`"+name+"`") {
			return true
		}
		_, rest, more := strings.Cut(name, "/")
		if name = rest; !more {
			return false
		}
	}
}
