package main

import (
	"fmt"
	"runtime"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"sgfit/suggest"
)

func encodePlan(plan suggest.Plan) ([]byte, error) {
	body, err := suggest.Encode(plan, " ")
	return append(body, '\n'), err
}

// lenient leaves out the search for names that stand twice, which the standard library does not make either.
var lenient = jsontext.AllowDuplicateNames(true)

// decodePlan reads a plan. Of a large account it is hundreds of megabytes, nearly all of it groups, which are read at the same
// time on all processors.
func decodePlan(body []byte) (suggest.Plan, error) {
	var plan suggest.Plan
	groups := jsonv2.UnmarshalFromFunc(func(dec *jsontext.Decoder, into *[]suggest.Group) (err error) {
		if dec.PeekKind() != '[' {
			return jsonv2.SkipFunc // null, or what the library finds wrong
		}
		*into, err = decodeGroups(dec, body)
		return err
	})
	if err := jsonv2.Unmarshal(body, &plan, lenient, jsonv2.WithUnmarshalers(groups)); err != nil {
		return plan, fmt.Errorf("read the plan: %w", err)
	}
	if plan.Schema != suggest.SchemaVersion {
		return plan, fmt.Errorf("read the plan: its schema is %q, this sgfit knows %s", plan.Schema, suggest.SchemaVersion)
	}
	return plan, nil
}

// decodeGroups reads the array of groups at which a decoder of body is.
func decodeGroups(dec *jsontext.Decoder, body []byte) ([]suggest.Group, error) {
	var readers errgroup.Group
	readers.SetLimit(runtime.GOMAXPROCS(0))
	parts := []*suggest.Group{}
	err := eachValue(dec, body, func(text []byte) {
		part := new(suggest.Group)
		parts = append(parts, part)
		readers.Go(func() error { return jsonv2.Unmarshal(text, part, lenient) })
	})
	if wrong := readers.Wait(); err == nil {
		err = wrong
	}
	groups := make([]suggest.Group, len(parts))
	for i, part := range parts {
		groups[i] = *part
	}
	return groups, err
}

// eachValue calls do with the text of each value of an array of body, and reads its end.
func eachValue(dec *jsontext.Decoder, body []byte, do func([]byte)) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		text, err := dec.ReadValue()
		if err != nil {
			return err
		}
		end := dec.InputOffset() // the text itself is the decoder's
		do(body[end-int64(len(text)) : end])
	}
	_, err := dec.ReadToken()
	return err
}
