package report

import (
	"fmt"

	"sgfit/suggest"
)

// Class is one class of records, with what it means for the evidence.
type Class struct {
	Name, Meaning string
	Records       int64
	Share         string // of all records
}

func classes(a suggest.Accounting) []Class {
	cs := []Class{
		{Name: "Matched", Meaning: "credited to a rule in force at the time; answers included", Records: a.Matched},
		{Name: "Unmatched", Meaning: "accepted and opened, but no rule of the time admits it", Records: a.Unmatched},
		{Name: "Ambiguous", Meaning: "which side opened it cannot be told", Records: a.Ambiguous},
		{Name: "Rejected", Meaning: "refused by a security group, a network ACL or otherwise; never demand", Records: a.Rejected},
		{Name: "No group", Meaning: "the interface has no security group, such as a NAT gateway’s", Records: a.NoGroup},
		{Name: "Unknown interface", Meaning: "not in the inventory at the time", Records: a.UnknownInterface},
		{Name: "No data", Meaning: "AWS says: nothing happened in the interval", Records: a.NoData},
		{Name: "Skipped", Meaning: "AWS says: records were lost in the interval (SKIPDATA)", Records: a.SkipData},
		{Name: "Duplicate", Meaning: "the same record, delivered before", Records: a.Duplicate},
		{Name: "Malformed", Meaning: "could not be read; set aside with its place and reason", Records: a.Malformed},
	}
	for i := range cs {
		cs[i].Share = share(cs[i].Records, a.Records)
	}
	return cs
}

func share(part, whole int64) string {
	if whole == 0 {
		return percent(0)
	}
	return percent(float64(part) / float64(whole))
}

func classSum(a suggest.Accounting) int64 {
	var sum int64
	for _, c := range classes(a) {
		sum += c.Records
	}
	return sum
}

// accountingProblem says by how much the classes miss the records; "" when they add up.
func accountingProblem(a suggest.Accounting) string {
	sum := classSum(a)
	if sum == a.Records {
		return ""
	}
	return fmt.Sprintf("The accounting does not add up: %s were read, the classes hold %s. Do not rely on this plan.",
		count(a.Records, "record", "records"), thousands(sum))
}

// replayWords says the outcome of the replay in one sentence.
func replayWords(r suggest.Replayed) string {
	if r.Edges == 0 {
		return "Nothing could be replayed: the window holds no traffic of interfaces and groups that the inventory knew then."
	}
	noise := ""
	if r.NoiseRefused > 0 {
		noise = fmt.Sprintf(" (apart from %s of them, all probes or strangers’ one-off sessions)", thousands(r.NoiseRefused))
	}
	over := "Replayed against " + count(r.Edges, "summary line (edge)", "summary lines (edges)") + " of the window’s traffic, the plan refuses "
	if r.Refused == 0 {
		return over + "nothing that today’s rules admit" + noise + "."
	}
	return over + thousands(r.Refused) + " that today’s rules admit" + noise + ". Do not apply it."
}
