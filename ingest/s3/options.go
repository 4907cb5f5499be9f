package s3

import "time"

// Options says how to reach S3 and what to take. The zero value takes everything, with the credentials, region and
// retry settings that the AWS command line would find (environment, shared files, container, instance).
type Options struct {
	Profile string // of the shared configuration files; "" means AWS_PROFILE or default
	// Region is the buckets'. "" means what the environment or the profile say, else us-east-1; and when S3 says that a
	// bucket is elsewhere, it is looked for there. A region that is given here is not second-guessed.
	Region       string
	RoleARN      string // of a role to assume; "" means none
	ExternalID   string // that the role asks for; "" means none
	RoleSession  string // name of the role's session, as CloudTrail shows it; "" means "sgfit"
	EndpointURL  string // of another S3-speaking server, addressed path-style; "" means AWS's
	Anonymous    bool   // requests are not signed, for public buckets
	RequestPayer bool   // agree to pay for requests and transfer ("requester pays")

	// Since and Until bound the records that are wanted, [Since, Until); zero means without bound. An object is listed
	// when its slot can hold one of them, or tells no time.
	Since, Until time.Time
	// State asks for what AWS Config says was so at Since too: of each account and Region the files from the last snapshot
	// before Since on, or all where there is none. Records of changes, in folders of other services, begin at Since.
	State bool
	// Aggregation is the flow logs' longest aggregation interval; 0 means AWS's longest, 10 minutes.
	Aggregation time.Duration
	// Lateness is how long after Until records may be delivered; 0 means 5 minutes.
	Lateness time.Duration
	// Services are the folders below an account's that are wanted ("vpcflowlogs", "Config"), where the keys are laid out
	// as AWS does; nil means all. A prefix inside a service's folder is taken whatever the service is.
	Services []string

	Listers  int // folders that are listed at a time; 0 means 16
	Readers  int // connections that are kept open, at least as many as objects are read at a time; 0 means 64
	Attempts int // for each request, the first included; 0 means what the environment or the profile say, else 8
	Resumes  int // for each object: requests for the rest of a body that broke off; 0 means 5
	// Backoff is the longest wait between two attempts; 0 means 20 seconds. Waits double, and are random below that.
	Backoff time.Duration
	// Stall is how long a server may send nothing before the connection counts as broken; 0 means 60 seconds.
	Stall    time.Duration
	Adaptive bool // also slow all requests down when S3 says so (the SDK's adaptive retry mode)
}

func (o Options) withDefaults() Options {
	o.RoleSession = orDefault(o.RoleSession, "sgfit")
	o.Aggregation = orDefault(o.Aggregation, 10*time.Minute)
	o.Lateness = orDefault(o.Lateness, 5*time.Minute)
	o.Listers = orDefault(o.Listers, 16)
	o.Readers = orDefault(o.Readers, 64)
	o.Resumes = orDefault(o.Resumes, 5)
	o.Backoff = orDefault(o.Backoff, 20*time.Second)
	o.Stall = orDefault(o.Stall, time.Minute)
	return o
}

func orDefault[T comparable](value, usual T) T {
	var zero T
	if value == zero {
		return usual
	}
	return value
}
