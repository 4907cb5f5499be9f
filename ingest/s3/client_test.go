package s3

import "testing"

// TestEnvironment takes region and attempts from where the AWS command line finds them.
func TestEnvironment(t *testing.T) {
	f := newFake(t, "a.log")
	t.Setenv("AWS_REGION", "ap-south-1")
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	o := f.source(Options{}, "s3://logs").client.Options()
	if o.Region != "ap-south-1" || o.Retryer.MaxAttempts() != 2 {
		t.Errorf("region %s, %d attempts", o.Region, o.Retryer.MaxAttempts())
	}
}
