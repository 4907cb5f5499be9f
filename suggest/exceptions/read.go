package exceptions

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sgfit/suggest"
)

// Error is one mistake in the file.
type Error struct {
	Line int // 0 where the mistake is of the file as a whole
	Text string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Text
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// mostErrors is how many mistakes are told at once.
const mostErrors = 10

// Read reads exceptions.yaml. Its errors are *Error, several of them joined.
func Read(r io.Reader) ([]suggest.Exception, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	root, err := document(body)
	if err != nil {
		return nil, err
	}
	p := &parser{}
	out := p.file(root)
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs[:min(mostErrors, len(p.errs))]...)
	}
	return out, nil
}

// document reads the one document of a file.
func document(body []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	var root, more yaml.Node
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, &Error{Text: `the file is empty; it begins with "version: 1", and "exceptions:" with a list below it`}
	} else if err != nil {
		return nil, syntaxError(err)
	}
	if err := decoder.Decode(&more); err == nil {
		return nil, &Error{more.Line, "a second document begins here; give one"}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxError(err)
	}
	return root.Content[0], nil
}

// syntaxError is what the YAML library complains of; its words have the line.
func syntaxError(err error) error { return &Error{Text: strings.TrimPrefix(err.Error(), "yaml: ")} }

// parser collects the mistakes of a file.
type parser struct{ errs []error }

func (p *parser) wrong(n *yaml.Node, format string, args ...any) {
	p.errs = append(p.errs, &Error{n.Line, fmt.Sprintf(format, args...)})
}

func (p *parser) file(root *yaml.Node) []suggest.Exception {
	fields := p.mapping(root, []string{"version", "exceptions"})
	if fields == nil {
		return nil
	}
	if v := fields["version"]; v == nil {
		p.wrong(root, `"version: 1" is missing`)
	} else if v.Value != "1" {
		p.wrong(v, "version %q is not known; this sgfit reads version 1", v.Value)
	}
	list := fields["exceptions"]
	switch {
	case list == nil:
		p.wrong(root, `"exceptions:" with a list below it is missing`)
		return nil
	case list.Tag == "!!null":
		return []suggest.Exception{}
	case list.Kind != yaml.SequenceNode:
		p.wrong(list, `below "exceptions:" stands a list: each exception begins with "- kind:"`)
		return nil
	}
	out := []suggest.Exception{}
	for _, n := range list.Content {
		if x, ok := p.exception(n); ok {
			out = append(out, x)
		}
	}
	return out
}

// mapping returns the values of a mapping by name; nil, with a complaint, where it is none.
func (p *parser) mapping(n *yaml.Node, known []string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		p.wrong(n, "want fields (%s, …), each with a colon", known[0])
		return nil
	}
	fields := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || value.Kind == yaml.AliasNode || value.Anchor != "" || key.Anchor != "":
			p.wrong(key, "anchors and aliases are not read; say it in full")
		case !slices.Contains(known, key.Value):
			p.wrong(key, "unknown field %q; known are %s", key.Value, strings.Join(known, ", "))
		case fields[key.Value] != nil:
			p.wrong(key, "field %q stands twice", key.Value)
		default:
			fields[key.Value] = value
		}
	}
	return fields
}
