package report

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
)

// Brand is what a consultant's report looks like. The zero value is sgfit's own.
type Brand struct {
	accent string       // #rrggbb, "" for the usual one
	logo   template.URL // data:image/…, "" for none
}

// mostLogo is how large a picture may be: it stands in the page itself.
const mostLogo = 256 << 10

var accentForm = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// NewBrand takes a colour (#rrggbb, or "") and the bytes of a PNG, JPEG or WebP picture (or none).
func NewBrand(accent string, logo []byte) (Brand, error) {
	var b Brand
	if accent != "" && !accentForm.MatchString(accent) {
		return b, fmt.Errorf("the colour %q is not of the form #rrggbb, such as #0b5394", accent)
	}
	b.accent = accent
	if len(logo) == 0 {
		return b, nil
	}
	if len(logo) > mostLogo {
		return b, fmt.Errorf("the picture has %d kB, and %d at most stand in a page", len(logo)>>10, mostLogo>>10)
	}
	switch kind := http.DetectContentType(logo); kind {
	case "image/png", "image/jpeg", "image/webp":
		b.logo = template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(logo))
		return b, nil
	}
	return b, errors.New("the picture is neither PNG, JPEG nor WebP")
}

// style is the page's style with the brand's colour: as it is at the head, and where pictures need it, as much darker or lighter
// as can be told from the paper.
func (b Brand) style(sheet string) string {
	if b.accent == "" {
		return sheet
	}
	return fmt.Sprintf("%s\n:root { --accent: %s; --mark: %s }\n@media (prefers-color-scheme: dark) { :root { --mark: %s } }\n@media print { :root { --mark: %s } }",
		sheet, b.accent, legible(b.accent, lightPaper), legible(b.accent, darkPaper), legible(b.accent, lightPaper))
}
