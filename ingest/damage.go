package ingest

import "sgfit/schema"

// An object whose content proves damaged at its end has its records among those of others in the fold by then. Its round
// is begun anew without it, so that nothing of it counts: damage is rare, and what it makes of an address or a time looks
// like any other.

// taint notes a damaged object.
func (r *round) taint(o schema.Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tainted = true
	r.damaged[o.Place] = o.Problem
}

// refuse sets a damaged object aside as a whole.
func (r *round) refuse(ref Ref, hash, problem string) {
	problem += "; nothing of it is taken, since what was read may be wrong: load an undamaged copy"
	r.Progress.Add(1, ref.Size, 0)
	r.refused = append(r.refused, schema.Object{
		Place: ref.Place, Kind: schema.FlowLogObject, Size: ref.Size, Modified: ref.Modified, Hash: hash, Format: "gzip", Problem: problem,
	})
	r.failed = append(r.failed, schema.Rejected{Place: ref.Place, Reason: problem})
}
