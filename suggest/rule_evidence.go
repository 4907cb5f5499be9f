package suggest

import (
	"time"
)

// PortRange is an inclusive range of seen ports; for protocols without ports both are 0.
type PortRange struct {
	Protocol string `json:"protocol"`
	From     int32  `json:"from"`
	To       int32  `json:"to"`
}

// Evidence is what is known of one rule's use since it came into force, within the window.
type Evidence struct {
	Conversations int64       `json:"conversations"` // real uses: no probes, no answers
	Sole          int64       `json:"sole"`          // of them, those that no other rule on that interface admits
	Probes        int64       `json:"probes"`
	Bytes         int64       `json:"bytes"`
	Peers         int64       `json:"peers"` // distinct addresses of real uses
	Ports         []PortRange `json:"ports"`
	Days          int         `json:"days"`          // days with a real use
	ObservedDays  int         `json:"observed_days"` // days on which a use would have been logged
	Coverage      float64     `json:"coverage"`      // ObservedDays over the days that the rule was in force in the window
	FirstSeen     *time.Time  `json:"first_seen"`
	LastSeen      *time.Time  `json:"last_seen"`
	// Ambiguous counts conversations that might be uses but whose opener could not be told.
	Ambiguous int64 `json:"ambiguous"`
	// Noise counts short one-off sessions of strangers on an administration port that is open to the world.
	Noise int64 `json:"noise"`
	// Strip draws the days of the window, one letter each: # used, . silent and observed, ? silent, but a use may have
	// been missed, - not in force or worn by no interface.
	Strip string `json:"strip"`
	// TopPeers are the busiest peers, at most ten, by conversations.
	TopPeers []PeerUse `json:"top_peers"`
}

// Confidence says how sure the plan is of a rule.
type Confidence struct {
	Grade      string     `json:"grade"` // high, medium, low, none
	NewSources NewSources `json:"new_sources"`
	Backtest   Backtest   `json:"backtest"`
	Silence    *Silence   `json:"silence"` // since its last use; nil where it was never used
}

// NewSources counts sources by when they were first seen (reference: discovery tail), in days on which every use would
// have been logged. Label is A (settled) to E (open set), "" without uses.
type NewSources struct {
	D7  int64 `json:"d7"`  // first seen on the last 7 observed days
	D15 int64 `json:"d15"` // on the last 15
	Q1  int64 `json:"q1"`  // seen on exactly one day
	Q2  int64 `json:"q2"`  // on two
	// Bound7d and Bound30d are 95 % bounds on the sources never seen before that come in the next days.
	Bound7d  int64 `json:"bound_7d"`
	Bound30d int64 `json:"bound_30d"`
	// Coverage estimates the share of tomorrow's uses that come from known sources, if days are alike (Chao and Jost).
	Coverage    float64 `json:"coverage"`
	LastNewDays *int    `json:"last_new_days"` // days from the last new source to the window's last day, nil without sources
	Churning    bool    `json:"churning"`      // sources come in runs or are replaced: Coverage is too high, addresses do not hold
	Label       string  `json:"label"`
}

// Silence is how long a used rule has not been used, in days on which a use would have been logged.
type Silence struct {
	IdleDays       int `json:"idle_days"`        // since the last use
	LongestGapDays int `json:"longest_gap_days"` // between two uses
	// Alive is the chance that a rule used at random as often as this one would be as silent by chance.
	Alive float64 `json:"alive"`
	// Like counts the silences of this estate's rules that lasted longer than IdleDays; Return7d and Return30d are how
	// many of such ended within 7 and 30 days more, nil where they are too few to tell.
	Like      int      `json:"like"`
	Return7d  *float64 `json:"return_7d"`
	Return30d *float64 `json:"return_30d"`
}
