package report

import "sgfit/suggest"

// visible is text as it may be shown: see suggest.Visible.
func visible(s string) string { return suggest.Visible(s) }

func visiblePlan(p suggest.Plan) suggest.Plan { return suggest.VisibleCopy(p) }
