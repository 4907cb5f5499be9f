package export

// accountRegion is an account and Region with the groups of it. Most tools work on one at a time.
type accountRegion struct {
	account, region string
	folder          string // "" where there is only one
	groups          []*group
}

// places are the groups by account and Region, in the plan's order.
func (s *selection) places() []accountRegion {
	var out []accountRegion
	for i := range s.groups {
		g := &s.groups[i]
		if n := len(out); n == 0 || out[n-1].account != g.AccountID || out[n-1].region != g.Region {
			out = append(out, accountRegion{account: g.AccountID, region: g.Region, folder: g.AccountID + "-" + g.Region + "/"})
		}
		out[len(out)-1].groups = append(out[len(out)-1].groups, g)
	}
	if len(out) == 1 {
		out[0].folder = ""
	}
	return out
}
