package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sgfit/schema"
)

// readRuleSet reads a response's list of rules. All or nothing: half a change would be a wrong one.
func readRuleSet(raw json.RawMessage, dir schema.Direction) ([]schema.Rule, error) {
	var set list
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	var rules []schema.Rule
	for _, one := range set {
		var body ruleBody
		if err := json.Unmarshal(one, &body); err != nil {
			return nil, err
		}
		if body.IsEgress.Known && body.IsEgress.Value != (dir == schema.Egress) {
			return nil, errors.New("a rule of the other direction")
		}
		r, err := body.rule(dir)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return compactRules(rules), nil
}

// rulesRequest is what Authorize… and Revoke… ask for: lists of permissions, or one rule in the flat spelling of old
// callers, which comes with "ipPermissions": {}.
type rulesRequest struct {
	IPPermissions                   list
	IPProtocol                      *text
	FromPort, ToPort                number
	CIDRIP, SourceSecurityGroupName word
	SecurityGroupRuleIDs            json.RawMessage
}

// trailPermission is a permission with CloudTrail's lists. Groups are what other places call userIdGroupPairs.
type trailPermission struct {
	IPProtocol                                      *text
	FromPort, ToPort                                number
	IPRanges, IPv4Ranges, IPv6Ranges, PrefixListIDs list
	Groups, UserIDGroupPairs                        list
}

func (r *rulesRequest) rules(dir schema.Direction) ([]schema.Rule, error) {
	if r.CIDRIP != "" {
		body := ruleBody{IPProtocol: r.IPProtocol, FromPort: r.FromPort, ToPort: r.ToPort, CIDRIPv4: r.CIDRIP}
		rule, err := body.rule(dir)
		return []schema.Rule{rule}, err
	}
	if r.SourceSecurityGroupName != "" {
		return nil, errors.New("the source is a group's name, which does not identify it")
	}
	var rules []schema.Rule
	for _, raw := range r.IPPermissions {
		var p trailPermission
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, err
		}
		body := permissionBody{IPProtocol: p.IPProtocol, FromPort: p.FromPort, ToPort: p.ToPort, IPv4Ranges: p.IPv4Ranges, IPRanges: p.IPRanges,
			IPv6Ranges: p.IPv6Ranges, PrefixListIDs: p.PrefixListIDs, UserIDGroupPairs: append(p.Groups, p.UserIDGroupPairs...)}
		found, lost := body.rules(dir, raw)
		if len(lost) > 0 {
			return nil, errors.New(lost[0].Reason)
		}
		rules = append(rules, found...)
	}
	return compactRules(rules), nil
}

// requested reads the rules that a call names, by content and by id.
func (e *trailEvent) requested(dir schema.Direction) (rules []schema.Rule, byID []string, err error) {
	var r rulesRequest
	if err := json.Unmarshal(e.RequestParameters, &r); err != nil {
		return nil, nil, err
	}
	rules, err = r.rules(dir)
	return rules, ids(r.SecurityGroupRuleIDs, "sgr-"), err
}

// authorized prefers the response, which has the ids of the rules.
func authorized(dir schema.Direction) trailReader {
	return func(e *trailEvent) ([]schema.Change, error) {
		added, err := readRuleSet(member(e.ResponseElements, "securityGroupRuleSet"), dir)
		if err == nil && len(added) == 0 {
			added, _, err = e.requested(dir)
		}
		switch {
		case err != nil:
			return nil, err
		case len(added) == 0:
			return nil, errors.New("it names no rule")
		}
		return e.oneGroup(schema.ChangeBody{AddedRules: added})
	}
}

// revoked prefers the response too, which younger events have; a request may name its rules by nothing but their ids.
func revoked(dir schema.Direction) trailReader {
	return func(e *trailEvent) ([]schema.Change, error) {
		var byID []string
		removed, err := readRuleSet(member(e.ResponseElements, "revokedSecurityGroupRuleSet"), dir)
		if err == nil && len(removed) == 0 {
			removed, byID, err = e.requested(dir)
		}
		switch {
		case err != nil:
			return nil, err
		case len(removed)+len(byID) == 0:
			return nil, errors.New("it names no rule")
		}
		return e.oneGroup(schema.ChangeBody{RemovedRules: removed, RemovedRuleIDs: byID})
	}
}

// oneGroup finds the group's id in the rules of the response where the request has only its name.
func (e *trailEvent) oneGroup(body schema.ChangeBody) ([]schema.Change, error) {
	changes, err := e.one(schema.GroupItem, "sg-", body)
	if err == nil {
		return changes, nil
	}
	var set list
	if json.Unmarshal(member(e.ResponseElements, "securityGroupRuleSet"), &set) == nil && len(set) > 0 {
		var first ruleBody
		if json.Unmarshal(set[0], &first) == nil && strings.HasPrefix(string(first.GroupID), "sg-") {
			return []schema.Change{{Type: schema.GroupItem, ID: string(first.GroupID), ChangeBody: body}}, nil
		}
	}
	return nil, err
}

// modifiedRules reads the newer spelling: {"GroupId": …, "SecurityGroupRule": one or several}. The direction is not in
// the event; the rule's id has to tell it.
func modifiedRules(e *trailEvent) ([]schema.Change, error) {
	var r struct{ SecurityGroupRule, SecurityGroupRules list }
	if err := json.Unmarshal(e.RequestParameters, &r); err != nil {
		return nil, err
	}
	var rules []schema.Rule
	for _, raw := range append(r.SecurityGroupRule, r.SecurityGroupRules...) {
		var one struct {
			SecurityGroupRuleID word
			SecurityGroupRule   ruleBody
		}
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(string(one.SecurityGroupRuleID), "sgr-") {
			return nil, errors.New("a rule without SecurityGroupRuleId")
		}
		one.SecurityGroupRule.SecurityGroupRuleID = one.SecurityGroupRuleID
		rule, err := one.SecurityGroupRule.rule("")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.SecurityGroupRuleID, err)
		}
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return nil, errors.New("it names no rule")
	}
	return e.one(schema.GroupItem, "sg-", schema.ChangeBody{ModifiedRules: compactRules(rules)})
}

// touchedGroup is on record, though what the group admits is what it was.
func touchedGroup(e *trailEvent) ([]schema.Change, error) {
	return e.one(schema.GroupItem, "sg-", schema.ChangeBody{})
}

func createdGroup(e *trailEvent) ([]schema.Change, error) {
	var r struct{ GroupName, GroupDescription, VPCID word }
	if err := json.Unmarshal(e.RequestParameters, &r); err != nil {
		return nil, err
	}
	id, err := e.id("sg-")
	return []schema.Change{{Type: schema.GroupItem, ID: id, ChangeBody: schema.ChangeBody{Created: true, Group: &schema.Group{
		GroupID: id, AccountID: e.account(), Region: string(e.AWSRegion), VPCID: string(r.VPCID), Name: string(r.GroupName),
		Description: string(r.GroupDescription)}}}}, err
}

func deletedGroup(e *trailEvent) ([]schema.Change, error) {
	return e.one(schema.GroupItem, "sg-", schema.ChangeBody{Deleted: true})
}
