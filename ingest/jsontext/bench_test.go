package jsontext

import (
	"io"
	"strings"
	"testing"
)

// Cutting a long list into its elements, each of the size and the make of a configuration item.
func BenchmarkElements(b *testing.B) {
	one := `{"relationships":[],"configuration":{"groups":[{"groupName":"app \"x\"","groupId":"sg-0123456789abcdef0"}],"privateIpAddress":"10.0.0.1",` +
		strings.Repeat(`"networkInterfaceId":"eni-0123456789abcdef0","sourceDestCheck":true,`, 14) + `"vpcId":"vpc-0a"},"tags":{}}`
	text := "[" + strings.Repeat(one+",", 10_000) + one + "]"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s, n := New(strings.NewReader(text)), 0
		err := s.Elements(func() error {
			n++
			_, err := s.Value()
			return err
		})
		if err != nil || n != 10_001 {
			b.Fatal(n, err)
		}
		if _, err := s.Peek(); err != io.EOF {
			b.Fatal(err)
		}
	}
}
