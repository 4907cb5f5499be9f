package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"sgfit/schema"
)

// The section inventory, line by line. What stands before the first `at` was so before the window.
//
//	account 111122223333 eu-west-1          what follows belongs to it (this one is the default)
//	vpc vpc-1 10.0.0.0/16 2001:db8::/56     what follows lies in it
//	subnet subnet-1 10.0.1.0/24
//	group sg-web [NAME]                     its rules follow, indented
//	  in tcp 80 0.0.0.0/0 ["description"]
//	  in tcp 8000-8100 sg-lb
//	  out all 0.0.0.0/0
//	interface eni-a 10.0.1.5,10.0.1.6 sg-web,sg-base [type=lambda] [instance=i-1] [public=203.0.113.9] [created=-1h]
//	  a dash instead of groups: none; `unrecorded` at the end: AWS Config knows nothing of it
//	instance i-1 eni-a 10.0.1.5 sg-web      Config records the instance, not its interface
//	prefix-list pl-office 192.168.22.0/24 192.168.23.0/24 [owner=AWS] [name=com.amazonaws.eu-west-1.s3]
//	flow-log fl-0aaaaaaaaaaaaaaaa vpc-1 ALL [created=-1h]    what is logged, as Config knows it
//	at +10d                                 from then on: lines as above replace the state of their resource;
//	                                        rules may be `add …` and `drop …` instead of the whole list
//	gone eni-a                              deleted
//	recorded -60d                           since when Config has been recording
//	snapshots +0d +29d                      when snapshots were delivered (default: on the first and the last day); or none
//	history none                            no history files
//	cloudtrail yes                          CloudTrail's files tell of each change of rules and of interfaces' groups
type sceneEstate struct {
	states    []sceneState
	recorded  time.Duration
	snapshots []time.Duration // nil: the default
	noSnaps   bool
	noHistory bool
	trail     bool
}

// sceneState is one resource from a time on.
type sceneState struct {
	kind            schema.ItemType
	id              string
	at              time.Duration
	initial         bool // so before the window
	gone            bool
	unrecorded      bool
	account, region string
	vpc             string
	created         *time.Duration

	cidrs    []netip.Prefix // of VPC, subnet, prefix list
	name     string
	owner    string // of a prefix list; "": the account
	rules    []schema.Rule
	iface    sceneInterface
	instance string // an interface known through its instance only
	covers   string // of a flow log: what it logs
	traffic  string
}

type sceneInterface struct {
	addresses []netip.Addr
	groups    []string
	kind      string
	instance  string
	public    netip.Addr
	subnet    string
}

// inventoryReader is the place in the section.
type inventoryReader struct {
	e               *sceneEstate
	account, region string
	vpc, subnet     string
	at              time.Duration
	initial         bool
	open            *sceneState // the group whose rules follow
}

func (s *scenario) parseInventory(body string) error {
	s.estate.recorded = -60 * 24 * time.Hour
	r := &inventoryReader{e: &s.estate, account: "111122223333", region: "eu-west-1", initial: true}
	for _, line := range sceneTexts(body) {
		var err error
		if line.indented {
			err = r.rule(line.text)
		} else {
			r.close()
			err = r.line(line.text)
		}
		if err != nil {
			return fmt.Errorf("line %d %q: %w", line.number, line.text, err)
		}
	}
	r.close()
	return nil
}

// close books the group whose rules are complete.
func (r *inventoryReader) close() {
	if r.open != nil {
		r.e.states = append(r.e.states, *r.open)
		r.open = nil
	}
}

func (r *inventoryReader) line(text string) (err error) {
	words, pairs := scenePairs(strings.Fields(text))
	if len(words) < 2 {
		return fmt.Errorf("want at least two words")
	}
	st := sceneState{id: words[1], at: r.at, initial: r.initial, account: r.account, region: r.region, vpc: r.vpc}
	if last := len(words) - 1; words[last] == "unrecorded" {
		st.unrecorded, words = true, words[:last]
	}
	if c, ok := pairs["created"]; ok {
		at, err := sceneOffset(c)
		if err != nil {
			return err
		}
		st.created = &at
	}
	switch words[0] {
	case "account":
		r.account, r.region = words[1], words[2]
		return nil
	case "vpc":
		r.vpc, st.vpc, st.kind = words[1], words[1], schema.VPCItem
		st.cidrs, err = sceneCIDRs(words[2:])
	case "subnet":
		r.subnet, st.kind = words[1], schema.SubnetItem
		st.cidrs, err = sceneCIDRs(words[2:])
	case "prefix-list":
		st.kind, st.owner, st.name = schema.PrefixListItem, pairs["owner"], pairs["name"]
		st.cidrs, err = sceneCIDRs(words[2:])
	case "flow-log":
		st.kind = schema.FlowLogItem
		if len(words) != 4 {
			return fmt.Errorf("want flow-log ID RESOURCE TRAFFIC")
		}
		st.covers, st.traffic = words[2], words[3]
	case "group":
		return r.group(st, words[2:])
	case "interface":
		st.kind = schema.InterfaceItem
		st.iface, err = r.iface(words[2:], pairs)
	case "instance":
		st.kind, st.instance, st.id = schema.InterfaceItem, words[1], words[2]
		st.iface, err = r.iface(words[3:], pairs)
		st.iface.instance = words[1]
	case "gone":
		return r.gone(words[1])
	default:
		return r.setting(words)
	}
	r.e.states = append(r.e.states, st)
	return err
}

// setting reads what is said of time and of Config itself.
func (r *inventoryReader) setting(words []string) (err error) {
	none := words[1] == "none"
	switch words[0] {
	case "at":
		r.at, err = sceneOffset(words[1])
		r.initial = false
	case "recorded":
		r.e.recorded, err = sceneOffset(words[1])
	case "cloudtrail":
		r.e.trail = !none
	case "history":
		r.e.noHistory = none
	case "snapshots":
		if r.e.noSnaps = none; none {
			return nil
		}
		for _, w := range words[1:] {
			at, err := sceneOffset(w)
			if err != nil {
				return err
			}
			r.e.snapshots = append(r.e.snapshots, at)
		}
	default:
		return fmt.Errorf("%q is no word of the inventory", words[0])
	}
	return err
}

func (r *inventoryReader) group(st sceneState, name []string) error {
	st.kind, st.name = schema.GroupItem, strings.TrimPrefix(st.id, "sg-")
	if before := r.e.latest(st.id); before != nil {
		st.name, st.rules, st.vpc, st.account, st.region = before.name, slices.Clone(before.rules), before.vpc, before.account, before.region
	}
	if len(name) > 0 {
		st.name = strings.Join(name, " ")
	}
	r.open = &st
	return nil
}

func (r *inventoryReader) gone(id string) error {
	before := r.e.latest(id)
	if before == nil {
		return fmt.Errorf("%s was never there", id)
	}
	st := *before
	st.at, st.initial, st.gone, st.created = r.at, r.initial, true, nil
	r.e.states = append(r.e.states, st)
	return nil
}

// latest is the last state of a resource that was read, or nil.
func (e *sceneEstate) latest(id string) *sceneState {
	for i := len(e.states) - 1; i >= 0; i-- {
		if e.states[i].id == id {
			return &e.states[i]
		}
	}
	return nil
}

func (r *inventoryReader) iface(words []string, pairs map[string]string) (n sceneInterface, err error) {
	if len(words) != 2 {
		return n, fmt.Errorf("want addresses and groups, got %q", words)
	}
	for a := range strings.SplitSeq(words[0], ",") {
		addr, err := netip.ParseAddr(a)
		if err != nil {
			return n, err
		}
		n.addresses = append(n.addresses, addr)
	}
	if words[1] != "-" {
		n.groups = strings.Split(words[1], ",")
	}
	n.kind, n.instance, n.subnet = "interface", pairs["instance"], r.subnet
	if pairs["type"] != "" {
		n.kind = pairs["type"]
	}
	if p := pairs["public"]; p != "" {
		n.public, err = netip.ParseAddr(p)
	}
	return n, err
}

func sceneCIDRs(words []string) (out []netip.Prefix, err error) {
	for _, w := range words {
		p, err := netip.ParsePrefix(w)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// rule reads a line below `group`.
func (r *inventoryReader) rule(text string) error {
	if r.open == nil {
		return fmt.Errorf("a rule without a group")
	}
	verb, rest, _ := strings.Cut(text, " ")
	if verb != "add" && verb != "drop" {
		verb, rest = "add", text
	}
	rule, err := parseSceneRule(rest)
	if err != nil {
		return err
	}
	if verb == "add" {
		r.open.rules = append(r.open.rules, rule)
		return nil
	}
	n := len(r.open.rules)
	r.open.rules = slices.DeleteFunc(r.open.rules, func(o schema.Rule) bool { return o.Key() == rule.Key() })
	if len(r.open.rules) == n {
		return fmt.Errorf("there is no such rule to drop")
	}
	return nil
}

// parseSceneRule reads `in tcp 80 0.0.0.0/0 "why"`: direction, protocol, ports where it has any, peer, description.
func parseSceneRule(text string) (r schema.Rule, err error) {
	text, description, _ := strings.Cut(text, ` "`)
	r.Description = strings.TrimSuffix(description, `"`)
	words := strings.Fields(text)
	if len(words) < 3 || len(words) > 4 {
		return r, fmt.Errorf("want a rule such as 'in tcp 80 10.0.0.0/8', got %q", text)
	}
	switch words[0] {
	case "in":
		r.Direction = schema.Ingress
	case "out":
		r.Direction = schema.Egress
	default:
		return r, fmt.Errorf("want in or out, got %q", words[0])
	}
	if r.Protocol, err = schema.ParseProtocol(words[1]); err != nil {
		return r, err
	}
	r.FromPort, r.ToPort = -1, -1
	if len(words) == 4 {
		if r.FromPort, r.ToPort, err = scenePorts(words[2]); err != nil {
			return r, err
		}
	}
	peer := words[len(words)-1]
	if owner, group, ok := strings.Cut(peer, "/sg-"); ok {
		r.PeerOwner, peer = owner, "sg-"+group
	}
	r.Peer, err = parseScenePeer(peer)
	return r, err
}

// scenePorts reads 80, 8000-8100, or type/code of ICMP.
func scenePorts(s string) (from, to int32, err error) {
	a, b, isRange := strings.Cut(s, "-")
	if typ, code, isICMP := strings.Cut(s, "/"); isICMP {
		a, b, isRange = typ, code, true
	}
	if !isRange {
		b = a
	}
	x, err := strconv.ParseInt(a, 10, 32)
	if err != nil {
		return 0, 0, err
	}
	y, err := strconv.ParseInt(b, 10, 32)
	return int32(x), int32(y), err
}

func parseScenePeer(s string) (schema.Peer, error) {
	switch {
	case strings.HasPrefix(s, "sg-"):
		return schema.Peer{Kind: schema.PeerGroup, Value: s}, nil
	case strings.HasPrefix(s, "pl-"):
		return schema.Peer{Kind: schema.PeerPrefixList, Value: s}, nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return schema.Peer{}, err
	}
	return schema.CIDRPeer(p), nil
}

// stateAt is a resource's state at a time, nil when it is not there.
func (e *sceneEstate) stateAt(id string, t time.Duration) *sceneState {
	var found *sceneState
	for i := range e.states {
		if s := &e.states[i]; s.id == id && (s.initial || s.at <= t) {
			found = s
		}
	}
	if found == nil || found.gone {
		return nil
	}
	return found
}

// ownerAt is the one interface that has an address at a time, nil for none or several.
func (e *sceneEstate) ownerAt(a netip.Addr, t time.Duration) *sceneState {
	var found *sceneState
	for _, id := range e.ids(schema.InterfaceItem) {
		s := e.stateAt(id, t)
		if s == nil || !slices.Contains(s.iface.addresses, a) {
			continue
		}
		if found != nil {
			return nil
		}
		found = s
	}
	return found
}

// ids lists the resources of a kind, in the order of the section.
func (e *sceneEstate) ids(kind schema.ItemType) (ids []string) {
	for _, s := range e.states {
		if s.kind == kind && !slices.Contains(ids, s.id) {
			ids = append(ids, s.id)
		}
	}
	return ids
}
