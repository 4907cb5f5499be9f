package report

import (
	"sgfit/schema"
	"sgfit/suggest"
)

// groupNames are the names of groups by id. None are known to the nil value.
type groupNames map[string]string

func namesOf(plan suggest.Plan) groupNames {
	names := groupNames{}
	for _, g := range plan.Groups {
		names[g.GroupID] = g.GroupName
	}
	return names
}

// of is a group as people know it: "bastion (sg-0a…)", or its id where no name is known.
func (n groupNames) of(id string) string {
	if name := n[id]; name != "" {
		return name + " (" + id + ")"
	}
	return id
}

// short is the name alone, or the id.
func (n groupNames) short(id string) string {
	if name := n[id]; name != "" {
		return name
	}
	return id
}

// sideWord is what the peers of a direction's rules are called.
func sideWord(d schema.Direction) string {
	if d == schema.Egress {
		return "destination"
	}
	return "source"
}
