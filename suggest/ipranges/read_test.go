package ipranges

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/suggest"
)

const sample = `{"syncToken":"1640995200","createDate":"2022-01-01-00-00-00",
"prefixes":[{"ip_prefix":"52.218.0.0/17","region":"eu-west-1","service":"AMAZON","network_border_group":"eu-west-1"},
 {"ip_prefix":"52.218.0.0/17","region":"eu-west-1","service":"S3","network_border_group":"eu-west-1"}],
"ipv6_prefixes":[{"ipv6_prefix":"2600:9000::/28","region":"GLOBAL","service":"CLOUDFRONT","network_border_group":"GLOBAL"}]}`

func TestRead(t *testing.T) {
	got, err := Read(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := []suggest.ServiceRange{{Prefix: netip.MustParsePrefix("52.218.0.0/17"), Service: "AMAZON", Region: "eu-west-1"},
		{Prefix: netip.MustParsePrefix("52.218.0.0/17"), Service: "S3", Region: "eu-west-1"},
		{Prefix: netip.MustParsePrefix("2600:9000::/28"), Service: "CLOUDFRONT", Region: "GLOBAL"}}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestReadIsStrict(t *testing.T) {
	for name, edit := range map[string][2]string{
		"no JSON":           {`{"sync`, `"sync`},
		"another field":     {`"syncToken"`, `"token":"1","syncToken"`},
		"a field in a line": {`"service":"S3"`, `"service":"S3","note":"x"`},
		"no token":          {`"1640995200"`, `""`},
		"no prefix":         {`"52.218.0.0/17","region":"eu-west-1","service":"S3"`, `"52.218.0.0/33","region":"eu-west-1","service":"S3"`},
		"host bits":         {`"52.218.0.0/17","region":"eu-west-1","service":"S3"`, `"52.218.0.1/17","region":"eu-west-1","service":"S3"`},
		"the other family":  {`"2600:9000::/28"`, `"10.0.0.0/8"`},
		"no service":        {`"CLOUDFRONT"`, `""`},
		"more after it":     {`"GLOBAL"}]}`, `"GLOBAL"}]} {}`},
		"another object":    {sample, `{"Prefixes":[]}`},
	} {
		body := strings.Replace(sample, edit[0], edit[1], 1)
		if got, err := Read(strings.NewReader(body)); !errors.Is(err, ErrFormat) || got != nil || body == sample {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}
