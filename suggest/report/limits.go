package report

import "sgfit/suggest"

// Unseen is one kind of "could not be seen" with every rule and group that it was said of.
type Unseen struct {
	Title string
	Rows  Remarks
}

// Remark is one sentence on one rule, or on a group as a whole.
type Remark struct {
	Link               // the rule with its group's name
	Ref, Words, Reason string
	Action             suggest.Action // "" for a group
	Peers              int64          // distinct addresses of real uses
}

// Remarks are said of rules and groups. A report lists only so many of them.
type Remarks []Remark

// Short are the remarks that are listed.
func (r Remarks) Short() Remarks { return r[:min(shortList, len(r))] }

// More is how many remarks are left out.
func (r Remarks) More() int { return len(r) - len(r.Short()) }

// First are those of the first screen, Rest is how many are left out there.
func (r Remarks) First() Remarks { return r[:min(firstRemarks, len(r))] }

// Rest is how many are not among the First.
func (r Remarks) Rest() int { return len(r) - len(r.First()) }

const firstRemarks = 8

func unseen(views []GroupView) []Unseen {
	var out []Unseen
	for _, k := range unseenKinds {
		if rows := remarks(views, k, func(Card) bool { return true }); len(rows) > 0 {
			out = append(out, Unseen{kindTitle(k), rows})
		}
	}
	return out
}

// acceptedWildcards are the rules that stay open to any address: they must be on record, with their reason.
func acceptedWildcards(views []GroupView) Remarks {
	return remarks(views, suggest.WildcardSource, func(c Card) bool { return c.Action == suggest.Keep })
}

// openAdmin are the rules that nobody should find out about on page ten.
func openAdmin(views []GroupView) Remarks {
	return remarks(views, suggest.AdminPortOpen, func(Card) bool { return true })
}

// remarks lists whatever a kind of finding was said of, in the order of the groups. Only rules that pass are listed; a
// group as a whole is when its own findings have the kind and it is one that rules can be unseen by.
func remarks(views []GroupView, k suggest.Kind, pass func(Card) bool) Remarks {
	var out Remarks
	for _, v := range views {
		if reason, ok := reasonFor(v.Said, k); ok && k != suggest.WildcardSource {
			out = append(out, Remark{Link: Link{v.Short(), v.Anchor}, Ref: v.GroupID, Words: "the group as a whole", Reason: reason})
		}
		for _, c := range v.inOrder() {
			if reason, ok := reasonFor(c.Findings, k); ok && pass(*c) {
				out = append(out, Remark{Link{v.Short() + ": " + c.Words, c.Anchor}, c.Ref, c.Words, reason, c.Action, c.Evidence.Peers})
			}
		}
	}
	return out
}
