package export

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"sgfit/suggest"
)

// longestCell is Excel's limit, in characters.
const longestCell = 32767

// CSV is one table with a row for each rule that is removed or replaced, for spreadsheets: UTF-8 with a byte order mark,
// lines end in CRLF, and no cell is taken for a formula.
func CSV(plan suggest.Plan, opt Options) (Export, error) {
	s, err := chooseToTell(plan, opt)
	if err != nil {
		return Export{}, err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{"account", "region", "vpc", "group", "group name", "direction", "protocol", "ports", "peer", "rule id", "description",
		"action", "new rules", "rules added", "still flows through", "findings", "reasons", "confidence",
		"conversations", "bytes", "peers", "days used", "days observed", "first seen", "last seen", "new sources", "would have been refused"}}
	for _, g := range s.groups {
		for _, c := range g.changes {
			rows = append(rows, row(g, c))
		}
	}
	for _, r := range rows {
		for i := range r {
			r[i] = cell(r[i])
		}
		if err := w.Write(r); err != nil {
			return Export{}, err
		}
	}
	w.Flush()
	return Export{Files: []File{{Name: "sgfit.csv", Content: b.Bytes()}}, Warnings: s.warnings, Rules: s.rules}, w.Error()
}

func row(g group, c change) []string {
	r, e := c.rule, c.rule.Evidence
	var pieces, kinds, reasons []string
	for _, p := range c.pieces {
		pieces = append(pieces, p.ports()+" "+p.peer.Value)
	}
	for _, f := range r.Findings {
		kinds, reasons = append(kinds, string(f.Kind)), append(reasons, f.Reason)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{g.AccountID, g.Region, g.VPCID, g.GroupID, g.GroupName, string(r.Direction), r.Protocol, c.was.portWords(), r.Peer.Value,
		c.was.id, r.Description, string(r.Action), strings.Join(pieces, "; "), number(int64(len(pieces))), strings.Join(r.StillThrough, "; "),
		strings.Join(kinds, "; "), strings.Join(reasons, "; "), r.Confidence.Grade,
		number(e.Conversations), number(e.Bytes), number(e.Peers), number(int64(e.Days)), number(int64(e.ObservedDays)), day(e.FirstSeen), day(e.LastSeen),
		r.Confidence.NewSources.Label, number(r.Confidence.Backtest.RefusedConversations)}
}

// portWords are the ports of a rule as people write them, or an ICMP type with its code.
func (r rule) portWords() string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSuffix(r.words(), " "+r.peer.Value), string(r.direction)+" "+r.protocol.String()))
}

// ports are protocol and ports.
func (r rule) ports() string {
	return strings.TrimSpace(r.protocol.String() + " " + r.portWords())
}

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// cell is text that spreadsheets show and do not run: what begins like a formula, also after blanks and in wide letters, gets
// an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection).
func cell(s string) string {
	s = line(s)
	if t := strings.TrimLeft(s, " \u00a0\u3000"); t != "" && strings.ContainsRune("=+-@＝＋－＠|%", []rune(t)[0]) {
		s = "'" + s
	}
	return cut(s, longestCell)
}
