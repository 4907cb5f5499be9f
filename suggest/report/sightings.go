package report

import (
	"sgfit/suggest"
	"strings"

	"sgfit/schema"
)

// sightings writes where and by whom the rule was used, what else admits it, and the objects in which that stands.
func (x *explanation) sightings(s *schema.Sightings, limit int) {
	if s == nil {
		return
	}
	shown := suggest.VisibleCopy(*s)
	strangers := ""
	if x.found.rule.Evidence.Noise > 0 {
		strangers = ", strangers’ sessions included"
	}
	x.seen("Interfaces that it was used at"+strangers, len(shown.Interfaces), limit, func(i int) string {
		n := shown.Interfaces[i]
		return joined(" · ", n.InterfaceID, n.Description, n.InstanceID) + ": " + sightingWords(n.Sighting) + ", " + count(n.Peers, "peer", "peers")
	})
	x.seen("Peers, busiest first"+strangers, len(shown.Peers), limit, func(i int) string {
		n := shown.Peers[i]
		name := joined(" · ", strings.Join(n.Interfaces, ", "), n.Description, strings.Join(n.Groups, ", "), n.Subnet)
		if name != "" {
			name = " (" + name + ")"
		}
		return n.Address + name + ": " + strings.Join(n.Services, ", ") + ": " + sightingWords(n.Sighting)
	})
	x.seen("Other rules that admitted some of it", len(shown.Also), limit, func(i int) string {
		return shown.Also[i].Rule + ": " + count(shown.Also[i].Conversations, "conversation", "conversations")
	})
	x.seen("Flow logs of these times, in which the evidence lies", len(shown.Objects), limit, func(i int) string {
		o := shown.Objects[i]
		return o.Place + ": " + count(o.Records, "record", "records") + ", " + minute(&o.First) + " to " + minute(&o.Last)
	})
}

// seen writes a list of which at most limit items are shown; 0 shows all.
func (x *explanation) seen(title string, n, limit int, item func(int) string) {
	var items []string
	for i := range n {
		if limit > 0 && i == limit {
			items = append(items, "and "+thousands(n-limit)+" more: --limit 0 shows all")
			break
		}
		items = append(items, item(i))
	}
	x.items(title+" ("+thousands(n)+")", items)
}

func sightingWords(s schema.Sighting) string {
	words := count(s.Conversations, "conversation", "conversations")
	if s.Probes > 0 {
		words += ", " + count(s.Probes, "probe", "probes")
	}
	if s.Ambiguous > 0 {
		words += ", " + count(s.Ambiguous, "of an unknown opener", "of unknown openers")
	}
	return words + ", " + byteSize(s.Bytes) + ", on " + count(s.Days, "day", "days") + ", " + minute(&s.First) + " to " + minute(&s.Last)
}
