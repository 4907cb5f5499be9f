package flowlog

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// layout is the order of fields that a header names.
type layout struct {
	columns   []column
	names     []string
	has       columns
	header    []byte   // the line that named it; nil when there was none
	name      string   // as in schema.Object.Format
	separator byte     // a comma or a tab between each two fields; 0 where any number of blanks is
	cells     [][]byte // of the line at hand, where there is a separator
	// message is the column of a table that holds whole lines of the default format, counted from 1; 0 in all others.
	message int
	lines   *layout // of those lines
	// standard layouts are the default one; their usual lines are read by record.quick.
	standard bool
	refusal  string // why records of this layout cannot be used; "" when they can
}

// isHeader says whether a line names fields, in whatever way it separates them.
func isHeader(line []byte) bool { return isBlankHeader(line) || isCellHeader(line) }

// isBlankHeader knows a header with blanks between the names: it begins with a letter, and at least two of its words, or its only one,
// are names that AWS documents. Values that are names at the same time do not occur in records.
func isBlankHeader(line []byte) bool {
	if len(line) == 0 || !isLetter(line[0]) {
		return false
	}
	words, known := 0, 0
	for w := range bytes.FieldsFuncSeq(line, isBlank) {
		words++
		if _, ok := fieldNamed(string(w)); ok || isTransitGatewayField(string(w)) {
			known++
		}
		if known == 2 {
			return true
		}
	}
	return known == 1 && words == 1
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isBlank(r rune) bool { return r == ' ' || r == '\t' }

// layoutOf reads a header. Unknown names are columns to pass over.
func layoutOf(header []byte) *layout {
	l := &layout{header: bytes.Clone(header), separator: separatorOf(header)}
	twice := ""
	for i, name := range l.split(header) {
		c, _ := fieldNamed(name)
		if l.separator != 0 && isMessage(name) && l.message == 0 {
			l.message = i + 1
		}
		if c != passedOver && l.has.has(c) {
			twice = name
		}
		l.columns = append(l.columns, c)
		l.names = append(l.names, name)
		l.has.add(c)
	}
	switch {
	case l.has.has(interfaceID):
		l.message = 0 // the fields say it already
	case l.message > 0:
		l.lines = defaultLayout()
	}
	l.name = l.describe()
	l.standard = l.name == "text v2 default"
	l.refusal = l.unusable(twice)
	return l
}

// split returns the names of a header.
func (l *layout) split(header []byte) []string {
	if l.separator == 0 {
		return strings.FieldsFunc(string(header), isBlank)
	}
	var names []string
	cells, _ := cellsOf(nil, header, l.separator)
	for _, c := range cells {
		names = append(names, string(c))
	}
	return names
}

// defaultLayout is AWS's default order, for data without a header.
func defaultLayout() *layout { return headerlessLayout("") }

// headerlessLayout is the layout of data without a header: of these fields, or of AWS's default order where they are "".
func headerlessLayout(fields string) *layout {
	l := layoutOf([]byte(cmp.Or(fields, defaultFields)))
	l.header = nil
	return l
}

func (l *layout) describe() string {
	kind := "text"
	switch l.separator {
	case ',':
		kind = "csv"
	case '\t':
		kind = "tsv"
	}
	switch {
	case l.isTransitGateway():
		return fmt.Sprintf("%s transit gateway (%d fields)", kind, len(l.names))
	case l.message > 0:
		return kind + " of messages"
	case l.separator != 0:
		return fmt.Sprintf("%s (%d fields)", kind, len(l.names))
	case strings.ReplaceAll(strings.ToLower(strings.Join(l.names, " ")), "_", "-") == defaultFields:
		return "text v2 default"
	}
	return fmt.Sprintf("text custom (%d fields)", len(l.names))
}

func (l *layout) isTransitGateway() bool { return slices.ContainsFunc(l.names, isTransitGatewayField) }

// transitGatewayRefusal is the reason for all transit gateway logs, with or without a header.
const transitGatewayRefusal = "transit gateway flow log: its records name no network interface and no action, so they say nothing about security groups"

func (l *layout) unusable(twice string) string {
	if l.isTransitGateway() {
		return transitGatewayRefusal
	}
	if l.message > 0 {
		return ""
	}
	if twice != "" {
		return "the header names " + twice + " twice"
	}
	if missing := l.missing(); len(missing) > 0 {
		return "the format lacks " + strings.Join(missing, ", ") + "; choose a flow log format with these fields"
	}
	return ""
}

// missing names the fields without which a record cannot be credited to a rule.
func (l *layout) missing() []string {
	var names []string
	need := func(name string, anyOf ...column) {
		for _, c := range anyOf {
			if l.has.has(c) {
				return
			}
		}
		names = append(names, name)
	}
	need("interface-id", interfaceID)
	need("srcaddr", srcAddr, pktSrcAddr)
	need("dstaddr", dstAddr, pktDstAddr)
	need("srcport", srcPort)
	need("dstport", dstPort)
	need("protocol", protocol)
	need("start", start)
	need("action", action)
	return names
}
