package report

import "testing"

func TestLegible(t *testing.T) {
	for _, tt := range []struct {
		hex   string
		paper colour
		want  string
	}{
		{"#0b5394", lightPaper, "#0b5394"}, // as it is
		{"#ffff00", lightPaper, "#8c8c00"},
		{"#7a1f3d", darkPaper, "#a26277"},
		{"#000000", darkPaper, "#737373"},
	} {
		if got := legible(tt.hex, tt.paper); got != tt.want {
			t.Errorf("%s on %v: %s, want %s", tt.hex, tt.paper, got, tt.want)
		}
	}
}
