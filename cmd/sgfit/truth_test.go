package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sgfit/schema"
	"sgfit/schema/duck"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// judged is one simulated account, the plan that the program made of its files, and the truth.
type judged struct {
	t     *testing.T
	truth *simulate.Truth
	plan  suggest.Plan
	rules map[string]judgedRule // by group and content
	found map[demand]int64      // openers that the program is sure of: conversations with data
}

type judgedRule struct {
	group suggest.Group
	suggest.Rule
}

// demand is a service at an interface: the level on which a wrong opener does harm.
type demand struct {
	iface     string
	direction string
	protocol  uint8
	port      uint16
}

// accounts is how many simulated accounts the tests judge, a third in each format, unless SGFIT_TRUTH_ACCOUNTS says another
// number; the README's figures are of 60.
const accounts = 24

// TestPlansAreTrue judges the whole program, from files to plan.json, by accounts whose truth is known.
func TestPlansAreTrue(t *testing.T) {
	t.Parallel()
	n := accounts
	if testing.Short() {
		n = 6
	}
	if s := os.Getenv("SGFIT_TRUTH_ACCOUNTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	var total scores
	for i := range n {
		seed, format := uint64(i/3+1), simulate.Format(i%3)
		t.Run(fmt.Sprintf("seed %d %s", seed, formatName(format)), func(t *testing.T) {
			j := judge(t, simulate.Options{Seed: seed, Format: format, Scale: 0.1, Days: 30, Malformed: 2, Overlap: i%2 == 0})
			j.everyRuleHasOneEntry()
			j.accountingAddsUp()
			j.unusedRulesAreFound()
			j.usedRulesStayOrFlow()
			j.narrowedRulesAdmitTheirUsers()
			j.plantedAnswers()
			j.openers(&total, format)
		})
	}
	total.report(t)
}

func formatName(f simulate.Format) string {
	return map[simulate.Format]string{simulate.V2: "v2", simulate.V5: "v5", simulate.Shuffled: "shuffled"}[f]
}

// judge makes the account's files and runs the program on them as a user would.
func judge(t *testing.T, opt simulate.Options) *judged {
	t.Helper()
	dir := t.TempDir()
	truth, err := simulate.New(opt).WriteDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(dir, "t.db")
	var stdout, stderr bytes.Buffer
	args := []string{"run", "--quiet", "--flow-logs", filepath.Join(dir, "flow-logs"), "--config", filepath.Join(dir, "config"),
		"--out", filepath.Join(dir, "out"), "--db", db}
	if code := run(context.Background(), args, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	body, err := os.ReadFile(filepath.Join(dir, "out", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	j := &judged{t: t, truth: truth, rules: map[string]judgedRule{}, found: map[demand]int64{}}
	if err := json.Unmarshal(body, &j.plan); err != nil {
		t.Fatal(err)
	}
	checkPlanSchema(t, body)
	j.readOpeners(db)
	return j
}

func truthKey(r simulate.RuleTruth) string {
	p := r.Rule
	from, to := p.FromPort, p.ToPort
	if !p.Protocol.HasPorts() && p.Protocol != schema.ICMP && p.Protocol != schema.ICMPv6 {
		from, to = -1, -1
	}
	return fmt.Sprintf("%s %s %s %d %d %s", r.GroupID, p.Direction, p.Protocol, from, to, p.Peer.Value)
}

func planKey(group string, r suggest.Rule) string {
	from, to := int32(-1), int32(-1)
	if r.FromPort != nil {
		from, to = *r.FromPort, *r.ToPort
	}
	return fmt.Sprintf("%s %s %s %d %d %s", group, r.Direction, r.Protocol, from, to, r.Peer.Value)
}

func (j *judged) everyRuleHasOneEntry() {
	j.t.Helper()
	for _, g := range j.plan.Groups {
		for _, r := range g.Rules {
			key := planKey(g.GroupID, r)
			if _, twice := j.rules[key]; twice {
				j.t.Errorf("%s stands in the plan twice", key)
			}
			j.rules[key] = judgedRule{g, r}
		}
	}
	for _, r := range j.truth.Rules {
		if _, ok := j.rules[truthKey(r)]; !ok {
			j.t.Errorf("%s is not in the plan", truthKey(r))
		}
	}
	if len(j.rules) != len(j.truth.Rules) {
		j.t.Errorf("the plan has %d rules, the account %d", len(j.rules), len(j.truth.Rules))
	}
}

func (j *judged) accountingAddsUp() {
	j.t.Helper()
	a, w := j.plan.Accounting, j.truth.Records
	if sum := a.Malformed + a.NoData + a.SkipData + a.Duplicate + a.Rejected + a.UnknownInterface + a.NoGroup + a.Matched +
		a.Unmatched + a.Ambiguous; sum != a.Records {
		j.t.Errorf("the classes add up to %d, records are %d: %+v", sum, a.Records, a)
	}
	for _, c := range []struct {
		class     string
		got, want int64
	}{
		{"records", a.Records, w.Records}, {"malformed", a.Malformed, w.Malformed}, {"nodata", a.NoData, w.NoData},
		{"skipdata", a.SkipData, w.SkipData}, {"duplicate", a.Duplicate, w.Duplicate}, {"rejected", a.Rejected, w.Rejected},
		{"unknown_interface", a.UnknownInterface, w.UnknownInterface}, {"no_group", a.NoGroup, w.NoGroup},
		{"matched, unmatched and ambiguous", a.Matched + a.Unmatched + a.Ambiguous, w.Admitted + w.Carried},
	} {
		if c.got != c.want {
			j.t.Errorf("%s: the plan says %d, the truth is %d", c.class, c.got, c.want)
		}
	}
}

func has(r suggest.Rule, kinds ...suggest.Kind) bool {
	return slices.ContainsFunc(r.Findings, func(f suggest.Finding) bool { return slices.Contains(kinds, f.Kind) })
}

// mustReview are rules about which no log can say enough.
var mustReview = []simulate.Expect{simulate.NeverLogged, simulate.NotObservable, simulate.Young, simulate.Unattached, simulate.Ambiguous}

// unusedRulesAreFound: every rule that nobody really used is said to be so, and goes unless no log could tell.
func (j *judged) unusedRulesAreFound() {
	j.t.Helper()
	for _, w := range j.truth.Rules {
		r, ok := j.rules[truthKey(w)]
		if !ok || w.Uses > 0 {
			continue
		}
		if !has(r.Rule, suggest.NoTraffic, suggest.ProbeOnly, suggest.StaleReference) {
			j.t.Errorf("%s (%s) was not used, findings %v", truthKey(w), w.Expect, r.Findings)
		}
		want := suggest.Remove
		if slices.Contains(mustReview, w.Expect) {
			want = suggest.Review
		}
		if r.Action != want && !(r.Action == suggest.Review && lostRecords(r.Rule)) {
			j.t.Errorf("%s (%s) was not used, action %s, want %s: %v", truthKey(w), w.Expect, r.Action, want, r.Findings)
		}
	}
}

// lostRecords says that SKIPDATA made the silence doubtful.
func lostRecords(r suggest.Rule) bool {
	return slices.ContainsFunc(r.Findings, func(f suggest.Finding) bool {
		return f.Kind == suggest.NotObservable && strings.Contains(f.Reason, "SKIPDATA")
	})
}

// usedRulesStayOrFlow: no used rule is called unused, and none goes unless its traffic flows through another.
func (j *judged) usedRulesStayOrFlow() {
	j.t.Helper()
	for _, w := range j.truth.Rules {
		r, ok := j.rules[truthKey(w)]
		if !ok || w.Uses-w.Ambiguous <= 0 {
			continue
		}
		if has(r.Rule, suggest.NoTraffic, suggest.ProbeOnly) {
			j.t.Errorf("%s (%s) was used %d times, but the plan says %v", truthKey(w), w.Expect, w.Uses, r.Findings)
		}
		if r.Action == suggest.Remove && (w.Sole > 0 || len(r.StillThrough) == 0) {
			j.t.Errorf("%s (%s) goes, but %d of its %d uses flow through nothing else", truthKey(w), w.Expect, w.Sole, w.Uses)
		}
	}
	if j.plan.Replay.Refused != 0 {
		j.t.Errorf("the replay refuses %d edges of demand", j.plan.Replay.Refused)
	}
}

// narrowedRulesAdmitTheirUsers asks the truth, not the edges: whoever used a replaced rule alone is still admitted.
func (j *judged) narrowedRulesAdmitTheirUsers() {
	j.t.Helper()
	for _, w := range j.truth.Rules {
		r, ok := j.rules[truthKey(w)]
		if !ok || r.Action != suggest.Replace || w.Sole != w.Uses {
			continue
		}
		for _, u := range w.Users {
			if !slices.ContainsFunc(r.Replacement, func(n suggest.ReplacementRule) bool { return mayAdmit(n, u.Address, u.Port) }) {
				j.t.Errorf("%s: %s used port %d, but is not admitted by %v", truthKey(w), u.Address, u.Port, words(r.Replacement))
			}
		}
	}
}

func mayAdmit(r suggest.ReplacementRule, a netip.Addr, port uint16) bool {
	if (r.Protocol == "tcp" || r.Protocol == "udp") && (int32(port) < *r.FromPort || int32(port) > *r.ToPort) {
		return false
	}
	p, isCIDR := r.Peer.Prefix()
	return !isCIDR || p.Contains(a)
}

func words(rules []suggest.ReplacementRule) (out []string) {
	for _, r := range rules {
		out = append(out, suggest.RuleName("", suggest.Rule{Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer}))
	}
	return out
}

// plantedAnswers checks rules of which the account's author knows what should be said.
func (j *judged) plantedAnswers() {
	j.t.Helper()
	for _, w := range j.truth.Rules {
		r, ok := j.rules[truthKey(w)]
		if !ok {
			continue
		}
		switch to, narrow := strings.CutPrefix(string(w.Expect), string(simulate.NarrowTo)+" "); {
		case narrow:
			j.narrowedTo(w, r.Rule, strings.Split(to, ","))
		case w.Expect == simulate.WildcardAccepted && w.Uses > 0:
			if r.Action != suggest.Keep || !has(r.Rule, suggest.WildcardSource) {
				j.t.Errorf("%s: an accepted wildcard, but %s with %v", truthKey(w), r.Action, r.Findings)
			}
		case w.Expect == simulate.Noisy:
			if !has(r.Rule, suggest.AdminPortOpen) || r.Action != suggest.Replace {
				j.t.Errorf("%s: strangers and regular users, but %s with %v", truthKey(w), r.Action, r.Findings)
			}
		case w.Expect == simulate.StaleReference:
			if r.Action != suggest.Remove || !has(r.Rule, suggest.StaleReference) {
				j.t.Errorf("%s: refers to nothing, but %s with %v", truthKey(w), r.Action, r.Findings)
			}
		}
	}
}

// narrowedTo checks that the replacement reaches no further than the planted CIDRs' own /24s, and is replaced.
func (j *judged) narrowedTo(w simulate.RuleTruth, r suggest.Rule, planted []string) {
	j.t.Helper()
	if r.Action != suggest.Replace {
		j.t.Errorf("%s: %s, want a replacement by %v; %v", truthKey(w), r.Action, planted, r.Findings)
		return
	}
	for _, n := range r.Replacement {
		p, ok := n.Peer.Prefix()
		if !ok {
			continue
		}
		inside := slices.ContainsFunc(planted, func(s string) bool {
			q := netip.MustParsePrefix(s)
			q = netip.PrefixFrom(q.Addr(), min(q.Bits(), 24)).Masked()
			return q.Bits() <= p.Bits() && q.Contains(p.Addr())
		})
		if !inside {
			j.t.Errorf("%s: replaced by %s, planted was %v", truthKey(w), p, planted)
		}
	}
}

// readOpeners reads from the database what the program is sure of.
func (j *judged) readOpeners(path string) {
	j.t.Helper()
	db, err := duck.Open(context.Background(), path, duck.Options{ReadOnly: true})
	if err != nil {
		j.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.SQL().Query(`SELECT interface_id, direction, protocol, port, sum(conversations)::BIGINT
		FROM edge JOIN logged_interface USING (iface) WHERE confidence >= 0.8 AND conversations > 0 GROUP BY ALL`)
	if err != nil {
		j.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var d demand
		var n int64
		if err := rows.Scan(&d.iface, &d.direction, &d.protocol, &d.port, &n); err != nil {
			j.t.Fatal(err)
		}
		j.found[d] = n
	}
	if err := rows.Err(); err != nil {
		j.t.Fatal(err)
	}
}

// scores add up how well openers were found.
type scores struct{ byFormat [3]score }

type score struct{ found, right, real int }

func (s score) precision() float64 { return ratio(s.right, s.found) }
func (s score) recall() float64    { return ratio(s.right, s.real) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// openers compares the services found with those really offered and used.
func (j *judged) openers(total *scores, format simulate.Format) {
	real := map[demand]bool{}
	for _, d := range j.truth.Demand {
		real[demand{d.InterfaceID, string(d.Direction), d.Protocol, d.Port}] = true
	}
	s := &total.byFormat[format]
	s.real += len(real)
	for d := range real {
		if _, ok := j.found[d]; !ok {
			j.t.Logf("missed service: %+v", d)
		}
	}
	for d := range j.found {
		s.found++
		if real[d] {
			s.right++
		} else {
			j.t.Logf("bogus service: %+v", d)
		}
	}
}

// report holds the scores to the figures of the project's reference: 99.5 % of the services found without flags are
// real, all with flags; and as many real ones are found as there.
func (s *scores) report(t *testing.T) {
	for f, name := range map[simulate.Format]string{simulate.V2: "v2, no flags", simulate.V5: "v5, flags", simulate.Shuffled: "shuffled, flags"} {
		c := s.byFormat[f]
		if c.real == 0 {
			continue
		}
		t.Logf("openers, %s: %d services found, precision %.2f %%, recall %.2f %%", name, c.found, 100*c.precision(), 100*c.recall())
		least := 1.0
		if f == simulate.V2 {
			least = 0.995
		}
		if c.precision() < least || c.recall() < 0.95 {
			t.Errorf("openers, %s: want precision of at least %.1f %% and recall of at least 95 %%", name, 100*least)
		}
	}
}
