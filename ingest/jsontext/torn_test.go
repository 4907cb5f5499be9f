package jsontext

import (
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// whole reads documents one after the other, and goes on behind each that has a fault.
func whole(s *Stream) (out []string, faults int) {
	for {
		c, err := s.Peek()
		if err != nil {
			return out, faults
		}
		var raw []byte
		if c == '{' || c == '[' {
			raw, err = s.Value()
		} else {
			err = s.Wrong("a document")
		}
		if err == nil {
			out = append(out, string(raw))
			continue
		}
		faults++
		if errors.Is(err, io.ErrUnexpectedEOF) || s.Resume() != nil {
			return out, faults
		}
	}
}

func TestTorn(t *testing.T) {
	for _, c := range []struct {
		text   string
		want   []string
		faults int
	}{
		{`{"a":"b"}{"a":"c"}`, []string{`{"a":"b"}`, `{"a":"c"}`}, 0},
		{`{"a":"b{"a":"c"}`, []string{`{"a":"c"}`}, 1},
		{`{"a":"b` + "\n" + `{"a":"c"}`, []string{`{"a":"c"}`}, 1},
		{`{"a":{"a":"c"}`, nil, 1}, // it may be meant so, and then breaks off
		{`{"a":1,{"a":"c"}`, []string{`{"a":"c"}`}, 1},
		{`{"a":1{"a":"c"}`, []string{`{"a":"c"}`}, 1},
		{`{"a":[1,2{"a":"c"}`, []string{`{"a":"c"}`}, 1},
		{`{"a":[{"b":1},{"b":2}]}`, []string{`{"a":[{"b":1},{"b":2}]}`}, 0},
		{`{"a":"{\"b\":1}"}{}`, []string{`{"a":"{\"b\":1}"}`, `{}`}, 0},
		{`{"a":[1}` + "\n" + `[2]`, []string{`[2]`}, 1},
		{`{{"a":"c"}`, []string{`{"a":"c"}`}, 1},
		{`x{"a":"c"}`, []string{`{"a":"c"}`}, 1},
		{"x\n[1] x", []string{`[1]`}, 2},
		{strings.Repeat("[", 70) + strings.Repeat("]", 70) + `{"a":"c"}`, []string{strings.Repeat("[", 70) + strings.Repeat("]", 70), `{"a":"c"}`}, 0},
	} {
		for name, s := range streams(c.text) {
			s.Torn = true
			got, faults := whole(s)
			if d := cmp.Diff(c.want, got); d != "" || faults != c.faults {
				t.Errorf("%s, %s: %d faults, want %d (-want +got):\n%s", c.text, name, faults, c.faults, d)
			}
		}
	}
}

// streams are the ways to read one text.
func streams(text string) map[string]*Stream {
	inMemory := &Stream{}
	inMemory.Reset([]byte(text))
	return map[string]*Stream{
		"at once":      New(strings.NewReader(text)),
		"byte by byte": {r: iotest.OneByteReader(strings.NewReader(text)), buf: make([]byte, 2)},
		"in memory":    inMemory,
	}
}

// TestTornTwin: of sound documents, watching for torn ones changes nothing, and what is held is what was taken.
func TestTornTwin(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 2))
		var want []string
		for range 3 {
			want = append(want, "["+randomJSON(r, 4)+"]")
		}
		for name, s := range streams(strings.Join(want, "\n")) {
			s.Torn = true
			for i, w := range want {
				if _, err := s.Peek(); err != nil {
					t.Fatal(err)
				}
				if s.Hold(); i == 2 {
					s.Held() // gives up
				}
				if i == 1 {
					if err := s.Skip(); err != nil {
						t.Fatal(err)
					}
				} else if raw, err := s.Value(); err != nil || string(raw) != w {
					t.Fatalf("seed %d, %s: %v: %s, want %s", seed, name, err, raw, w)
				}
				if raw := s.Held(); i < 2 && string(raw) != w || i == 2 && raw != nil {
					t.Fatalf("seed %d, %s: held %s, want %s", seed, name, raw, w)
				}
			}
		}
	}
}

// TestHeldTooLong: a long value is not held for Held's sake.
func TestHeldTooLong(t *testing.T) {
	s := New(strings.NewReader(`"` + strings.Repeat("x", 4*mostHeld) + `" 7`))
	s.Hold()
	if err := s.Skip(); err != nil {
		t.Fatal(err)
	}
	if raw := s.Held(); raw != nil || len(s.buf) > 2*mostHeld {
		t.Errorf("held %d bytes in a buffer of %d", len(raw), len(s.buf))
	}
}

func TestText(t *testing.T) {
	for raw, want := range map[string]string{`"a b"`: "a b", `"\u0041\n"`: "A\n", `"ü"`: "ü", `""`: ""} {
		if got, ok := Text([]byte(raw)); !ok || string(got) != want {
			t.Errorf("%s is %q, %t", raw, got, ok)
		}
	}
	for _, raw := range []string{"", "null", "1", `"\x"`, `{}`} {
		if got, ok := Text([]byte(raw)); ok {
			t.Errorf("%s is taken for the string %q", raw, got)
		}
	}
}

// FuzzStream cuts any text, at once, byte by byte and in memory, into the same pieces with the same faults.
func FuzzStream(f *testing.F) {
	for _, text := range []string{`{"a":"b{"a":["c",{}]}`, "[1,\n{\"a\":\"\\\"{\"}]x[", `{"a":1{`, `"\`, "[[{]}\n[2]", `{"a":`, "{\"a\n{\"b\":tru"} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, torn bool) {
		want, faults := []string(nil), -1
		for name, s := range streams(text) {
			s.Torn = torn
			got, n := whole(s)
			if faults < 0 {
				want, faults = got, n
			}
			if d := cmp.Diff(want, got); d != "" || n != faults {
				t.Fatalf("%q, %s: %d faults, and %d another way (-another +this):\n%s", text, name, n, faults, d)
			}
		}
	})
}
