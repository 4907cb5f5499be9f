package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"sgfit/schema"
)

// trailAuthor is who changes everything in scenarios.
const trailAuthor = "arn:aws:iam::111122223333:user/alice"

// writeTrail writes what CloudTrail records of the changes after the window's begin, a file for each day, laid out and
// spelled as CloudTrail does (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html).
func (s *scenario) writeTrail(dir string) error {
	days := map[string][]configObject{}
	var order []string
	for i := range s.estate.states {
		st := &s.estate.states[i]
		if st.initial {
			continue
		}
		for _, e := range st.events(s.estate.before(i)) {
			at := sceneStart.Add(st.at)
			e["eventVersion"], e["eventSource"], e["eventTime"] = "1.08", "ec2.amazonaws.com", at.Format(time.RFC3339)
			e["eventID"] = fmt.Sprintf("00000000-0000-4000-8000-%06d%06d", i, len(days[at.Format("2006/01/02")]))
			e["awsRegion"], e["recipientAccountId"] = st.region, st.account
			e["userIdentity"] = configObject{"type": "IAMUser", "arn": trailAuthor, "accountId": st.account}
			key := filepath.Join(st.account, "CloudTrail", st.region, at.Format("2006/01/02"),
				fmt.Sprintf("%s_CloudTrail_%s_%s_0123456789abcdef.json.gz", st.account, st.region, at.Truncate(24*time.Hour).Format("20060102T1504Z")))
			if days[key] == nil {
				order = append(order, key)
			}
			days[key] = append(days[key], e)
		}
	}
	for _, key := range order {
		text, err := json.Marshal(configObject{"Records": days[key]})
		if err != nil {
			return fmt.Errorf("encode %s: %w", key, err)
		}
		if err := writeZipped(filepath.Join(dir, "cloudtrail", "AWSLogs", key), text); err != nil {
			return err
		}
	}
	return nil
}

// before is the state that a state replaced, or nil.
func (e *sceneEstate) before(i int) *sceneState {
	for j := i - 1; j >= 0; j-- {
		if e.states[j].id == e.states[i].id {
			return &e.states[j]
		}
	}
	return nil
}

// events are the calls that led from one state to the next.
func (st *sceneState) events(before *sceneState) []configObject {
	if before == nil || st.gone {
		return nil // scenarios have Config tell of what was made and deleted
	}
	switch st.kind {
	case schema.GroupItem:
		return append(st.ruleEvents("Revoke", before.rules, st.rules), st.ruleEvents("Authorize", st.rules, before.rules)...)
	case schema.InterfaceItem:
		if slices.Equal(before.iface.groups, st.iface.groups) {
			return nil
		}
		var groups []any
		for _, g := range st.iface.groups {
			groups = append(groups, configObject{"groupId": g})
		}
		return []configObject{{"eventName": "ModifyNetworkInterfaceAttribute", "requestParameters": configObject{"networkInterfaceId": st.id,
			"groupSet": trailList(groups)}, "responseElements": configObject{"_return": true}}}
	}
	return nil
}

// ruleEvents are calls for the rules that are in some and not in others, one each.
func (st *sceneState) ruleEvents(verb string, some, others []schema.Rule) []configObject {
	var events []configObject
	for _, r := range some {
		if slices.ContainsFunc(others, func(o schema.Rule) bool { return o.Key() == r.Key() }) {
			continue
		}
		side := map[schema.Direction]string{schema.Ingress: "Ingress", schema.Egress: "Egress"}[r.Direction]
		one := sceneState{account: st.account, rules: []schema.Rule{r}}
		p := one.permissions(r.Direction)[0].(configObject)
		p["ipRanges"], p["groups"] = p["ipv4Ranges"], p["userIdGroupPairs"]
		for _, list := range []string{"ipRanges", "ipv6Ranges", "prefixListIds", "groups"} {
			p[list] = trailList(p[list].([]any))
		}
		delete(p, "ipv4Ranges")
		delete(p, "userIdGroupPairs")
		events = append(events, configObject{"eventName": verb + "SecurityGroup" + side, "requestParameters": configObject{"groupId": st.id,
			"ipPermissions": trailList([]any{p})}, "responseElements": configObject{"_return": true}})
	}
	return events
}

// trailList is {} when empty.
func trailList(items []any) configObject {
	if len(items) == 0 {
		return configObject{}
	}
	return configObject{"items": items}
}
