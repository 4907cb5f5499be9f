// Package judge holds a plan to the truth of a simulated account: which rules were really used, what each group really
// needed, and what happened in the days after the window. Start at Judge; Verdict.Add sums accounts up. Tests and
// `sgfit bench-quality` share it.
//
// Nothing here is asked of what made the plan: rules and users come from the simulator, and the days after the window are
// replayed flow by flow, with suggest.Replay, which shares no code with what made the plan either.
//
// Limits: an account with a truth is a made-up account. The figures say how the logic stands up to what the simulator
// does, not how often the field does it.
package judge
