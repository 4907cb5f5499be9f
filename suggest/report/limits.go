package report

import "sgfit/suggest"

// Unseen is one kind of "could not be seen" with every rule and group that it was said of.
type Unseen struct {
	Title string
	Rows  []Remark
}

// Remark is one sentence on one rule, or on a group as a whole.
type Remark struct {
	Anchor, Group, Ref, Words, Reason string
	Action                            suggest.Action
	Peers                             int64 // distinct addresses of real uses
}

func unseen(views []GroupView) []Unseen {
	var out []Unseen
	for _, k := range unseenKinds {
		if rows := remarks(views, k, func(suggest.Rule) bool { return true }); len(rows) > 0 {
			out = append(out, Unseen{kindTitle(k), rows})
		}
	}
	return out
}

// acceptedWildcards are the rules that stay open to any address: they must be on record, with their reason.
func acceptedWildcards(views []GroupView) []Remark {
	return remarks(views, suggest.WildcardSource, func(r suggest.Rule) bool { return r.Action == suggest.Keep })
}

// openAdmin are the rules that nobody should find out about on page ten.
func openAdmin(views []GroupView) []Remark {
	return remarks(views, suggest.AdminPortOpen, func(suggest.Rule) bool { return true })
}

// remarks lists whatever a kind of finding was said of, in the order of the groups. Only rules that pass are listed; a
// group as a whole is when its own findings have the kind and it is one that rules can be unseen by.
func remarks(views []GroupView, k suggest.Kind, pass func(suggest.Rule) bool) []Remark {
	var out []Remark
	for _, v := range views {
		if reason, ok := reasonFor(v.Group.Findings, k); ok && k != suggest.WildcardSource {
			out = append(out, Remark{Anchor: v.Anchor, Group: v.GroupID, Ref: v.GroupID, Words: "the group as a whole", Reason: reason})
		}
		for i, r := range v.Rules {
			if reason, ok := reasonFor(r.Findings, k); ok && pass(r) {
				out = append(out, Remark{v.Anchor, v.GroupID, indexRef(v.GroupID, i+1), ruleWords(r), reason, r.Action, r.Evidence.Peers})
			}
		}
	}
	return out
}
