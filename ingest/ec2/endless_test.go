package ec2

import (
	"context"
	"errors"
	"testing"

	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
)

// endless always has another page.
type endless struct{ asked int }

func (e *endless) HasMorePages() bool { return true }

func (e *endless) NextPage(context.Context, ...func(*awsec2.Options)) (int, error) {
	e.asked++
	return e.asked, nil
}

// TestAnswerWithoutEnd: a server that goes on for ever is not asked for ever.
func TestAnswerWithoutEnd(t *testing.T) {
	p := &endless{}
	err := each(context.Background(), p, func(n int) []int { return []int{n} }, func(int) error { return nil })
	if !errors.Is(err, errEndless) || p.asked != mostPages {
		t.Errorf("%d pages, %v", p.asked, err)
	}
}
