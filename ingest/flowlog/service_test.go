package flowlog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The services of addresses are kept from every form, also where another form had the address without one.
func TestServicesOfAddresses(t *testing.T) {
	const names = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status pkt-srcaddr pkt-dstaddr pkt-src-aws-service pkt-dst-aws-service"
	line := func(src, dst, srcService, dstService string) string {
		return fmt.Sprintf("5 111122223333 eni-1 %s %s 40000 443 6 1 99 1700000000 1700000060 ACCEPT OK %s %s %s %s", src, dst, src, dst, srcService, dstService)
	}
	lines := []string{
		line("10.0.0.5", "52.218.1.1", "-", "S3"),
		line("52.218.1.1", "10.0.0.5", "S3", "-"),
		line("10.0.0.5", "52.218.1.1", "-", "-"),
		line("10.0.0.5", "52.94.1.7", "-", "DYNAMODB"),
		line("130.176.1.5", "10.0.0.5", "CLOUDFRONT", "-"),
		line("10.0.0.5", "52.95.1.1", "-", "AMAZON"),
		line("10.0.0.5", "52.95.1.2", "-", "S3;DROP"),
		line("2600:1f18::1", "10:1::5", "S3", "EC2"),
	}
	want := []string{"52.94.1.7 DYNAMODB", "52.218.1.1 S3", "130.176.1.5 CLOUDFRONT", "2600:1f18::1 S3"}
	text := names + "\n" + strings.Join(lines, "\n") + "\n"
	csv := strings.ReplaceAll(text, " ", ",")
	var jsonLines strings.Builder
	for _, l := range lines {
		jsonLines.WriteString("{")
		for i, w := range strings.Fields(l) {
			if i > 0 {
				jsonLines.WriteString(",")
			}
			fmt.Fprintf(&jsonLines, "%q:%q", strings.ReplaceAll(strings.Fields(names)[i], "-", "_"), w)
		}
		jsonLines.WriteString("}\n")
	}
	for form, content := range map[string][]byte{"text": []byte(text), "CSV": []byte(csv), "JSON": []byte(jsonLines.String()), "Parquet": tableForm{}.table(t, []byte(text))} {
		t.Run(form, func(t *testing.T) {
			var got []string
			for _, s := range foldOf(t, content, []byte(text)).Services {
				got = append(got, s.Address.String()+" "+s.Service)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if b := drained(t, lines[0][:strings.LastIndex(lines[0], " ")]); len(b.Services) > 0 {
		t.Errorf("without the fields: %v", b.Services)
	}
}
