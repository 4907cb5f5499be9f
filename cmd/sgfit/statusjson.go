package main

import (
	"time"

	"sgfit/schema"
	"sgfit/schema/duck"
)

// statusJSON is what `sgfit status --json` prints. Names are spelled as in plan.json; times are RFC 3339, null for none
// (for the end of what is known: still true).
type statusJSON struct {
	Version   int              `json:"version"` // of the database
	Objects   []objectsJSON    `json:"objects"`
	Inventory []resourcesJSON  `json:"inventory"`
	Accounts  loadedOwnersJSON `json:"accounts"`
	Days      []dayJSON        `json:"days"`
	Sight     sightJSON        `json:"sight"`    // what could be seen
	Rejected  int64            `json:"rejected"` // lines or objects set aside
	Analyzed  bool             `json:"analyzed"` // since the last load
	Plans     int              `json:"plans"`
}

type objectsJSON struct {
	Kind     schema.ObjectKind `json:"kind"`
	Source   string            `json:"source"` // flow-logs, config, answers, live, cloudtrail
	Objects  int64             `json:"objects"`
	Problems int64             `json:"problems"`
	Records  int64             `json:"records"`
	First    *time.Time        `json:"first"`
	Last     *time.Time        `json:"last"`
}

type resourcesJSON struct {
	Name      string     `json:"name"`
	Resources int64      `json:"resources"`
	States    int64      `json:"states"`
	First     *time.Time `json:"first"`
	Last      *time.Time `json:"last"`
}

type loadedOwnersJSON struct {
	Logged           []string `json:"logged"`
	Known            []string `json:"known"`
	LoggedInterfaces int      `json:"logged_interfaces"`
	KnownInterfaces  int      `json:"known_interfaces"`
}

type dayJSON struct {
	Day        string `json:"day"`
	Interfaces int64  `json:"interfaces"`
	Records    int64  `json:"records"`
	SkipData   int64  `json:"skipdata"`
}

// rejectedJSON is one element of what `sgfit status --rejected --json` prints. Line 0 means the object as a whole.
type rejectedJSON struct {
	Place  string `json:"place"`
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Sample string `json:"sample"`
	Pieces int64  `json:"pieces"` // how many it stands for, where there are too many to list; else 1
}

func statusAsJSON(st duck.Status, sight duck.Sight, rejected int64) statusJSON {
	a := st.Accounts
	out := statusJSON{Version: st.Version, Objects: []objectsJSON{}, Inventory: []resourcesJSON{}, Days: []dayJSON{},
		Accounts: loadedOwnersJSON{append([]string{}, a.Logged...), append([]string{}, a.Known...), a.LoggedInterfaces, a.KnownInterfaces},
		Sight:    sightAsJSON(sight), Rejected: rejected, Analyzed: st.Analyzed, Plans: st.Plans}
	for _, o := range st.Objects {
		out.Objects = append(out.Objects, objectsJSON{o.Kind, o.Source, o.Objects, o.Problems, o.Records, orNull(o.First), orNull(o.Last)})
	}
	for _, r := range st.Inventory {
		out.Inventory = append(out.Inventory, resourcesJSON{r.Name, r.Resources, r.States, orNull(r.First), orNull(r.Last)})
	}
	for _, d := range st.Days {
		out.Days = append(out.Days, dayJSON{d.Day.Format("2006-01-02"), d.Interfaces, d.Records, d.SkipData})
	}
	return out
}

func rejectedAsJSON(list []schema.Rejected) []rejectedJSON {
	out := []rejectedJSON{}
	for _, r := range list {
		out = append(out, rejectedJSON{r.Place, r.Line, r.Reason, r.Sample, r.Pieces})
	}
	return out
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
