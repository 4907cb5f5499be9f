package export

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"sgfit/schema"
	"sgfit/suggest"
)

// longestDescription is EC2's limit for the description of a rule.
const longestDescription = 255

// describe makes a description that EC2 accepts (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html):
// letters and digits of ASCII, blanks and ._-:/()#,@[]+=&;{}!$*, of which & with CIDRs only.
func describe(s string, kind schema.PeerKind) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._-:/()#,@[]+=;{}!$* ", r):
			return r
		case r == '&' && (kind == schema.PeerIPv4 || kind == schema.PeerIPv6):
			return r
		case r == '&':
			return '+'
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return '_'
	}, s)
	if len(s) > longestDescription {
		s = s[:longestDescription]
	}
	return strings.TrimSpace(s)
}

// line is text on one line without anything that acts on a terminal or misleads a reader.
func line(s string) string { return suggest.Visible(s) }

// cut shortens text to at most n bytes, at a whole character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const more = "…"
	for n -= len(more); n > 0 && !utf8.RuneStart(s[n]); n-- {
	}
	return s[:n] + more
}

// count says a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
