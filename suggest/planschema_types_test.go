package suggest

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// schemaType is what a definition of the schema describes, and the definitions that it builds on.
type schemaType struct {
	of    any
	bases []string
}

// schemaTypes are the types of a plan by the names of their definitions.
func schemaTypes() map[string]schemaType {
	return map[string]schemaType{
		"plan": {Plan{}, nil}, "window": {Window{}, nil}, "accounting": {Accounting{}, nil}, "note": {Note{}, nil},
		"replay": {Replayed{}, nil}, "group": {Group{}, nil}, "before_after": {BeforeAfter{}, nil}, "finding": {Finding{}, nil},
		"peer": {schema.Peer{}, nil}, "rule": {Rule{}, []string{"match"}}, "decision": {Decided{}, nil}, "replacement_rule": {ReplacementRule{}, []string{"match"}},
		"evidence": {Evidence{}, nil}, "port_range": {PortRange{}, nil}, "peer_use": {PeerUse{}, nil},
		"confidence": {Confidence{}, nil}, "new_sources": {NewSources{}, nil}, "backtest": {Backtest{}, nil},
		"silence": {Silence{}, nil}, "calendar": {Calendar{}, nil},
		"refused_source": {RefusedSource{}, nil}, "plan_backtest": {PlanBacktest{}, nil}, "refused_flow": {RefusedFlow{}, nil},
		"return_point": {ReturnPoint{}, nil}, "talk": {Talk{}, nil}, "party": {Party{}, nil}, "service": {Service{}, nil}, "alternative": {Alternative{}, nil}, "exposure_bits": {ExposureBits{}, nil},
		"plan_exposure": {PlanExposure{}, nil}, "scope_exposure": {ScopeExposure{}, nil}, "group_exposure": {GroupExposure{}, nil},
		"exposure_change": {ExposureChange{}, nil}, "exposed": {Exposed{}, nil}, "exposed_class": {ExposedClass{}, nil},
		"rule_service": {RuleService{}, nil}, "suggested_rule": {SuggestedRule{}, []string{"match"}}, "observation": {Observation{}, nil},
		"profile_cost": {ProfileCost{}, nil}, "profile_sums": {ProfileSums{}, nil}, "curve_step": {CurveStep{}, nil}, "alternative_backtest": {AlternativeBacktest{}, nil},
		"settings": {Settings{}, nil}, "exception": {Exception{}, nil}, "exception_record": {ExceptionRecord{}, nil}, "rule_exception": {RuleException{}, nil}, "traffic": {Traffic{}, nil}, "list_weight": {ListWeight{}, nil}, "opened": {Opened{}, nil},
	}
}

// TestJSONSchemaKnowsEveryType walks through a plan's types: the list above must have all of them.
func TestJSONSchemaKnowsEveryType(t *testing.T) {
	listed := map[reflect.Type]bool{reflect.TypeFor[time.Time](): true}
	for _, s := range schemaTypes() {
		listed[reflect.TypeOf(s.of)] = true
	}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(typ.Elem())
		case reflect.Struct:
			if seen[typ] {
				return
			}
			seen[typ] = true
			if !listed[typ] && !typ.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
				t.Errorf("%s has no definition", typ)
			}
			for _, f := range reflect.VisibleFields(typ) {
				if f.IsExported() {
					walk(f.Type)
				}
			}
		}
	}
	walk(reflect.TypeFor[Plan]())
	if len(seen) < len(schemaTypes()) {
		t.Errorf("%d types were found, %d are listed", len(seen), len(schemaTypes()))
	}
}

// TestJSONSchemaNamesEveryField compares the schema's properties and required fields with the Go types.
func TestJSONSchemaNamesEveryField(t *testing.T) {
	var doc struct {
		Defs       map[string]schemaObject `json:"$defs"`
		Properties map[string]any          `json:"properties"`
		Required   []string                `json:"required"`
	}
	if err := json.Unmarshal(JSONSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	doc.Defs["plan"] = schemaObject{Properties: doc.Properties, Required: doc.Required}
	for name, own := range schemaTypes() {
		want := map[string]bool{}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(own.of)) {
			if f.Anonymous {
				continue
			}
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			want[tag] = !strings.Contains(options, "omit")
		}
		got := map[string]bool{}
		for _, def := range append(own.bases, name) {
			doc.Defs[def].addTo(got)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: fields, true where required (-type +schema):\n%s", name, diff)
		}
	}
}

type schemaObject struct {
	Properties map[string]any `json:"properties"`
	Required   []string       `json:"required"`
}

func (o schemaObject) addTo(fields map[string]bool) {
	for f := range o.Properties {
		fields[f] = false
	}
	for _, f := range o.Required {
		fields[f] = true
	}
}
