package exceptions

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sgfit/suggest"
)

// ErrShape says that a file is written in a way in which nothing can be added to it.
var ErrShape = errors.New("exceptions cannot be added to the file without changing what it says; add them by hand")

// Add adds exceptions, which must be whole, behind those of a file, and leaves all else in it as it is, comments too. A list in
// brackets becomes one with dashes. What it returns was read again: it says what the file said, and these.
func Add(file []byte, list []suggest.Exception) ([]byte, error) {
	old, err := Read(bytes.NewReader(file))
	if err != nil || len(list) == 0 {
		return file, err
	}
	want := slices.Concat(old, list)
	for _, way := range []func([]byte, []suggest.Exception) ([]byte, error){added, rewritten} {
		out, err := way(file, list)
		if err != nil {
			continue
		}
		if got, err := Read(bytes.NewReader(out)); err == nil && reflect.DeepEqual(got, want) {
			return out, nil
		}
	}
	if _, err := Read(bytes.NewReader(Write(list))); err != nil {
		return nil, fmt.Errorf("an exception to be added is not whole: %w", err)
	}
	return nil, ErrShape
}

// emptyList is the line of a list without entries, before what stands in place of them and behind it.
var emptyList = regexp.MustCompile(`^(\s*exceptions:)[ \t]*(?:\[[ \t]*\]|null|~)?([ \t]*(?:#.*)?)$`)

// otherLineEnds are those that YAML counts besides line feeds: with them its lines are not those of the text.
const otherLineEnds = "\r\u0085\u2028\u2029"

// added puts the text of new entries behind the last, or below a list that has none. No other line is touched.
func added(file []byte, list []suggest.Exception) ([]byte, error) {
	root, err := document(file)
	if err != nil || root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 {
		return nil, ErrShape
	}
	end := "\n"
	if bytes.Contains(file, []byte("\r\n")) {
		end = "\r\n"
	}
	text := strings.ReplaceAll(string(file), "\r\n", "\n")
	if strings.ContainsAny(text, otherLineEnds) {
		return nil, ErrShape
	}
	lines := strings.Split(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	at, indent, err := gap(root, lines)
	if err != nil {
		return nil, err
	}
	var entries []string
	for i := range list {
		entries = append(entries, "")
		entries = append(entries, strings.Split(strings.TrimSuffix(entry(&list[i], indent), "\n"), "\n")...)
	}
	lines = slices.Insert(lines, at, entries...)
	return []byte(strings.Join(lines, end) + end), nil
}

// gap finds the place in a file's lines for further entries, and how far they are indented.
func gap(root *yaml.Node, lines []string) (at int, indent string, err error) {
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch {
		case key.Value != "exceptions":
			continue
		case len(value.Content) == 0:
			line := key.Line - 1
			if !emptyList.MatchString(lines[line]) {
				return 0, "", ErrShape
			}
			lines[line] = emptyList.ReplaceAllString(lines[line], "$1$2")
			return line + 1, strings.Repeat(" ", key.Column+1), nil
		case value.Style&yaml.FlowStyle != 0:
			return 0, "", ErrShape
		}
		at = len(lines)
		if i+2 < len(root.Content) { // what comes behind the list takes the comment above it along
			for at = root.Content[i+2].Line - 1; at > value.Line && isRemark(lines[at-1]); at-- {
			}
		}
		return at, strings.Repeat(" ", value.Column-1), nil
	}
	return 0, "", ErrShape
}

func isRemark(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#'
}

// rewritten has the YAML library write the file anew, with its comments.
func rewritten(file []byte, list []suggest.Exception) ([]byte, error) {
	var root, more yaml.Node
	if err := errors.Join(yaml.Unmarshal(file, &root), yaml.Unmarshal(Write(list), &more)); err != nil {
		return nil, err
	}
	key, into := listOf(&root)
	_, from := listOf(&more)
	if into == nil || from == nil {
		return nil, ErrShape
	}
	root.Content[0].Style = 0
	// The library writes remarks behind a list in brackets, and not behind one with dashes.
	key.HeadComment = strings.TrimSpace(strings.Join([]string{key.HeadComment, into.HeadComment, into.LineComment, into.FootComment}, "\n"))
	into.HeadComment, into.LineComment, into.FootComment = "", "", ""
	into.Kind, into.Tag, into.Value, into.Style = yaml.SequenceNode, "!!seq", "", 0
	into.Content = append(into.Content, from.Content...)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	err := errors.Join(enc.Encode(&root), enc.Close())
	if err == nil && !keepsRemarks(string(file), out.String()) {
		err = ErrShape
	}
	return out.Bytes(), err
}

// keepsRemarks says whether all that stands behind a # is still there.
func keepsRemarks(before, after string) bool {
	for line := range strings.Lines(before) {
		if _, remark, has := strings.Cut(line, "#"); has && !strings.Contains(after, strings.TrimSpace(remark)) {
			return false
		}
	}
	return true
}

// listOf is the list of exceptions of a document, with its name.
func listOf(root *yaml.Node) (key, list *yaml.Node) {
	if len(root.Content) == 0 {
		return nil, nil
	}
	fields := root.Content[0].Content
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i].Value == "exceptions" {
			return fields[i], fields[i+1]
		}
	}
	return nil, nil
}
