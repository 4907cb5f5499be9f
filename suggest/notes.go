package suggest

import (
	"fmt"

	"sgfit/analyze"
	"sgfit/schema"
)

// notes says what could not be seen, in general; unsorted.
func notes(ev *analyze.Evidence, opt Options) []Note {
	out := []Note{
		{"never-logged", "AWS does not log DNS to its own resolver, instance metadata, its time service, DHCP, Windows licence activation and mirrored traffic; silence about them proves nothing."},
		{"icmp", "Flow logs show no ICMP type or code: ICMP rules are never tightened below protocol and peer."},
		{"best-effort", "Flow logs are delivered best effort, and a window shows only what happened in it: yearly and quarterly jobs need a window that holds them."},
	}
	f, c := ev.Facts, ev.Classes
	add := func(when bool, kind, text string) {
		if when {
			out = append(out, Note{kind, text})
		}
	}
	add(ev.ObservedDays < opt.MinDays, "short-window", fmt.Sprintf(
		"The window has %s; under %d nothing is removed or replaced.", count(int64(ev.ObservedDays), "observed day"), opt.MinDays))
	add(opt.AssumeUnchanged, "assume-unchanged", "Resources were taken to have been, before they were first seen, what they were then (--assume-unchanged): a guess, on which verdicts about earlier traffic rest.")
	add(len(f.Isolated) > 0, "isolated-days", schema.IsolatedWords(f.Isolated))
	add(f.SkipInterfaces > 0, "skipdata", fmt.Sprintf(
		"%s on %s say that AWS lost records; one can stand for many.", count(c["skipdata"], "SKIPDATA record"), count(f.SkipInterfaces, "interface")))
	add(f.UnknownInterfaces > 0, "unknown-interfaces", fmt.Sprintf(
		"%s of %s fell into times at which the inventory did not know the interface; they prove nothing about any rule.",
		count(c["unknown_interface"], "record"), count(f.UnknownInterfaces, "interface")))
	add(f.LateRecords > 0, "late-inventory", fmt.Sprintf(
		"%s of them are of interfaces that Config knows at another time: add older snapshots or history files of Config to judge them.",
		count(f.LateRecords, "record")))
	add(f.SilentInterfaces > f.QuietInterfaces, "unlogged-interfaces", fmt.Sprintf(
		"%s with groups never appeared in the logs: idle, or not covered by a flow log.", count(f.SilentInterfaces-f.QuietInterfaces, "interface")))
	add(f.QuietInterfaces > 0, "quiet-interfaces", fmt.Sprintf(
		"%s with groups had no traffic at all: a flow log covered them, and its files came.", count(f.QuietInterfaces, "interface")))
	add(c["ambiguous"] > 0, "ambiguous", fmt.Sprintf(
		"%s belong to conversations whose opener could not be told; rules that may have admitted them are not removed.", count(c["ambiguous"], "record")))
	add(c["unmatched"] > 0, "unmatched", fmt.Sprintf(
		"%s were accepted although no rule of that time admits them: connections that outlived a rule, or an inventory that lags.", count(c["unmatched"], "record")))
	add(f.ForwardingInterfaces > 0, "forwarding", "Some interfaces forward traffic of others; without pkt-srcaddr and pkt-dstaddr in the log format their records show substitute addresses.")
	return out
}
