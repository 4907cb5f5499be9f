package inventory

import (
	"iter"

	"sgfit/schema"
)

// ofInstances turns changes of instances into changes of their interfaces. The end of an instance becomes a partial one:
// when its interfaces went, within a minute or so, is not in the event.
func ofInstances(changes, others iter.Seq2[*schema.Change, error], items iter.Seq2[*schema.Item, error]) (map[resource][]*schema.Change, TrailSummary, error) {
	var sum TrailSummary
	var mine []*schema.Change
	for c, err := range changes {
		if err != nil {
			return nil, sum, err
		}
		own := *c
		mine = append(mine, &own)
	}
	if len(mine) == 0 {
		return nil, sum, nil
	}
	h, err := newHolding(others, items)
	if err != nil {
		return nil, sum, err
	}
	of := map[resource][]*schema.Change{}
	for _, c := range mine {
		if c.Deleted {
			for _, id := range h.mortal[c.ID] {
				end := *c
				end.Type, end.ID, end.Partial = schema.InterfaceItem, id, true
				of[resource{end.Type, id}] = append(of[resource{end.Type, id}], &end)
			}
			continue
		}
		c.Type, c.ID = schema.InterfaceItem, h.of(c.ID)
		if c.ID == "" {
			sum.add(TrailSummary{Changes: 1, Unplaced: 1})
			continue
		}
		key := resource{c.Type, c.ID}
		of[key] = append(of[key], c)
	}
	return of, sum, nil
}

// holding knows instances that have had one interface and no other, as far as anyone knows, and never shared it. Which
// interface of several is the primary one is not known.
type holding struct {
	only, owner map[string]string   // by instance, by interface
	shared      map[string]bool     // instances
	mortal      map[string][]string // by instance: the interfaces that end with it
}

// newHolding learns from changes of interfaces and from items.
func newHolding(changes iter.Seq2[*schema.Change, error], items iter.Seq2[*schema.Item, error]) (*holding, error) {
	h := &holding{map[string]string{}, map[string]string{}, map[string]bool{}, map[string][]string{}}
	for c, err := range changes {
		if err != nil {
			return nil, err
		}
		h.pair(c.InstanceID, c.ID)
		if c.Interface != nil {
			h.pair(c.Interface.InstanceID, c.ID)
			if c.EndsWithInstance {
				h.mortal[c.Interface.InstanceID] = append(h.mortal[c.Interface.InstanceID], c.ID)
			}
		}
	}
	for it, err := range items {
		if err != nil {
			return nil, err
		}
		if it.Interface != nil {
			h.pair(it.Interface.InstanceID, it.ID)
		}
	}
	return h, nil
}

func (h *holding) pair(instance, iface string) {
	if instance == "" {
		return
	}
	if old, ok := h.only[instance]; ok && old != iface {
		h.shared[instance] = true
	}
	if old, ok := h.owner[iface]; ok && old != instance {
		h.shared[instance], h.shared[old] = true, true
	}
	h.only[instance], h.owner[iface] = iface, instance
}

// of returns the only interface of an instance, "" when there is no such.
func (h *holding) of(instance string) string {
	if h.shared[instance] {
		return ""
	}
	return h.only[instance]
}
