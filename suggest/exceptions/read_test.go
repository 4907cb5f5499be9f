package exceptions

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/suggest"
)

func number(n int32) *int32 { return &n }

const web = `version: 1
exceptions:
  - kind: accepted
    group: web
    direction: ingress
    protocol: tcp
    ports: 443
    peer: 0.0.0.0/0
    owner: web team
    reason: the public site
    expires: 2027-06-30
`

func TestRead(t *testing.T) {
	base := suggest.Exception{Kind: suggest.Untouchable, Group: "web", Owner: "a", Reason: "b", Expires: "2027-06-30"}
	rule := func(protocol string, from, to *int32, peer string) suggest.Exception {
		x := base
		x.Direction, x.Protocol, x.FromPort, x.ToPort, x.Peer = schema.Egress, protocol, from, to, peer
		return x
	}
	tests := []struct {
		name, fields string
		want         suggest.Exception
	}{
		{"a whole group", "", base},
		{"a range of ports", "direction: egress, protocol: tcp, ports: 8000-8100, peer: 10.0.0.5", rule("tcp", number(8000), number(8100), "10.0.0.5/32")},
		{"every port", "direction: egress, protocol: udp, peer: web", rule("udp", number(0), number(65535), "web")},
		{"every port, said", "direction: egress, protocol: UDP, ports: all, peer: web", rule("udp", number(0), number(65535), "web")},
		{"host bits", "direction: egress, protocol: all, peer: 10.1.2.3/8", rule("all", nil, nil, "10.0.0.0/8")},
		{"the number of TCP", "direction: egress, protocol: 6, ports: 22, peer: sg-0a", rule("tcp", number(22), number(22), "sg-0a")},
		{"a protocol without ports", "direction: egress, protocol: 47, peer: pl-0a", rule("47", nil, nil, "pl-0a")},
		{"a type of ICMP", "direction: egress, protocol: icmp, ports: 8, peer: '::/0'", rule("icmp", number(8), number(-1), "::/0")},
		{"type and code", "direction: egress, protocol: icmp, ports: 3/4, peer: '::/0'", rule("icmp", number(3), number(4), "::/0")},
		{"every type", "direction: egress, protocol: icmpv6, peer: '::/0'", rule("icmpv6", nil, nil, "::/0")},
		{"an account with a zero", "account: 012345678901", func() suggest.Exception { x := base; x.AccountID = "012345678901"; return x }()},
		{"a season", "kind: seasonal, months: [12, 1, 12]", func() suggest.Exception { x := base; x.Kind, x.Months = suggest.Seasonal, []int{1, 12}; return x }()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind := "kind: untouchable, "
			if strings.Contains(tt.fields, "kind:") {
				kind = ""
			}
			fields := strings.TrimSuffix(kind+"group: web, owner: a, reason: b, expires: 2027-06-30, "+tt.fields, ", ")
			got, err := Read(strings.NewReader("version: 1\nexceptions:\n- {" + fields + "}\n"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]suggest.Exception{tt.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for name, body := range map[string]string{"an empty list": "version: 1\nexceptions: []\n", "nothing below it": "version: 1\nexceptions:\n"} {
		if got, err := Read(strings.NewReader(body)); err != nil || got == nil || len(got) != 0 {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestReadIsStrict(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(web, old, new, 1) }
	tests := []struct{ name, body, want string }{
		{"nothing", "", "the file is empty"},
		{"no YAML", "version: [1\n", "line 1"},
		{"a word", "web\n", "line 1: want fields (version"},
		{"no version", strings.TrimPrefix(web, "version: 1\n"), `"version: 1" is missing`},
		{"a later version", edit("version: 1", "version: 2"), `line 1: version "2" is not known`},
		{"no list", "version: 1\n", `"exceptions:" with a list below it is missing`},
		{"no list but a field", "version: 1\nexceptions:\n  kind: accepted\n", `line 3: below "exceptions:" stands a list`},
		{"an unknown field", edit("owner:", "owned_by:"), `line 9: unknown field "owned_by"; known are kind, group`},
		{"an unknown field above", "versoin: 1\n" + web, `line 1: unknown field "versoin"`},
		{"a field twice", edit("    owner", "    group: app\n    owner"), `line 9: field "group" stands twice`},
		{"an unknown kind", edit("accepted", "nice"), `line 3: kind "nice" is none of`},
		{"nobody", edit("owner: web team", `owner: ""`), "line 9: owner is empty: who answers for it"},
		{"blanks", edit("owner: web team", `owner: " "`), "line 9: owner is empty"},
		{"no reason", edit("    reason: the public site\n", ""), "line 3: reason is missing"},
		{"no end", edit("    expires: 2027-06-30\n", ""), "line 3: expires is missing"},
		{"a day that is none", edit("2027-06-30", "2027-06-31"), `line 11: expires "2027-06-31" is no day`},
		{"never", edit("2027-06-30", "never"), `line 11: expires "never" is no day`},
		{"half a rule", edit("    direction: ingress\n", ""), "line 3: direction is missing"},
		{"a rule without peer", edit("    peer: 0.0.0.0/0\n", ""), "line 3: peer is missing"},
		{"a direction", edit("ingress", "inbound"), `line 5: direction "inbound" is neither`},
		{"a protocol", edit("tcp", "http"), `line 6: protocol "http" is none`},
		{"ports too high", edit("443", "443-65536"), `line 7: ports "65536" cannot be read`},
		{"ports backwards", edit("443", "443-80"), "line 7: ports \"443-80\" end before they begin"},
		{"ports in a list", edit("443", "[80, 443]"), "line 7: ports is one value"},
		{"ports of a protocol without", edit("tcp", "47"), "line 7: protocol 47 has no ports"},
		{"a CIDR that is none", edit("0.0.0.0/0", "10.0.0.0/33"), `line 8: peer "10.0.0.0/33" is no CIDR`},
		{"accepted, but no wildcard", edit("0.0.0.0/0", "10.0.0.0/8"), "line 3: accepted is for a rule that is open to every address"},
		{"accepted, but a whole group", "version: 1\nexceptions:\n- {kind: accepted, group: web, owner: a, reason: b, expires: 2027-06-30}\n", "line 3: accepted is for"},
		{"seasonal without months", edit("accepted", "seasonal"), "line 3: a seasonal rule needs its months"},
		{"a month that is none", edit("kind: accepted", "kind: seasonal\n    months: [13]"), `line 4: month "13" is no number`},
		{"months of no season", edit("kind: accepted", "kind: accepted\n    months: [1]"), "line 4: months are for kind seasonal"},
		{"an alias", edit("owner: web team", "owner: &o web team") + "  - *o\n", "line 9: anchors and aliases"},
		{"a second document", web + "---\n" + web, "a second document begins here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(tt.body))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

// FuzzRead holds that reading ends, and that what is read is whole.
func FuzzRead(f *testing.F) {
	f.Add(web)
	f.Add("version: 1\nexceptions:\n- {kind: seasonal, group: web, months: [1], owner: a, reason: b, expires: 2027-06-30}\n")
	f.Fuzz(func(t *testing.T, body string) {
		list, err := Read(strings.NewReader(body))
		for _, x := range list {
			if err == nil && (x.Group == "" || x.Owner == "" || x.Reason == "" || len(x.Expires) != len("2027-06-30")) {
				t.Errorf("read %+v", x)
			}
		}
	})
}
