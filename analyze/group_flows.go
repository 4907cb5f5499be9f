package analyze

import (
	"context"
	"iter"
)

// GroupFlows yields the flows of Flows whose interfaces wore one group, among others.
func (a *Analysis) GroupFlows(ctx context.Context, groupID string) iter.Seq2[Flow, error] {
	const worn = `
		  way IN (SELECT way FROM way_side JOIN side_of USING (side) JOIN policy p USING (policy)
		          WHERE list_contains(string_split(p.groups, ','), $1))`
	return a.flows(ctx, `
		  SELECT way, spot, peer_state, noise, coalesce(conversations, 0) + coalesce(ambiguous, 0) AS conversations, 0 AS bytes FROM flow
		  WHERE (conversations > 0 OR ambiguous > 0) AND `+worn+`
		  UNION ALL
		  SELECT way, spot, peer_state, true, alone, 0 FROM flow WHERE alone > 0 AND `+worn, groupID)
}
