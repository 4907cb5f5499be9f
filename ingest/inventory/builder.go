package inventory

import (
	"iter"

	"sgfit/schema"
)

// partSize is how many versions are handed on at a time.
const partSize = 20_000

// builder makes versions of one resource after the other, given what is to be known of the whole: when everything was
// counted, which instances let go of which interfaces, what was said of single rules, and what CloudTrail recorded.
type builder struct {
	census   census
	detached map[string][]observation // by interface
	remarks  remarks
	trail    *trail
	opts     Options
}

// parts makes versions of items that come resource by resource. It holds the items of one resource and one part.
func (b *builder) parts(items iter.Seq2[*schema.Item, error]) iter.Seq2[*schema.Inventory, error] {
	return func(yield func(*schema.Inventory, error) bool) {
		part := new(schema.Inventory)
		for life, err := range b.sharpened(items) {
			if err != nil {
				yield(nil, err)
				return
			}
			addVersions(part, life, states(life, b.census, b.opts), b.remarks)
			if countVersions(part) < partSize {
				continue
			}
			if !yield(part, nil) {
				return
			}
			part = new(schema.Inventory)
		}
		yield(part, nil)
	}
}

// sharpened yields the life of one resource after the other, in order of type and id: of those that have items, and of
// those that only CloudTrail knows.
func (b *builder) sharpened(items iter.Seq2[*schema.Item, error]) iter.Seq2[[]observation, error] {
	return func(yield func([]observation, error) bool) {
		for own, err := range resources(items) {
			if err != nil {
				yield(nil, err)
				return
			}
			of := resource{own[0].Type, own[0].ID}
			if !b.unseen(func(r resource) bool { return compareResources(r, of) < 0 }, yield) {
				return
			}
			life, err := b.trail.sharpen(of, b.life(own), b.remarks)
			if !yield(life, err) {
				return
			}
		}
		b.unseen(func(resource) bool { return true }, yield)
	}
}

// unseen yields the resources to come of which there is no item, for as long as they are wanted.
func (b *builder) unseen(wanted func(resource) bool, yield func([]observation, error) bool) bool {
	for {
		of, ok := b.trail.next()
		if !ok || !wanted(of) {
			return true
		}
		life, err := b.trail.sharpen(of, nil, b.remarks)
		if !yield(life, err) || err != nil {
			return false
		}
	}
}

// resources gathers the items of each resource. What it yields is valid until the next.
func resources(items iter.Seq2[*schema.Item, error]) iter.Seq2[[]*schema.Item, error] {
	return func(yield func([]*schema.Item, error) bool) {
		var own []*schema.Item
		for it, err := range items {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(own) > 0 && !sameResource(own[0], it) {
				if !yield(own, nil) {
					return
				}
				own = own[:0]
			}
			own = append(own, it)
		}
		if len(own) > 0 {
			yield(own, nil)
		}
	}
}
