package flowlog

import (
	"strings"
	"testing"
)

// TestInterfacesApart: ids of any length are told apart, also where one begins as another does, or has bytes that are none in
// AWS's.
func TestInterfacesApart(t *testing.T) {
	var ids []string
	for n := 1; n < 30; n++ {
		ids = append(ids, strings.Repeat("e", n), strings.Repeat("e", n-1)+"\x00", strings.Repeat("\x00", n), "\x00"+strings.Repeat("e", n-1)+"\x01",
			strings.Repeat("e", n-1)+string([]byte{byte(n)}))
	}
	for n := range 256 {
		ids = append(ids, "eni-0123456789abcde"+string([]byte{"0123456789abcdef"[n/16], "0123456789abcdef"[n%16]}))
	}
	places, first := map[uint32]string{}, map[string]uint32{}
	var names interfaces
	names.reset()
	for range 2 {
		for _, id := range ids {
			place := names.of([]byte(id), []byte("111122223333"))
			if other, known := places[place]; known && other != id {
				t.Fatalf("%q and %q are one interface", other, id)
			}
			if was, known := first[id]; known && was != place {
				t.Fatalf("%q is at %d and at %d", id, was, place)
			}
			if names.list[place].id != id || names.list[place].hash != hashBytes([]byte(id)) {
				t.Fatalf("%q is kept as %q", id, names.list[place].id)
			}
			places[place], first[id] = id, place
		}
	}
}
