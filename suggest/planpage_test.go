package suggest

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestPageNamesEveryField: the page beside the code says what each field of a plan, and of its groups and rules, means.
func TestPageNamesEveryField(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []any{Plan{}, Group{}, Rule{}, Evidence{}, Confidence{}, NewSources{}, Silence{}, Settings{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !bytes.Contains(page, []byte("`"+name+"`")) {
				t.Errorf("suggest/README.md does not say what %s of %T is", name, of)
			}
		}
	}
}
