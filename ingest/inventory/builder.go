package inventory

import (
	"iter"

	"sgfit/schema"
)

// partSize is how many versions are handed on at a time.
const partSize = 20_000

// builder makes versions of one resource after the other, given what is to be known of the whole: when everything was
// counted, which instances let go of which interfaces, and what was said of single rules.
type builder struct {
	census   census
	detached map[string][]observation // by interface
	remarks  remarks
	opts     Options
}

// add makes the versions of one resource, of which it gets every item in any order.
func (b *builder) add(inv *schema.Inventory, items []*schema.Item) {
	life := b.life(items)
	// What is known of this resource's changes from elsewhere would sharpen the life here, before it becomes states.
	addVersions(inv, life, states(life, b.census, b.opts), b.remarks)
}

// parts makes versions of items that come resource by resource. It holds the items of one resource and one part.
func (b *builder) parts(items iter.Seq2[*schema.Item, error]) iter.Seq2[*schema.Inventory, error] {
	return func(yield func(*schema.Inventory, error) bool) {
		part := new(schema.Inventory)
		var life []*schema.Item
		for it, err := range items {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(life) > 0 && !sameResource(life[0], it) {
				b.add(part, life)
				life = life[:0]
				if countVersions(part) >= partSize {
					if !yield(part, nil) {
						return
					}
					part = new(schema.Inventory)
				}
			}
			life = append(life, it)
		}
		b.add(part, life)
		yield(part, nil)
	}
}
