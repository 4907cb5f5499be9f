package cloudwatch

import "time"

// Options says how to reach CloudWatch Logs and what to take. The zero value but for Now takes everything, with the
// credentials that the AWS command line would find.
type Options struct {
	Now time.Time // needed: the end of what can be complete

	Profile     string // of the shared configuration files; "" means AWS_PROFILE or default
	RoleARN     string // of a role to assume; "" means none
	ExternalID  string // that the role asks for; "" means none
	EndpointURL string // of another server that speaks CloudWatch Logs' and EC2's protocols; "" means AWS's
	Anonymous   bool   // requests are not signed

	// Since and Until bound the windows that are taken: those that overlap [Since, Until). Zero means from the group's
	// creation, or as far back as it keeps events, and up to the last window that is complete.
	Since, Until time.Time
	// Settle is how long after its end a window can still get events; 0 means an hour. AWS delivers records some minutes
	// after their aggregation interval of up to ten, on a best effort. What comes later is never read.
	Settle time.Duration
	// LogFormat names the fields of the records, with blanks between, as AWS writes them with or without ${…}; "" means
	// to ask EC2 which flow logs deliver to the group.
	LogFormat string
	// Warn hears in one sentence of what was assumed; nil for nobody.
	Warn func(text string)

	Readers  int           // windows that are read at a time, whatever the loader does; 0 means 4
	Attempts int           // for each request, the first included; 0 means what the environment or the profile say, else 8
	Backoff  time.Duration // the longest wait between two attempts; 0 means 20 seconds
	Stall    time.Duration // how long the server may take for one answer; 0 means 60 seconds
}

func (o Options) withDefaults() Options {
	if o.Settle <= 0 {
		o.Settle = time.Hour
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.Stall <= 0 {
		o.Stall = time.Minute
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	return o
}
