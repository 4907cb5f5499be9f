package exceptions

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"sgfit/schema"
	"sgfit/suggest"
)

func newOnes() []suggest.Exception {
	return []suggest.Exception{
		{Kind: suggest.Untouchable, Group: hostileName, VPCID: "vpc-0a", AccountID: "012345678901", Direction: schema.Ingress, Protocol: "tcp", FromPort: number(22), ToPort: number(22),
			Peer: "10.0.0.0/8", Owner: "ann: \"the\" boss", Reason: "line one\nexceptions: []\n# \u2028 'x' &a *b \x00 \x1b[31m", Expires: "2027-06-30"},
		{Kind: suggest.Seasonal, Group: "sg-0b", Direction: schema.Egress, Protocol: "icmp", FromPort: number(8), ToPort: number(-1), Peer: "::/0", Owner: "- b", Reason: "{c}", Expires: "2027-06-30", Months: []int{1, 12}},
		{Kind: suggest.Accepted, Group: "no", Direction: schema.Ingress, Protocol: "all", Peer: "0.0.0.0/0", Owner: "yes", Reason: "1", Expires: "2027-06-30"},
	}
}

func TestWriteIsReadAgain(t *testing.T) {
	for _, list := range [][]suggest.Exception{{}, newOnes()} {
		got, err := Read(bytes.NewReader(Write(list)))
		if err != nil {
			t.Fatalf("%v\n%s", err, Write(list))
		}
		if diff := cmp.Diff(list, got); diff != "" {
			t.Error(diff)
		}
	}
}

// Words that are no text of people's may be, in a plan that was written by hand.
func TestWriteQuotesEveryWord(t *testing.T) {
	evil := "x\n  - kind: untouchable\n    group: all\n    owner: me\n    reason: so\n    expires: 2027-06-30\n#"
	for name, change := range map[string]func(*suggest.Exception){
		"kind":      func(x *suggest.Exception) { x.Kind = suggest.ExceptionKind(evil) },
		"direction": func(x *suggest.Exception) { x.Direction = schema.Direction(evil) },
		"protocol":  func(x *suggest.Exception) { x.Protocol = evil },
		"expires":   func(x *suggest.Exception) { x.Expires = evil },
	} {
		list := newOnes()[:1]
		change(&list[0])
		root, err := document(Write(list))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, Write(list))
			continue
		}
		if _, entries := listOf(&yaml.Node{Content: []*yaml.Node{root}}); len(entries.Content) != 1 {
			t.Errorf("%s: one exception is written as %d:\n%s", name, len(entries.Content), Write(list))
		}
	}
}

// TestAdd: no line of the file is lost, and none is changed but where that is said.
func TestAdd(t *testing.T) {
	tests := []struct{ name, file, changed string }{ // changed: the line that may be another afterwards
		{"usual", web, ""},
		{"no line end", strings.TrimSuffix(web, "\n"), ""},
		{"Windows", strings.ReplaceAll(web, "\n", "\r\n"), ""},
		{"remarks", "# ours\n" + strings.Replace(web, "443", "443 # https", 1) + "\n# - kind: seasonal\n#   group: old\n", ""},
		{"not indented", strings.ReplaceAll(web, "\n  ", "\n"), ""},
		{"deeply indented", strings.ReplaceAll(web, "\n  ", "\n       "), ""},
		{"a long text at the end", strings.Replace(web, "    reason: the public site\n    expires: 2027-06-30\n", "    expires: 2027-06-30\n    reason: |+\n      first\n\n      last\n\n", 1), ""},
		{"version behind", strings.TrimPrefix(web, "version: 1\n") + "\n# which\nversion: 1\n", ""},
		{"empty", "version: 1\nexceptions: []\n# none yet\n", "exceptions: []"},
		{"empty, with a remark", "version: 1\nexceptions: [ ]  # none yet\n", "exceptions: [ ]  # none yet"},
		{"nothing below it", "version: 1\nexceptions:\n", ""},
		{"null", "exceptions: ~\nversion: 1\n", "exceptions: ~"},
		{"a draft", string(Draft(draftPlan(), draftDay)), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "a draft" {
				tt.file = strings.NewReplacer(`owner: ""`, "owner: me", `reason: ""`, "reason: so").Replace(tt.file)
			}
			old, err := Read(strings.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			out, err := Add([]byte(tt.file), newOnes())
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(bytes.NewReader(out))
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if diff := cmp.Diff(slices.Concat(old, newOnes()), got); diff != "" {
				t.Error(diff)
			}
			rest := strings.Split(string(out), "\n")
			for line := range strings.Lines(tt.file) {
				line = strings.TrimSuffix(line, "\n")
				i := slices.Index(rest, line)
				if i < 0 && line != tt.changed {
					t.Fatalf("the line %q is gone, or not in its place:\n%s", line, out)
				}
				rest = rest[max(i, 0):]
			}
			if tt.name == "Windows" && strings.Count(string(out), "\n") != strings.Count(string(out), "\r\n") {
				t.Errorf("line ends are mixed: %q", out)
			}
		})
	}
}

// TestAddToBrackets: such a list is written anew, and keeps its remarks.
func TestAddToBrackets(t *testing.T) {
	brackets := "[{kind: untouchable, group: web, owner: a, reason: b, expires: 2027-06-30}]"
	for _, file := range []string{
		"# ours\nversion: 1 # one\nexceptions: " + brackets + " # all\n",
		"# ours\n# all\n{version: 1, # one\nexceptions: " + brackets + "}\n",
	} {
		out, err := Add([]byte(file), newOnes())
		if err != nil {
			t.Fatal(err)
		}
		for _, remark := range []string{"# ours", "# one", "# all"} {
			if !strings.Contains(string(out), remark) {
				t.Errorf("%s is gone:\n%s", remark, out)
			}
		}
	}
}

func TestAddRefuses(t *testing.T) {
	if _, err := Add([]byte("version: 2\nexceptions: []\n"), newOnes()); err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("a file that cannot be read: %v", err)
	}
	// The library loses this remark.
	if _, err := Add([]byte("version: 1\nexceptions: [ # ours\n]\n"), newOnes()); !errors.Is(err, ErrShape) {
		t.Errorf("a remark that would be lost: %v", err)
	}
	half := newOnes()
	half[1].Owner = ""
	if _, err := Add([]byte(web), half); err == nil || !strings.Contains(err.Error(), "owner is empty") || errors.Is(err, ErrShape) {
		t.Errorf("an exception without owner: %v", err)
	}
	if out, err := Add([]byte(web), nil); err != nil || string(out) != web {
		t.Errorf("nothing added: %v, %q", err, out)
	}
}

// FuzzAdd holds that a file with more in it says what it said, and no less, whatever its shape.
func FuzzAdd(f *testing.F) {
	f.Add(web, "ann", "why")
	f.Add("exceptions:\n- {kind: seasonal, group: web, months: [1], owner: a, reason: b, expires: 2027-06-30}\nversion: 1", "#", "\n- kind: x")
	f.Add("version: 1\nexceptions: []", "[", "]")
	f.Fuzz(func(t *testing.T, file, owner, reason string) {
		more := newOnes()[:1]
		if more[0].Owner, more[0].Reason = strings.TrimSpace(owner), strings.TrimSpace(reason); more[0].Owner == "" || more[0].Reason == "" {
			return
		}
		old, err := Read(strings.NewReader(file))
		if err != nil {
			return
		}
		out, err := Add([]byte(file), more)
		if errors.Is(err, ErrShape) || err != nil && strings.Contains(err.Error(), "not whole") {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Read(bytes.NewReader(out)); err != nil || !cmp.Equal(got, slices.Concat(old, more)) {
			t.Errorf("%v\n%q", err, out)
		}
	})
}

// YAML ends lines at more than line feeds; a file that uses others is added to, or refused, and loses none of its words.
func TestAddToOtherLineEnds(t *testing.T) {
	for _, file := range []string{
		"version: 1\rexceptions: []", "version: 1\rexceptions: []\r", "version: 1\nexceptions:\r", "# a\u2028# b\u2029# c\u0085version: 1\nexceptions:\n# d\n",
		strings.ReplaceAll(web, "\n", "\r"), "# a\u2028# b\n" + web + "# c\u2028# d\n", "\ufeff" + web, "# a\rexceptions: ~\rversion: 1",
		web + "...\n", "---\n" + web, "%YAML 1.1\n---\n" + web,
	} {
		old, err := Read(strings.NewReader(file))
		if err != nil {
			t.Errorf("%q: %v", file, err)
			continue
		}
		out, err := Add([]byte(file), newOnes())
		if errors.Is(err, ErrShape) {
			continue
		}
		if err != nil {
			t.Fatalf("%q: %v", file, err)
		}
		if got, err := Read(bytes.NewReader(out)); err != nil || !cmp.Equal(got, slices.Concat(old, newOnes())) {
			t.Errorf("%q: %v\n%s", file, err, out)
		}
		if !keepsRemarks(file, string(out)) {
			t.Errorf("%q lost a remark:\n%s", file, out)
		}
	}
}
