package report

import (
	"fmt"
	"strings"

	"sgfit/suggest"
)

// ExceptionView is one exception as a report lists it.
type ExceptionView struct {
	Name, Kind, Owner, Until, Reason string
	State, Why                       string
	Void                             bool // it ran out or matches nothing
	Rules                            []Link
}

// stateTitle puts an exception's state in words.
func stateTitle(s suggest.ExceptionState) string {
	switch s {
	case suggest.InForce:
		return "In force"
	case suggest.Expired:
		return "Ran out"
	case suggest.Unmatched:
		return "Matches no rule"
	}
	return string(s)
}

// exceptions lists what is worth nothing first: somebody must look at it.
func (x index) exceptions(records []suggest.ExceptionRecord) []ExceptionView {
	var void, out []ExceptionView
	for _, r := range records {
		e := r.Exception
		v := ExceptionView{Name: e.Name(), Kind: string(e.Kind), Owner: e.Owner, Until: e.Expires, Reason: e.Reason,
			State: stateTitle(r.State), Why: r.Why, Void: r.State != suggest.InForce, Rules: x.ruleLinks(r.Rules)}
		if v.Void {
			void = append(void, v)
		} else {
			out = append(out, v)
		}
	}
	return append(void, out...)
}

// exceptionsLine counts the exceptions for a terminal; "" without any.
func exceptionsLine(views []ExceptionView) string {
	if len(views) == 0 {
		return ""
	}
	counts := map[string]int{}
	for _, v := range views {
		counts[v.State]++
	}
	var parts []string
	for _, s := range []suggest.ExceptionState{suggest.InForce, suggest.Expired, suggest.Unmatched} {
		if n := counts[stateTitle(s)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", thousands(n), strings.ToLower(stateTitle(s))))
		}
	}
	return "Exceptions on record: " + strings.Join(parts, ", ") + "."
}
