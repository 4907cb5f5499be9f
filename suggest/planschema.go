package suggest

import (
	_ "embed"
	"slices"
)

//go:embed plan.schema.json
var planSchema []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of a plan, version 1. It demands every field that Plan always
// writes, lists as [] and never null, and lets further fields pass, since they may be added within v1.
func JSONSchema() []byte { return slices.Clone(planSchema) }
