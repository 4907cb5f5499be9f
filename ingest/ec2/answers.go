package ec2

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"regexp"

	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
)

// errForeignAnswer is for a server that says all is well and does not answer as EC2 does: a proxy's page, or nothing at all.
// The SDK reads that as an answer without elements, and what is not in an answer was gone by then.
var errForeignAnswer = errors.New("what came back is no answer of EC2")

var answer = regexp.MustCompile(`^\s*(<\?xml[^>]*>\s*)?<[A-Za-z]+Response[\s>]`)

// answers passes on what begins as EC2's answers do.
type answers struct{ awsec2.HTTPClient }

func (a answers) Do(r *http.Request) (*http.Response, error) {
	got, err := a.HTTPClient.Do(r)
	if err != nil || got.StatusCode != http.StatusOK {
		return got, err
	}
	front := bufio.NewReader(got.Body)
	if head, _ := front.Peek(200); !answer.Match(head) {
		return nil, errors.Join(errForeignAnswer, got.Body.Close())
	}
	got.Body = struct {
		io.Reader
		io.Closer
	}{front, got.Body}
	return got, nil
}
