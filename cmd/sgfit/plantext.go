package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"sgfit/suggest"
)

func encodePlan(plan suggest.Plan) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(true)
	if err := enc.Encode(plan); err != nil {
		return nil, fmt.Errorf("encode the plan: %w", err)
	}
	return b.Bytes(), nil
}

// lenient leaves out the search for names that stand twice, which the standard library does not make either.
var lenient = jsontext.AllowDuplicateNames(true)

// decodePlan reads a plan. Of a large account it is hundreds of megabytes, nearly all of it groups, which are read at the same
// time on all processors.
func decodePlan(body []byte) (suggest.Plan, error) {
	var plan suggest.Plan
	if err := jsonv2.Unmarshal(body, &plan, lenient, jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(decodeGroups))); err != nil {
		return plan, fmt.Errorf("read the plan: %w", err)
	}
	if plan.Schema != suggest.SchemaVersion {
		return plan, fmt.Errorf("read the plan: its schema is %q, this sgfit knows %s", plan.Schema, suggest.SchemaVersion)
	}
	return plan, nil
}

func decodeGroups(dec *jsontext.Decoder, groups *[]suggest.Group) error {
	if dec.PeekKind() != '[' {
		return jsonv2.SkipFunc // null, or what the library finds wrong
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	var readers errgroup.Group
	readers.SetLimit(runtime.GOMAXPROCS(0))
	parts := []*suggest.Group{}
	err := eachValue(dec, func(text jsontext.Value) {
		part, body := new(suggest.Group), bytes.Clone(text) // the decoder uses its buffer again
		parts = append(parts, part)
		readers.Go(func() error { return jsonv2.Unmarshal(body, part, lenient) })
	})
	if wrong := readers.Wait(); err == nil {
		err = wrong
	}
	*groups = make([]suggest.Group, len(parts))
	for i, part := range parts {
		(*groups)[i] = *part
	}
	return err
}

// eachValue calls do with each value of an array that has begun, and reads its end.
func eachValue(dec *jsontext.Decoder, do func(jsontext.Value)) error {
	for dec.PeekKind() != ']' {
		text, err := dec.ReadValue()
		if err != nil {
			return err
		}
		do(text)
	}
	_, err := dec.ReadToken()
	return err
}
