package analyze

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"sgfit/schema"
)

//go:embed ask/*.sql
var asked embed.FS

// ErrNotAnalyzed says that what is loaded is newer than what was analysed.
var ErrNotAnalyzed = errors.New("something was loaded since the last analysis")

// SightingsOf answers what the database holds of the use of one rule in force at the end of a window. It only reads.
// The answers are those of the last Run; after another load there are none (ErrNotAnalyzed).
func SightingsOf(ctx context.Context, db *sql.DB, groupID string, rule schema.Rule, end time.Time) (*schema.Sightings, error) {
	s := sightings{db: db, out: &schema.Sightings{Interfaces: []schema.InterfaceSighting{}, Peers: []schema.PeerSighting{},
		Also: []schema.RuleSighting{}, Objects: []schema.ObjectSighting{}}}
	var fresh bool
	if err := db.QueryRowContext(ctx, `SELECT count(*) > 0 FROM meta WHERE key = 'analyzed'`).Scan(&fresh); err != nil {
		return nil, fmt.Errorf("look at the database: %w", err)
	}
	if !fresh {
		return nil, ErrNotAnalyzed
	}
	err := s.each(ctx, "rule", func(scan func(...any) error) error { return scan(&s.no) }, groupID, string(rule.Direction),
		int(rule.Protocol), rule.FromPort, rule.ToPort, string(rule.Peer.Kind), rule.Peer.Value, end.Unix()-1)
	if err == nil && s.no > 0 {
		err = s.read(ctx, groupID)
	}
	if err != nil {
		return nil, fmt.Errorf("look for the uses of a rule: %w", err)
	}
	return s.out, nil
}

// sightings reads the uses of one rule.
type sightings struct {
	db  *sql.DB
	no  uint32 // 0: the inventory does not have it
	out *schema.Sightings
}

// each asks one question and calls row for every result row.
func (s *sightings) each(ctx context.Context, name string, row func(scan func(...any) error) error, args ...any) error {
	query, err := asked.ReadFile("ask/" + name + ".sql")
	if err != nil {
		return err
	}
	rows, err := s.db.QueryContext(ctx, string(query), args...)
	if err != nil {
		return fmt.Errorf("ask %s: %w", name, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return rows.Err()
}

func (s *sightings) read(ctx context.Context, groupID string) error {
	subnets, err := s.subnets(ctx, groupID)
	if err != nil {
		return err
	}
	for name, row := range map[string]func(scan func(...any) error) error{
		"interfaces": s.interfaceRow, "also": s.alsoRow, "objects": s.objectRow,
		"peers": func(scan func(...any) error) error { return s.peerRow(scan, subnets) }} {
		if err := s.each(ctx, name, row, s.no); err != nil {
			return err
		}
	}
	return nil
}

func (s *sightings) interfaceRow(scan func(...any) error) error {
	var i schema.InterfaceSighting
	var first, last int64
	err := scan(&i.InterfaceID, &i.AccountID, &i.Type, &i.Description, &i.InstanceID, &i.Peers, &i.Conversations, &i.Probes, &i.Ambiguous,
		&i.Bytes, &i.Days, &first, &last)
	i.First, i.Last = secondsToTime(first), secondsToTime(last)
	s.out.Interfaces = append(s.out.Interfaces, i)
	return err
}

func (s *sightings) peerRow(scan func(...any) error, subnets []subnetName) error {
	var p schema.PeerSighting
	var hi, lo uint64
	var first, last int64
	var interfaces, groups, services string
	err := scan(&hi, &lo, &interfaces, &groups, &p.Description, &services, &p.Conversations, &p.Probes, &p.Ambiguous, &p.Bytes, &p.Days, &first, &last)
	if err != nil {
		return err
	}
	addr := schema.AddrFromBits(hi, lo)
	p.Address, p.First, p.Last = addr.String(), secondsToTime(first), secondsToTime(last)
	p.Interfaces, p.Groups, p.Services = append([]string{}, split(interfaces)...), append([]string{}, split(groups)...), []string{}
	for _, service := range split(services) {
		p.Services = append(p.Services, serviceName(service))
	}
	for _, n := range subnets {
		if n.cidr.Contains(addr) {
			p.Subnet = n.name
		}
	}
	s.out.Peers = append(s.out.Peers, p)
	return nil
}

// serviceName spells "6/443" as "tcp 443", and "1/0" as "icmp".
func serviceName(s string) string {
	number, port, _ := strings.Cut(s, "/")
	p, err := schema.ParseProtocol(number)
	if err != nil || !p.HasPorts() {
		return p.String()
	}
	return p.String() + " " + port
}

func (s *sightings) alsoRow(scan func(...any) error) error {
	var groupID string
	var r schema.Rule
	var n schema.RuleSighting
	if err := scan(&groupID, &r.Direction, &r.Protocol, &r.FromPort, &r.ToPort, &r.Peer.Kind, &r.Peer.Value, &n.Conversations); err != nil {
		return err
	}
	n.Rule = groupID + " " + string(r.Direction) + " " + r.Words()
	s.out.Also = append(s.out.Also, n)
	return nil
}

func (s *sightings) objectRow(scan func(...any) error) error {
	var o schema.ObjectSighting
	var first, last int64
	err := scan(&o.Place, &o.Hash, &o.Records, &first, &last, &o.Days)
	o.First, o.Last = secondsToTime(first), secondsToTime(last)
	s.out.Objects = append(s.out.Objects, o)
	return err
}

// subnetName is one CIDR of a subnet, and the subnet's id and name.
type subnetName struct {
	cidr netip.Prefix
	name string
}

// subnets are those of the group's VPC, by what is known last.
func (s *sightings) subnets(ctx context.Context, groupID string) ([]subnetName, error) {
	const query = `
		SELECT cidr, arg_max(subnet_id || CASE WHEN name = '' THEN '' ELSE ' ' || name END, valid_from)
		FROM subnet WHERE vpc_id IN (SELECT vpc_id FROM security_group WHERE group_id = ?) GROUP BY cidr ORDER BY cidr`
	rows, err := s.db.QueryContext(ctx, query, groupID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []subnetName
	for rows.Next() {
		var cidr string
		var n subnetName
		if err := rows.Scan(&cidr, &n.name); err != nil {
			return nil, err
		}
		if n.cidr, err = schema.ParseCIDR(cidr); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}
