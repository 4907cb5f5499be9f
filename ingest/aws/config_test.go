package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

func TestRetryer(t *testing.T) {
	for _, c := range []struct {
		options  Options
		config   aws.Config // what environment and profile say
		attempts int
		adaptive bool
	}{
		{Options{}, aws.Config{}, 8, false},
		{Options{}, aws.Config{RetryMaxAttempts: 4, RetryMode: aws.RetryModeAdaptive}, 4, true},
		{Options{Attempts: 2}, aws.Config{RetryMaxAttempts: 4, RetryMode: aws.RetryModeStandard}, 2, false},
		{Options{Attempts: 3, Adaptive: true}, aws.Config{}, 3, true},
	} {
		r := newRetryer(c.options.withDefaults(), c.config)
		_, adaptive := r.(*retry.AdaptiveMode)
		if r.MaxAttempts() != c.attempts || adaptive != c.adaptive {
			t.Errorf("%+v: %d attempts, adaptive %v", c.options, r.MaxAttempts(), adaptive)
		}
	}
}

// TestBackoff has the longest wait bounded by the option.
func TestBackoff(t *testing.T) {
	r := newRetryer(Options{Backoff: time.Second}.withDefaults(), aws.Config{})
	for attempt := range 40 {
		if d, err := r.RetryDelay(attempt, nil); err != nil || d > time.Second {
			t.Errorf("attempt %d: wait of %v, %v", attempt, d, err)
		}
	}
}
