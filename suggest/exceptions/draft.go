package exceptions

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sgfit/suggest"
)

const draftNote = `#
# This is a draft of the plan of %s to %s. Fill in owner and reason of what is needed, and delete the rest: an
# exception without them is refused.
`

// Draft writes the exceptions that a plan asks about: wildcards that it accepts for their many sources, and, commented
// out, silent rules that it leaves for review. What is on record already is left out. Each holds for a year from asOf.
func Draft(plan suggest.Plan, asOf time.Time) []byte {
	d := &draft{expires: suggest.UsualExpiry(asOf), names: suggest.UniqueNames(plan.Groups)}
	d.out.WriteString(fileHead)
	fmt.Fprintf(&d.out, draftNote, plan.Window.Start.Format(time.DateOnly), plan.Window.End.AddDate(0, 0, -1).Format(time.DateOnly))
	d.out.WriteString(listHead + "\n")
	for _, g := range plan.Groups {
		for _, r := range g.Rules {
			if reason, ok := accepted(r); ok {
				d.entry(&g, &r, suggest.Accepted, reason, "")
			}
		}
	}
	list := d.out.Len() - 1
	silent := d.entries
	for _, g := range plan.Groups {
		for _, r := range g.Rules {
			if reason, ok := silentReview(r); ok {
				if d.entries == silent {
					d.out.WriteString("\n# Silent rules that the plan leaves for review. Uncomment those that somebody needs: take \"# \" off their lines.\n")
				}
				d.entry(&g, &r, suggest.Seasonal, reason, "# ")
			}
		}
	}
	if d.entries == 0 { // where some are commented out, they must fit below
		d.out.Truncate(list)
		d.out.WriteString(" []\n")
	}
	return d.out.Bytes()
}

// accepted says why a wildcard is kept.
func accepted(r suggest.Rule) (string, bool) {
	if r.Action != suggest.Keep || r.Exception != nil || !r.Peer.IsWildcard() {
		return "", false
	}
	return reasonOf(r, suggest.WildcardSource)
}

// silentReview says why nothing is known of a rule's use.
func silentReview(r suggest.Rule) (string, bool) {
	if r.Action != suggest.Review || r.Exception != nil || r.Evidence.Conversations > 0 {
		return "", false
	}
	return reasonOf(r, suggest.NoTraffic)
}

func reasonOf(r suggest.Rule, k suggest.Kind) (string, bool) {
	i := slices.IndexFunc(r.Findings, func(f suggest.Finding) bool { return f.Kind == k })
	if i < 0 {
		return "", false
	}
	return r.Findings[i].Reason, true
}

// draft is the file as far as it is written. names are those of groups that only one has.
type draft struct {
	out     bytes.Buffer
	expires string
	names   map[string]string
	entries int
}

// entry writes one exception, every line after the prefix.
func (d *draft) entry(g *suggest.Group, r *suggest.Rule, kind suggest.ExceptionKind, reason, prefix string) {
	d.entries++
	x := suggest.ExceptionFor(g, r, d.names)
	x.Kind, x.Expires = kind, d.expires
	fmt.Fprintf(&d.out, "\n%s  # %s\n%s", prefix, strings.Trim(strconv.Quote(reason), `"`), entry(&x, prefix+"  "))
}
