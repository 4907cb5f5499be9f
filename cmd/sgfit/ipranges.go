package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sgfit/suggest"
	"sgfit/suggest/ipranges"
)

// ipRangesOption says where AWS's published addresses are.
type ipRangesOption struct {
	path   string
	ranges []suggest.ServiceRange // check reads them
}

func (o *ipRangesOption) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.path, "ip-ranges", "", "AWS's published addresses, a `FILE` from https://ip-ranges.amazonaws.com/ip-ranges.json: tells S3, DynamoDB and CloudFront, whose prefix lists are then suggested")
	_ = cmd.MarkFlagFilename("ip-ranges", "json") // completion only
}

func (o *ipRangesOption) words() []string {
	if o.path == "" {
		return nil
	}
	return []string{"--ip-ranges", shellWord(o.path)}
}

// check reads the file, so that its mistakes are told before the work begins.
func (o *ipRangesOption) check() error {
	if o.path == "" {
		return nil
	}
	f, err := os.Open(o.path)
	if err != nil {
		return fmt.Errorf("read AWS's addresses: %w", err)
	}
	defer f.Close()
	if o.ranges, err = ipranges.Read(f); err != nil {
		return fmt.Errorf("read AWS's addresses from %s: %w", o.path, err)
	}
	return nil
}
