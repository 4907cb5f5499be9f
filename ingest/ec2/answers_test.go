package ec2

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

type said string

func (s said) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(s)))}, nil
}

// TestForeignAnswers: nothing, or a proxy's page, is not an EC2 in which every group is gone.
func TestForeignAnswers(t *testing.T) {
	for text, ours := range map[string]bool{
		"": false, "{}": false, "<html><body>Log in</body></html>": false,
		"<?xml version=\"1.0\"?>\n<DescribeVpcsResponse xmlns=\"x\"><vpcSet/></DescribeVpcsResponse>": true,
		"<DescribeVpcsResponse></DescribeVpcsResponse>":                                               true,
	} {
		got, err := answers{said(text)}.Do(nil)
		if ours != (err == nil) || !ours && !errors.Is(err, errForeignAnswer) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if !ours {
			continue
		}
		if body, err := io.ReadAll(got.Body); string(body) != text || err != nil {
			t.Errorf("%q came out as %q, %v", text, body, err)
		}
	}
}
