package jsontext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// pieces walks a text with the stream to two levels and writes what it cut.
func pieces(s *Stream) (out []string, err error) {
	c, err := s.Next()
	if err != nil {
		return nil, err
	}
	one := func() error {
		raw, err := s.Value()
		out = append(out, string(raw))
		return err
	}
	switch c {
	case '{':
		err = s.Members(func(key string) error {
			out = append(out, "key "+key)
			return one()
		})
	case '[':
		err = s.Elements(one)
	default:
		err = one()
	}
	return out, err
}

// piecesTwin does the same with the standard library.
func piecesTwin(text string) (out []string, err error) {
	dec := json.NewDecoder(strings.NewReader(text))
	var raw json.RawMessage
	first := strings.TrimSpace(text)[0]
	if first != '{' && first != '[' {
		err = dec.Decode(&raw)
		return []string{string(raw)}, err
	}
	if _, err = dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		if first == '{' {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			out = append(out, "key "+key.(string))
		}
		if err := dec.Decode(&raw); err != nil {
			return nil, err
		}
		out = append(out, string(raw))
	}
	return out, nil
}

// randomJSON writes a value with hostile strings and odd spacing.
func randomJSON(r *rand.Rand, depth int) string {
	space := func() string { return strings.Repeat([]string{" ", "\n", "\t", "\r\n"}[r.IntN(4)], r.IntN(3)/2) }
	words := []string{`"a"`, `"\""`, `"\\"`, `"]}{["`, `"\\\",:"`, `""`, `"ü€"`, "0", "-1.5e3", "true", "false", "null", `"` + strings.Repeat("x", 300) + `"`}
	if depth == 0 || r.IntN(3) == 0 {
		return words[r.IntN(len(words))]
	}
	var b strings.Builder
	open, shut := "[", "]"
	object := r.IntN(2) == 0
	if object {
		open, shut = "{", "}"
	}
	b.WriteString(open + space())
	for i := range r.IntN(4) {
		if i > 0 {
			b.WriteString("," + space())
		}
		if object {
			fmt.Fprintf(&b, `"k%d\""%s:%s`, i, space(), space())
		}
		b.WriteString(randomJSON(r, depth-1) + space())
	}
	b.WriteString(shut)
	return b.String()
}

func TestStreamTwin(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		text := randomJSON(r, 4)
		want, err := piecesTwin(text)
		if err != nil {
			t.Fatalf("the test's own JSON is wrong: %v: %s", err, text)
		}
		for name, in := range map[string]io.Reader{"at once": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			s := &Stream{r: in, buf: make([]byte, 8)} // grows as it must
			got, err := pieces(s)
			if err != nil {
				t.Fatalf("seed %d, %s: %v: %s", seed, name, err, text)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, %s (-want +got):\n%s", seed, name, diff)
			}
			if _, err := s.Peek(); err != io.EOF {
				t.Fatalf("seed %d, %s: something is left: %v", seed, name, err)
			}
		}
		if n := r.IntN(len(text)); strings.ContainsAny(text[:1], "{[\"") {
			if _, err := pieces(&Stream{r: strings.NewReader(text[:n]), buf: make([]byte, 8)}); err == nil {
				t.Fatalf("seed %d: cut at %d, nothing was missed: %s", seed, n, text)
			}
		}
	}
}

func TestStreamErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"a" 1}`:   "not JSON at byte 5: want a colon",
		`{"a":1 2}`: "not JSON at byte 7: want a comma or }",
		`[1 2]`:     "not JSON at byte 3: want a comma or ]",
		`{a:1}`:     "not JSON at byte 1: want a member's name in quotes",
		`{1:1}`:     "not JSON at byte 1: want a member's name in quotes",
		`[1,]`:      "not JSON at byte 3: want a value",
		`{"a":}`:    "not JSON at byte 5: want a value",
		`{"a"`:      "unexpected EOF",
		`["a`:       "unexpected EOF",
	} {
		if _, err := pieces(New(strings.NewReader(text))); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// A value that nobody wants may be longer than memory; one that is wanted may not.
func TestStreamLongValues(t *testing.T) {
	long := func() io.Reader {
		return io.MultiReader(strings.NewReader(`"`), io.LimitReader(filler{}, maxValue+10), strings.NewReader(`" 7`))
	}
	s := New(long())
	if err := s.Skip(); err != nil || len(s.buf) != readSize {
		t.Errorf("skipping took a buffer of %d bytes: %v", len(s.buf), err)
	}
	if raw, err := s.Value(); err != nil || !bytes.Equal(raw, []byte("7")) {
		t.Errorf("after it: %s, %v", raw, err)
	}
	if _, err := New(long()).Value(); err != ErrTooLong {
		t.Errorf("taking it: %v, want %v", err, ErrTooLong)
	}
}

type filler struct{}

func (filler) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
