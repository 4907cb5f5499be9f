package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"sgfit/schema"
	"sgfit/schema/duck"
)

// mostSightRows is how many rows of a table are shown; JSON has all.
const mostSightRows = 20

// printSight says which flow logs there are, what they delivered, and what could not be seen.
func printSight(term *terminal, s duck.Sight) {
	printFlowLogs(term, s.FlowLogs)
	printStreams(term, s.Streams)
	if len(s.Isolated) > 0 {
		fmt.Fprintf(term.out, "\n%s\n", oneLine(schema.IsolatedWords(s.Isolated)))
	}
	if s.Worn == 0 && s.Lost.Records == 0 {
		return
	}
	fmt.Fprintln(term.out, "\nWhat could not be seen")
	for _, line := range sightWords(s) {
		fmt.Fprintln(term.out, "  "+line)
	}
	printLost(term, s.Lost)
}

func printFlowLogs(term *terminal, logs []duck.FlowLogStatus) {
	if len(logs) == 0 {
		return
	}
	fmt.Fprintln(term.out)
	w := newTable(term)
	w.AppendHeader(table.Row{"flow log", "covers", "traffic", "interfaces", "from", "to", "days loaded", "destination"})
	for _, f := range logs[:min(len(logs), mostSightRows)] {
		until := moment(f.Last)
		if f.Last.IsZero() {
			until = "still"
		}
		destination := f.Destination
		if f.DeliveryError != "" {
			destination += " (" + f.DeliveryError + ")"
		}
		w.AppendRow(table.Row{oneLine(f.FlowLogID), oneLine(f.ResourceID), oneLine(f.TrafficType), f.Interfaces, moment(f.First), until,
			f.Days, oneLine(destination)})
	}
	w.Render()
	printMore(term, len(logs))
}

func printStreams(term *terminal, streams []duck.StreamStatus) {
	if len(streams) == 0 {
		return
	}
	fmt.Fprintln(term.out)
	w := newTable(term)
	w.AppendHeader(table.Row{"delivered by", "from", "to", "days", "objects", "records", "days without any"})
	for _, s := range streams[:min(len(streams), mostSightRows)] {
		name := s.Stream
		if s.AccountID != "" {
			name = fmt.Sprintf("%s (%s, %s)", s.Stream, s.AccountID, s.Region)
		}
		w.AppendRow(table.Row{oneLine(name), dayName(s.First), dayName(s.Last), s.Days, s.Objects, s.Records, missingWords(s.Missing)})
	}
	w.Render()
	printMore(term, len(streams))
}

func printMore(term *terminal, rows int) {
	if rows > mostSightRows {
		fmt.Fprintf(term.out, "… and %d more; --json lists all\n", rows-mostSightRows)
	}
}

func dayName(t time.Time) string { return t.UTC().Format("2006-01-02") }

// missingWords says days as ranges, the first five of them.
func missingWords(days []time.Time) string {
	if len(days) == 0 {
		return "none"
	}
	var ranges []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1].Sub(days[j]) == 24*time.Hour {
			j++
		}
		if len(ranges) == 5 {
			ranges = append(ranges, "…")
			break
		}
		name := dayName(days[i])
		if j > i {
			name += " to " + dayName(days[j])
		}
		ranges = append(ranges, name)
		i = j + 1
	}
	return fmt.Sprintf("%d: %s", len(days), strings.Join(ranges, ", "))
}

// sightWords says in sentences what is missing; one that says so if nothing is.
func sightWords(s duck.Sight) []string {
	var out []string
	if s.Dark > 0 {
		words := fmt.Sprintf("%d of %d interfaces with groups left no record, and nothing shows that they were logged", s.Dark, s.Worn)
		if len(s.FlowLogs) == 0 {
			words += "; load the flow logs' definitions (AWS Config's AWS::EC2::FlowLog, or 'aws ec2 describe-flow-logs') to tell quiet ones"
		}
		out = append(out, words+".")
	}
	if s.Quiet > 0 {
		out = append(out, fmt.Sprintf("%d of %d interfaces with groups had no traffic: a flow log covered them, and its files came.", s.Quiet, s.Worn))
	}
	if s.RejectsOnly > 0 {
		out = append(out, fmt.Sprintf("%d interfaces have REJECT records only: uses of their rules may not have been logged.", s.RejectsOnly))
	}
	missing := 0
	for _, st := range s.Streams {
		missing += len(st.Missing)
	}
	if missing > 0 {
		out = append(out, fmt.Sprintf("%d days without files in streams that have some on most days; they are no observed days.", missing))
	}
	if s.Lost.Records > 0 {
		out = append(out, fmt.Sprintf("AWS lost records of %d interfaces in %d interface hours (%d SKIPDATA records).",
			s.Lost.Interfaces, s.Lost.Hours, s.Lost.Records))
	}
	if len(out) == 0 {
		out = append(out, "Every interface with groups has records, no day lacks files, and no record was lost that AWS knows of.")
	}
	return out
}

func printLost(term *terminal, l duck.LostStatus) {
	if len(l.Worst) == 0 {
		return
	}
	fmt.Fprintln(term.out)
	w := newTable(term)
	w.AppendHeader(table.Row{"lost records of", "days", "hours", "SKIPDATA records", "last"})
	for _, x := range l.Worst {
		w.AppendRow(table.Row{oneLine(x.InterfaceID), x.Days, x.Hours, x.Records, dayName(x.Last)})
	}
	w.Render()
}

type isolatedJSON struct {
	Day     string `json:"day"`
	Records int64  `json:"records"`
	Objects int64  `json:"objects"` // that reach the day
	Place   string `json:"place"`   // of one of them
}

// sightJSON is the part of `sgfit status --json` that says what could be seen.
type sightJSON struct {
	FlowLogs          []flowLogJSON `json:"flow_logs"`
	Streams           []streamJSON  `json:"streams"`
	InterfacesWorn    int64         `json:"interfaces_with_groups"`
	InterfacesQuiet   int64         `json:"interfaces_quiet"`       // no record, though logged
	InterfacesDark    int64         `json:"interfaces_not_seen"`    // no record, and perhaps not logged
	InterfacesRejects int64         `json:"interfaces_reject_only"` // REJECT records only
	Lost              lostJSON      `json:"lost"`
	// Isolated are days with few records, far from all others: they stretch the window.
	Isolated []isolatedJSON `json:"isolated_days"`
}

type flowLogJSON struct {
	FlowLogID     string     `json:"flow_log_id"`
	ResourceID    string     `json:"resource_id"`
	TrafficType   string     `json:"traffic_type"`
	Destination   string     `json:"destination"`
	DeliveryError string     `json:"delivery_error"`
	First         *time.Time `json:"first"`
	Last          *time.Time `json:"last"`
	Interfaces    int64      `json:"interfaces"`
	DaysLoaded    int64      `json:"days_loaded"`
}

type streamJSON struct {
	Stream    string   `json:"stream"`
	AccountID string   `json:"account_id"`
	Region    string   `json:"region"`
	First     string   `json:"first"`
	Last      string   `json:"last"`
	Days      int64    `json:"days"`
	Objects   int64    `json:"objects"`
	Records   int64    `json:"records"`
	Missing   []string `json:"missing"`
}

type lostJSON struct {
	Interfaces int64               `json:"interfaces"`
	Hours      int64               `json:"hours"`
	Records    int64               `json:"records"`
	Worst      []lostInterfaceJSON `json:"worst"`
}

type lostInterfaceJSON struct {
	InterfaceID string `json:"interface_id"`
	Days        int64  `json:"days"`
	Hours       int64  `json:"hours"`
	Records     int64  `json:"records"`
	Last        string `json:"last"`
}

func sightAsJSON(s duck.Sight) sightJSON {
	out := sightJSON{FlowLogs: []flowLogJSON{}, Streams: []streamJSON{}, InterfacesWorn: s.Worn, InterfacesQuiet: s.Quiet,
		InterfacesDark: s.Dark, InterfacesRejects: s.RejectsOnly,
		Lost: lostJSON{s.Lost.Interfaces, s.Lost.Hours, s.Lost.Records, []lostInterfaceJSON{}}, Isolated: []isolatedJSON{}}
	for _, f := range s.FlowLogs {
		out.FlowLogs = append(out.FlowLogs, flowLogJSON{f.FlowLogID, f.ResourceID, f.TrafficType, f.Destination, f.DeliveryError,
			orNull(f.First), orNull(f.Last), f.Interfaces, f.Days})
	}
	for _, st := range s.Streams {
		row := streamJSON{st.Stream, st.AccountID, st.Region, dayName(st.First), dayName(st.Last), st.Days, st.Objects, st.Records, []string{}}
		for _, d := range st.Missing {
			row.Missing = append(row.Missing, dayName(d))
		}
		out.Streams = append(out.Streams, row)
	}
	for _, x := range s.Lost.Worst {
		out.Lost.Worst = append(out.Lost.Worst, lostInterfaceJSON{x.InterfaceID, x.Days, x.Hours, x.Records, dayName(x.Last)})
	}
	for _, d := range s.Isolated {
		out.Isolated = append(out.Isolated, isolatedJSON{dayName(d.Day), d.Records, d.Objects, d.Place})
	}
	return out
}
