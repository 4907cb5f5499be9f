package main

import "sgfit/ingest/ec2"

// loading names what is loaded beside flow logs: by what was asked for, since what the files hold is not known before.
type loading struct{ title, files string }

func loadingOf(config, trails []string, live *ec2.Source) loading {
	switch {
	case len(config) > 0 && len(trails) == 0 && live == nil:
		return loading{"Config", "Config files"}
	case len(trails) > 0 && len(config) == 0 && live == nil:
		return loading{"CloudTrail", "CloudTrail files"}
	case len(config)+len(trails) == 0:
		return loading{"EC2", "EC2's answers"}
	}
	return loading{"Inventory", "the inventory"}
}
