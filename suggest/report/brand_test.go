package report

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
)

func TestBrand(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		accent string
		logo   []byte
		refuse string
	}{
		"none":                  {"", nil, ""},
		"both":                  {"#0a5C9f", picture.Bytes(), ""},
		"a colour by name":      {"red", nil, "#rrggbb"},
		"a colour that escapes": {"#000000}body{background:url(//e)", nil, "#rrggbb"},
		"a drawing":             {"", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "neither"},
		"a page":                {"", []byte("<html><script>"), "neither"},
		"too large":             {"", append(picture.Bytes(), make([]byte, mostLogo)...), "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			brand, err := NewBrand(tt.accent, tt.logo)
			if tt.refuse != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refuse) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			page := rendered(t, func(w io.Writer) error { return HTML(w, samplePlan(t), Options{Brand: brand}) })
			if got, want := strings.Contains(page, "img-src data:;"), tt.logo != nil; got != want {
				t.Errorf("the policy allows pictures: %v", got)
			}
			if got, want := strings.Count(page, `<img class="logo" src="data:image/png;base64,`), len(tt.logo); (got == 1) != (want > 0) {
				t.Errorf("%d pictures", got)
			}
			if got := strings.Contains(page, "--accent: "+tt.accent); got != (tt.accent != "") {
				t.Errorf("the colour is there: %v", got)
			}
		})
	}
}
