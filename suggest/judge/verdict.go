package judge

// Verdict is what came of one account, or of several.
type Verdict struct {
	Accounts int64    `json:"accounts"`
	Records  int64    `json:"records"`
	Rules    Rules    `json:"rules"`
	Bits     Bits     `json:"bits"`
	Openers  Openers  `json:"openers"`
	Replay   Count    `json:"replay"` // demand of the window that the plan would refuse, of all its edges but noise
	Later    Later    `json:"later"`
	Forecast Forecast `json:"forecast"`
	Faults   []Fault  `json:"faults"`
}

// Count is so many of so many.
type Count struct {
	N  int64 `json:"n"`
	Of int64 `json:"of"`
}

// Add sums up.
func (c *Count) Add(o Count) { c.N, c.Of = c.N+o.N, c.Of+o.Of }

// tell counts one more, which is so or not.
func (c *Count) tell(is bool) {
	c.Of++
	if is {
		c.N++
	}
}

// Share is N of Of, 1 where there are none.
func (c Count) Share() float64 {
	if c.Of == 0 {
		return 1
	}
	return float64(c.N) / float64(c.Of)
}

// Rules are the rules in force at the end of the window.
type Rules struct {
	InForce int64 `json:"in_force"`
	// UnusedFound counts the rules that nobody used in the window of which the plan says so; the rest of it splits them by
	// what the plan would do. A review has its reason in the plan.
	UnusedFound   Count `json:"unused_found"`
	UnusedRemoved int64 `json:"unused_removed"`
	UnusedReview  int64 `json:"unused_review"`
	// UsedCalledUnused and UsedRemoved, where no other rule carries the traffic, must be none.
	UsedCalledUnused Count `json:"used_called_unused"`
	UsedRemoved      Count `json:"used_removed"`
	// HiddenRemoved counts rules that are used where no flow log shows it and that would be removed: must be none.
	HiddenRemoved Count `json:"hidden_removed"`
	Narrowed      int64 `json:"narrowed"`
	UsersShutOut  Count `json:"users_shut_out"` // of narrowed rules, in the window: must be none
}

// Bits are exposure, summed over groups and directions. Removable is what would go if each were left with exactly the
// (protocol, port, address) tuples that were really used in the window: nobody can remove more, and nobody should remove
// all of it. Removed is of these.
type Bits struct {
	Removed   float64 `json:"removed"`
	Removable float64 `json:"removable"`
	// The same without the directions of groups in which a wildcard is accepted for its many users.
	RemovedClosed   float64 `json:"removed_closed"`
	RemovableClosed float64 `json:"removable_closed"`
}

// Openers compares services: those found with those really offered and used.
type Openers struct {
	Found  int64     `json:"found"`
	Right  int64     `json:"right"`
	Real   int64     `json:"real"`
	Bogus  []Service `json:"-"`
	Missed []Service `json:"-"`
}

// Precision is the share of the services found that are real.
func (o Openers) Precision() float64 { return Count{o.Right, o.Found}.Share() }

// Recall is the share of the real services that were found.
func (o Openers) Recall() float64 { return Count{o.Right, o.Real}.Share() }

// FaultKind names what must not be.
type FaultKind string

// The faults.
const (
	WrongEntries     FaultKind = "wrong-entries"      // a rule has no entry, or two
	WrongAccounting  FaultKind = "wrong-accounting"   // a class of records is not the truth's
	RefusedDemand    FaultKind = "refused-demand"     // the plan refuses demand of its own window
	UnusedNotFound   FaultKind = "unused-not-found"   // nobody used the rule, and the plan does not say so
	UnusedWrongDeed  FaultKind = "unused-wrong-deed"  // it says so, and does not do what follows
	UsedCalledUnused FaultKind = "used-called-unused" // the worst
	UsedRemoved      FaultKind = "used-removed"       // and nothing else carries the traffic
	HiddenRemoved    FaultKind = "hidden-removed"     // used where no flow log shows it
	UserShutOut      FaultKind = "user-shut-out"      // a narrowed rule does not admit one of its own users
	WrongAnswer      FaultKind = "wrong-answer"       // not what the account was built to show of the rule
)

// Fault is one thing that must not be, in words.
type Fault struct {
	Kind FaultKind `json:"kind"`
	Text string    `json:"text"`
}

// Add sums another account up.
func (v *Verdict) Add(o Verdict) {
	v.Accounts, v.Records = v.Accounts+o.Accounts, v.Records+o.Records
	v.Rules.add(o.Rules)
	v.Bits.Removed, v.Bits.Removable = v.Bits.Removed+o.Bits.Removed, v.Bits.Removable+o.Bits.Removable
	v.Bits.RemovedClosed, v.Bits.RemovableClosed = v.Bits.RemovedClosed+o.Bits.RemovedClosed, v.Bits.RemovableClosed+o.Bits.RemovableClosed
	v.Openers.Add(o.Openers)
	v.Replay.Add(o.Replay)
	v.Later.add(o.Later)
	v.Forecast.add(o.Forecast)
	v.Faults = append(v.Faults, o.Faults...)
}

func (r *Rules) add(o Rules) {
	for _, c := range []struct{ to, from *Count }{{&r.UnusedFound, &o.UnusedFound}, {&r.UsedCalledUnused, &o.UsedCalledUnused},
		{&r.UsedRemoved, &o.UsedRemoved}, {&r.HiddenRemoved, &o.HiddenRemoved}, {&r.UsersShutOut, &o.UsersShutOut}} {
		c.to.Add(*c.from)
	}
	r.InForce, r.UnusedRemoved, r.UnusedReview = r.InForce+o.InForce, r.UnusedRemoved+o.UnusedRemoved, r.UnusedReview+o.UnusedReview
	r.Narrowed += o.Narrowed
}

// Add sums up.
func (o *Openers) Add(p Openers) {
	o.Found, o.Right, o.Real = o.Found+p.Found, o.Right+p.Right, o.Real+p.Real
	o.Bogus, o.Missed = append(o.Bogus, p.Bogus...), append(o.Missed, p.Missed...)
}
