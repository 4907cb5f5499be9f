package suggest

import (
	"testing"

	"sgfit/schema"
)

func TestManagedWeight(t *testing.T) {
	for name, want := range map[string]int{
		"com.amazonaws.eu-west-1.s3": 1, "com.amazonaws.global.cloudfront.origin-facing": 55, "com.amazonaws.global.ipv6.cloudfront.origin-facing": 55,
		"com.amazonaws.eu-west-1.s3express": 6, "com.amazonaws.eu-west-1.ipv6.ec2-instance-connect": 2,
	} {
		if got := managedWeight(&schema.PrefixList{AccountID: "AWS", Name: name}); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	if got := managedWeight(&schema.PrefixList{AccountID: "111122223333", Name: "my.s3express", MaxEntries: 20}); got != 20 {
		t.Errorf("a customer's list: got %d, want its largest size", got)
	}
}

// TestListNames holds the names to AWS's table of lists.
func TestListNames(t *testing.T) {
	for i, want := range [][2]string{{"com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.s3"}, {"com.amazonaws.eu-west-1.dynamodb", "com.amazonaws.eu-west-1.dynamodb"},
		{"com.amazonaws.global.cloudfront.origin-facing", "com.amazonaws.global.ipv6.cloudfront.origin-facing"}} {
		for k, is6 := range []bool{false, true} {
			if got := awsServices[i].listName("eu-west-1", is6); got != want[k] {
				t.Errorf("got %s, want %s", got, want[k])
			}
		}
	}
}
