package simulate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// object is a JSON object; encoding sorts its keys.
type object = map[string]any

// configItem is one configuration item: what a resource was from captured on.
type configItem struct {
	kind     schema.ItemType
	id       string
	captured int64 // milliseconds: the change itself, and what Config needed to notice it
	deleted  bool
	body     []byte // the item as JSON
}

// state is what an item is made of.
type state struct {
	kind          schema.ItemType
	id, name      string
	zone          string
	at            int64 // when it became so, seconds
	discovered    bool
	configuration object // nil: deleted
	tags          map[string]string
	related       []object
}

// recorder is when Config was switched on; older resources were captured then.
func (a *Account) recorder() int64 { return a.window.from - 200*day }

// writeConfig writes history and snapshots, below config/, as Config lays them out: month and day without zeros
// (https://docs.aws.amazon.com/config/latest/developerguide/config-concepts.html).
func (a *Account) writeConfig(put Put) error {
	items, err := a.configItems()
	if err != nil {
		return err
	}
	for from := a.window.from; from < a.window.to && !a.opts.NoHistory; from += 6 * hour {
		if err := a.writeHistory(put, items, span{from * 1000, (from + 6*hour) * 1000}); err != nil {
			return err
		}
	}
	for t := a.window.from + 37*minute; t < a.window.to; t += int64(a.opts.SnapshotHours) * hour {
		if err := a.writeSnapshot(put, items, t); err != nil {
			return err
		}
	}
	return nil
}

// configItems returns every item that Config recorded before the window's end, in order of capture.
func (a *Account) configItems() ([]configItem, error) {
	states := a.networkStates()
	for _, g := range a.groups {
		states = append(states, a.groupStates(g)...)
	}
	for _, h := range a.hosts {
		if h.known {
			states = append(states, a.hostStates(h)...)
		}
	}
	var items []configItem
	for _, s := range states {
		item, err := a.newItem(s)
		if err != nil {
			return nil, err
		}
		if item.captured < a.window.to*1000 {
			items = append(items, item)
		}
	}
	slices.SortStableFunc(items, func(x, y configItem) int {
		return cmp.Or(cmp.Compare(x.captured, y.captured), cmp.Compare(x.id, y.id))
	})
	return items, nil
}

// captured is 15 to 170 seconds after the change, or when the recorder was switched on.
func (a *Account) captured(id string, at int64) int64 {
	lag := mix(uint64(at), a.rng("lag "+id, 0).Uint64())
	return max(at, a.recorder())*1000 + 15_000 + int64(lag%155_000)
}

// newItem spells one state as Config does since version 1.3.
func (a *Account) newItem(s state) (configItem, error) {
	item := configItem{kind: s.kind, id: s.id, captured: a.captured(s.id, s.at), deleted: s.configuration == nil}
	status := "OK"
	switch {
	case item.deleted:
		status = "ResourceDeleted"
	case s.discovered:
		status = "ResourceDiscovered"
	}
	if s.tags == nil {
		s.tags = map[string]string{}
	}
	if s.related == nil {
		s.related = []object{}
	}
	o := object{
		"relatedEvents": []string{}, "relationships": s.related, "configuration": s.configuration,
		"supplementaryConfiguration": object{}, "tags": s.tags, "configurationItemVersion": "1.3",
		"configurationItemCaptureTime": isoMillis(item.captured), "configurationStateId": item.captured,
		"awsAccountId": a.id, "configurationItemStatus": status, "resourceType": s.kind, "resourceId": s.id,
		"resourceName": nullable(s.name), "ARN": a.arn(s.kind, s.id), "awsRegion": a.region, "availabilityZone": nullable(s.zone),
		"configurationStateMd5Hash": "", "resourceCreationTime": nil,
	}
	if item.deleted {
		o["configuration"], o["relationships"], o["tags"], o["availabilityZone"] = nil, []string{}, object{}, nil
	}
	body, err := marshal(o)
	if err != nil {
		return configItem{}, fmt.Errorf("encode %s: %w", s.id, err)
	}
	item.body = body
	return item, nil
}

// writeHistory writes what changed in one period, a file for each type.
func (a *Account) writeHistory(put Put, items []configItem, period span) error {
	byType := map[schema.ItemType][][]byte{}
	for _, item := range items {
		if period.holds(item.captured) {
			byType[item.kind] = append(byType[item.kind], item.body)
		}
	}
	for _, kind := range []schema.ItemType{schema.GroupItem, schema.InterfaceItem, schema.PrefixListItem, schema.SubnetItem, schema.VPCItem} {
		if len(byType[kind]) == 0 {
			continue
		}
		from, to := time.UnixMilli(period.from).UTC(), time.UnixMilli(period.to-1000).UTC()
		name := fmt.Sprintf("ConfigHistory_%s_%s_%s_1", kind, from.Format("20060102T150405Z"), to.Format("20060102T150405Z"))
		if err := a.putItems(put, from, "ConfigHistory", name, `{"fileVersion":"1.0","configurationItems":[`, byType[kind]); err != nil {
			return err
		}
	}
	return nil
}

// writeSnapshot writes the latest item of every resource that is there at t.
func (a *Account) writeSnapshot(put Put, items []configItem, t int64) error {
	latest := map[string]configItem{}
	for _, item := range items {
		if item.captured <= t*1000 {
			latest[item.id] = item
		}
	}
	var bodies [][]byte
	for _, item := range items {
		if l := latest[item.id]; l.captured == item.captured && !item.deleted && item.captured <= t*1000 {
			bodies = append(bodies, item.body)
		}
	}
	id := uuid(mix(a.opts.Seed, uint64(t)), mix(uint64(t), a.opts.Seed))
	at := time.Unix(t, 0).UTC()
	name := fmt.Sprintf("ConfigSnapshot_%s_%s", at.Format("20060102T150405Z"), id)
	return a.putItems(put, at, "ConfigSnapshot", name, fmt.Sprintf(`{"fileVersion":"1.0","configSnapshotId":%q,"configurationItems":[`, id), bodies)
}

// putItems writes one file of items.
func (a *Account) putItems(put Put, at time.Time, folder, name, open string, bodies [][]byte) error {
	packed, err := pack([]byte(open + string(bytes.Join(bodies, []byte(","))) + "]}"))
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return put(fmt.Sprintf("config/AWSLogs/%s/Config/%s/%s/%s/%s_Config_%s_%s.json.gz", a.id, a.region, at.Format("2006/1/2"), folder,
		a.id, a.region, name), packed)
}

// marshal encodes without escaping HTML, as Config does not.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func isoMillis(t int64) string { return time.UnixMilli(t).UTC().Format("2006-01-02T15:04:05.000Z") }

// nullable is null for the empty string.
func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (a *Account) arn(kind schema.ItemType, id string) string {
	names := map[schema.ItemType]string{
		schema.GroupItem: "security-group", schema.InterfaceItem: "network-interface", schema.SubnetItem: "subnet",
		schema.VPCItem: "vpc", schema.PrefixListItem: "prefix-list",
	}
	return strings.Join([]string{"arn:aws:ec2", a.region, a.id, names[kind] + "/" + id}, ":")
}

// uuid spells 128 bits as a version 4 UUID.
func uuid(hi, lo uint64) string {
	hi, lo = hi&^0xf000|0x4000, lo&^(3<<62)|2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&(1<<48-1))
}
