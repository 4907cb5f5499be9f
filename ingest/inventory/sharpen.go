package inventory

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"sgfit/ingest"
	"sgfit/schema"
)

// resource names what observations and changes are of.
type resource struct {
	typ schema.ItemType
	id  string
}

func compareResources(a, b resource) int {
	return cmp.Or(cmp.Compare(a.typ, b.typ), cmp.Compare(a.id, b.id))
}

// sharpenable are the types of which changes are retraced.
var sharpenable = []schema.ItemType{schema.FlowLogItem, schema.GroupItem, schema.InterfaceItem, schema.PrefixListItem}

// trail goes through CloudTrail's changes resource by resource, beside a builder that does so with items. It holds the
// changes of one resource, and all that were made of instances, which are few.
type trail struct {
	pull     func() (*schema.Change, error, bool)
	stop     func()
	head     *schema.Change // the next to come
	err      error          // in place of it
	indirect map[resource][]*schema.Change
	sum      TrailSummary
}

// newTrail takes changes of sharpenable types, sorted by type and id, and those of interfaces by way of instances.
func newTrail(changes iter.Seq2[*schema.Change, error], indirect map[resource][]*schema.Change, sum TrailSummary) *trail {
	t := &trail{indirect: indirect, sum: sum}
	t.pull, t.stop = iter.Pull2(changes)
	t.advance()
	return t
}

func (t *trail) advance() {
	t.head, t.err, _ = t.pull()
}

// next is the resource to come.
func (t *trail) next() (resource, bool) {
	if t.head == nil {
		return resource{}, t.err != nil // an error comes at once
	}
	return resource{t.head.Type, t.head.ID}, true
}

// sharpen retraces a resource if there are changes of it, which then must be the next to come. said is known of the rules
// of groups.
func (t *trail) sharpen(of resource, life []observation, said remarks) ([]observation, error) {
	var changes []*schema.Change
	for t.head != nil && t.head.Type == of.typ && t.head.ID == of.id {
		changes = append(changes, t.head)
		t.advance()
	}
	if t.err != nil {
		return nil, t.err
	}
	if changes = append(changes, t.indirect[of]...); len(changes) == 0 {
		return life, nil
	}
	life, sum := retrace(life, changes, said[of.id])
	t.sum.add(sum)
	return life, nil
}

// readTrail opens the sink's changes. The items are gone through once more only if an instance was changed: what is said
// of an instance is meant for its primary interface.
func readTrail(ctx context.Context, sink ingest.InventorySink) (*trail, error) {
	indirect, sum, err := ofInstances(sink.Changes(ctx, schema.InstanceItem), sink.Changes(ctx, schema.InterfaceItem), sink.Items(ctx))
	if err != nil {
		return nil, fmt.Errorf("read back the changes of instances: %w", err)
	}
	return newTrail(sink.Changes(ctx, sharpenable...), indirect, sum), nil
}
