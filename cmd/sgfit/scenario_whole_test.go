package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sgfit/suggest"
)

// groupCheck reads one clause on a group.
func groupCheck(id, verb, rest string) (sceneCheck, error) {
	ask, err := groupQuestion(verb, rest)
	return sceneCheck{holds: func(o *sceneOutcome) string {
		for i := range o.plan.Groups {
			if g := &o.plan.Groups[i]; g.GroupID == id {
				return ask(g)
			}
		}
		if verb == "absent" {
			return ""
		}
		return "is not in the plan"
	}}, err
}

func groupQuestion(verb, rest string) (func(*suggest.Group) string, error) {
	bits := func(g *suggest.Group) suggest.BeforeAfter {
		if rest == "egress" {
			return g.ExposureBits.Egress
		}
		return g.ExposureBits.Ingress
	}
	wrong := func(holds bool, got any) string {
		if holds {
			return ""
		}
		return fmt.Sprintf("got %v", got)
	}
	switch verb {
	case "findings", "finding", "no", "says":
		ask, err := findingsAsk(verb, rest)
		return func(g *suggest.Group) string { return ask(g.Findings) }, err
	case "interfaces":
		return func(g *suggest.Group) string { return wrong(fmt.Sprint(g.Interfaces) == rest, g.Interfaces) }, nil
	case "suggests":
		return func(g *suggest.Group) string {
			var out []string
			for _, r := range g.Suggested {
				name := suggest.RuleName("", suggest.Rule{Direction: r.Direction, Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer})
				out = append(out, fmt.Sprintf("%s for %d", strings.TrimSpace(name), len(r.StandsFor)))
			}
			return wrong(sceneList(out) == rest, sceneList(out))
		}, nil
	case "name":
		return func(g *suggest.Group) string { return wrong(g.GroupName == rest, g.GroupName) }, nil
	case "account":
		return func(g *suggest.Group) string { return wrong(g.AccountID == rest, g.AccountID) }, nil
	case "absent":
		return func(*suggest.Group) string { return "is in the plan" }, nil
	case "tighter":
		return func(g *suggest.Group) string { return wrong(bits(g).After < bits(g).Before-1, bits(g)) }, nil
	case "same":
		return func(g *suggest.Group) string { return wrong(bits(g).After == bits(g).Before, bits(g)) }, nil
	}
	return nil, fmt.Errorf("%q is no word on a group", verb)
}

// wholeCheck reads a clause on the plan or the run as a whole.
func wholeCheck(verb, rest string) (sceneCheck, error) {
	switch verb {
	case "accounting", "replay":
		name, want, _ := strings.Cut(rest, " ")
		c := sceneCheck{about: verb + " " + name, holds: func(o *sceneOutcome) string {
			return numberWrong(o.count(verb+" "+name), want)
		}}
		if _, known := (&sceneOutcome{}).counts()[verb+" "+name]; !known {
			return c, fmt.Errorf("%q is no class", rest)
		}
		return c, nil
	case "window":
		return sceneCheck{holds: func(o *sceneOutcome) string { return numberWrong(int64(o.plan.Window.ObservedDays), rest) }}, nil
	case "week":
		return sceneCheck{holds: func(o *sceneOutcome) string {
			got := "none"
			if b := o.plan.Backtest; b != nil {
				got = fmt.Sprintf("%d of %d by %d", b.Refused, b.Conversations, b.Sources)
			}
			if got != rest {
				return "got " + got
			}
			return ""
		}}, nil
	case "observes":
		return sceneCheck{holds: func(o *sceneOutcome) string {
			var out []string
			for _, x := range o.plan.Observations {
				out = append(out, strings.Join(slices.Concat([]string{string(x.Kind)}, x.Groups, x.CIDRs), " "))
			}
			if got := sceneList(out); got != rest {
				return "got " + got
			}
			return ""
		}}, nil
	case "exceptions":
		return sceneCheck{holds: func(o *sceneOutcome) string {
			var states []string
			for _, r := range o.plan.Exceptions {
				states = append(states, string(r.State))
			}
			if got := sceneList(states); got != rest {
				return "got " + got
			}
			return ""
		}}, nil
	case "exit":
		return sceneCheck{about: "exit", holds: func(o *sceneOutcome) string { return numberWrong(int64(o.code), rest) }}, nil
	case "note":
		return sceneCheck{holds: func(o *sceneOutcome) string { return o.noteWrong(rest, true) }}, nil
	case "no":
		if kind, ok := strings.CutPrefix(rest, "note "); ok {
			return sceneCheck{holds: func(o *sceneOutcome) string { return o.noteWrong(kind, false) }}, nil
		}
		if rest == "warning" {
			return sceneCheck{holds: func(o *sceneOutcome) string { return o.stderr }}, nil
		}
	case "warning":
		text, err := strconv.Unquote(rest)
		return sceneCheck{holds: func(o *sceneOutcome) string {
			if !strings.Contains(o.stderr, text) {
				return fmt.Sprintf("got %q", o.stderr)
			}
			return ""
		}}, err
	case "again":
		how, want, _ := strings.Cut(strings.TrimPrefix(rest, "on "), ": ")
		return sceneCheck{holds: func(o *sceneOutcome) string {
			if o.again[how] != want {
				return "got " + o.again[how]
			}
			return ""
		}}, nil
	}
	return sceneCheck{}, fmt.Errorf("%q is no word of the expectations", verb)
}

func numberWrong(got int64, want string) string {
	if fmt.Sprint(got) == want || want == "some" && got > 0 {
		return ""
	}
	return fmt.Sprintf("got %d", got)
}

func (o *sceneOutcome) noteWrong(kind string, want bool) string {
	if got := slices.ContainsFunc(o.plan.Notes, func(n suggest.Note) bool { return n.Kind == kind }); got != want {
		return fmt.Sprintf("got the notes %v", o.plan.Notes)
	}
	return ""
}

func (o *sceneOutcome) count(name string) int64 { return o.counts()[name] }

// counts are the numbers of the plan as a whole.
func (o *sceneOutcome) counts() map[string]int64 {
	a, r := o.plan.Accounting, o.plan.Replay
	return map[string]int64{
		"accounting records": a.Records, "accounting malformed": a.Malformed, "accounting nodata": a.NoData, "accounting skipdata": a.SkipData,
		"accounting duplicate": a.Duplicate, "accounting rejected": a.Rejected, "accounting unknown_interface": a.UnknownInterface,
		"accounting no_group": a.NoGroup, "accounting matched": a.Matched, "accounting unmatched": a.Unmatched, "accounting ambiguous": a.Ambiguous,
		"replay edges": r.Edges, "replay refused": r.Refused, "replay noise": r.NoiseRefused,
	}
}
