package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sgfit/schema/duck"
	"sgfit/schema/simulate"
)

// pages are the texts of the README and of the pages beside the code, by name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		body, err := os.ReadFile(path)
		out[strings.TrimPrefix(filepath.ToSlash(path), "../../")] = string(body)
		return err
	})
	if err != nil || out["README.md"] == "" {
		t.Fatalf("no README: %v", err)
	}
	return out
}

// blocks are the contents of a page's fenced blocks of one language.
func blocks(page, language string) (out []string) {
	for _, m := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)```").FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

// commandLines are the command lines of sgfit that a page shows, in blocks and within sentences.
func commandLines(page string) (out []string) {
	var lines []string
	for _, b := range blocks(page, "sh") {
		lines = append(lines, strings.Split(strings.ReplaceAll(b, "\\\n", ""), "\n")...)
	}
	for _, m := range regexp.MustCompile("`(sgfit [^`\n]+)`").FindAllStringSubmatch(page, -1) {
		lines = append(lines, m[1])
	}
	for _, line := range lines {
		line = strings.Replace(line, "go run ./cmd/sgfit", "sgfit", 1)
		if line, _, _ = strings.Cut(line, " #"); strings.HasPrefix(line, "sgfit ") {
			line, _, _ = strings.Cut(line, " > ")
			out = append(out, line)
		}
	}
	return out
}

// TestPagesShowCommandsThatWork: the commands and flags that pages show are there.
func TestPagesShowCommandsThatWork(t *testing.T) {
	n := 0
	for name, page := range pages(t) {
		for _, line := range commandLines(page) {
			n++
			words := strings.Fields(strings.ReplaceAll(line, "'", ""))[1:]
			if words[0] == strings.ToUpper(words[0]) {
				continue // sgfit COMMAND
			}
			cmd, rest, err := newRootCommand(&terminal{}).Find(words)
			if err != nil || !cmd.HasParent() {
				t.Errorf("%s: %s: no such command: %v", name, line, err)
			} else if err := cmd.ParseFlags(rest); err != nil && err != pflag.ErrHelp {
				t.Errorf("%s: %s: %v", name, line, err)
			}
		}
	}
	if n < 40 {
		t.Errorf("%d command lines were found", n)
	}
}

// TestPagesNameFlagsThatAreThere: so are flags that pages speak of by themselves.
func TestPagesNameFlagsThatAreThere(t *testing.T) {
	known := map[string]bool{"help": true, "check": true} // the latter is of the scripts that 'export cli' writes
	for _, cmd := range allCommands(newRootCommand(&terminal{})) {
		add := func(f *pflag.Flag) { known[f.Name] = true }
		cmd.Flags().VisitAll(add)
		cmd.PersistentFlags().VisitAll(add)
	}
	n := 0
	for name, page := range pages(t) {
		for _, m := range regexp.MustCompile("`--([a-z][a-z0-9-]+)").FindAllStringSubmatch(page, -1) {
			if n++; !known[m[1]] {
				t.Errorf("%s: no command has --%s", name, m[1])
			}
		}
	}
	if n < 40 {
		t.Errorf("%d flags were found", n)
	}
}

// TestReadmeNamesEveryCommand: what is there can be found.
func TestReadmeNamesEveryCommand(t *testing.T) {
	readme := pages(t)["README.md"]
	for _, cmd := range allCommands(newRootCommand(&terminal{})) {
		if cmd.HasSubCommands() || cmd.HasParent() && cmd.Parent().Name() == "completion" || cmd.HasParent() && cmd.Parent().Name() == "export" || cmd.Name() == "help" {
			continue
		}
		if !strings.Contains(readme, "`"+cmd.CommandPath()) {
			t.Errorf("the README does not name %q", cmd.CommandPath())
		}
	}
}

func allCommands(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		out = append(out, allCommands(sub)...)
	}
	return out
}

// TestPagesLead: links between pages, and to parts of them, lead somewhere.
func TestPagesLead(t *testing.T) {
	all := pages(t)
	anchor := func(heading string) string {
		return regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(heading), "")
	}
	n := 0
	for name, page := range all {
		for _, m := range regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`).FindAllStringSubmatch(page, -1) {
			if n++; strings.HasPrefix(m[1], "http") {
				continue
			}
			path := name
			if m[1] != "" {
				path = filepath.ToSlash(filepath.Join(filepath.Dir(name), m[1]))
			}
			if _, err := os.Stat(filepath.Join("..", "..", path)); err != nil {
				t.Errorf("%s leads to %s: %v", name, m[1], err)
				continue
			}
			has := m[2] == ""
			for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(all[path], -1) {
				has = has || "#"+strings.ReplaceAll(anchor(h[1]), " ", "-") == m[2]
			}
			if !has {
				t.Errorf("%s leads to %s%s, which is not there", name, path, m[2])
			}
		}
	}
	if n < 5 {
		t.Errorf("%d links were found", n)
	}
}

// TestPagesAsk: the questions that pages show can be asked, and the demo's account answers them.
func TestPagesAsk(t *testing.T) {
	dir := t.TempDir()
	if _, err := simulate.New(simulate.Options{Seed: 1, Days: 20, Scale: 0.1}).WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "t.db")
	if _, err := planOf(t.Context(), dir, path, ""); err != nil {
		t.Fatal(err)
	}
	db, err := duck.Open(t.Context(), path, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	asked := 0
	for name, page := range pages(t) {
		for _, question := range blocks(page, "sql") {
			asked++
			var rows int
			question = strings.TrimSuffix(strings.TrimSpace(question), ";")
			if err := db.SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM ("+question+")").Scan(&rows); err != nil || rows == 0 {
				t.Errorf("%s: %d rows, %v:\n%s", name, rows, err, question)
			}
		}
	}
	if asked == 0 {
		t.Error("no page asks anything")
	}
}
