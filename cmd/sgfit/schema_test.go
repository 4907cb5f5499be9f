package main

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sgfit/suggest"
)

// checkPlanSchema holds a plan to the JSON Schema that the repo publishes.
func checkPlanSchema(t *testing.T, body []byte) {
	t.Helper()
	if err := planSchemaProblem(body); err != nil {
		t.Errorf("the plan does not fit its schema: %v", err)
	}
}

func planSchemaProblem(body []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(suggest.JSONSchema()))
	if err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.schema.json", doc); err != nil {
		return err
	}
	schema, err := c.Compile("plan.schema.json")
	if err != nil {
		return err
	}
	plan, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(plan)
}
