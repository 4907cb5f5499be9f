package main

import (
	"fmt"
	"slices"
	"strings"

	"sgfit/ingest/cloudwatch"
)

// manyFlags take as many values as follow them, as a shell leaves them after expanding a glob.
var manyFlags = []string{"--flow-logs", "--config", "--cloudtrail", "--group"}

// spread repeats such a flag before each of its values, for a flag parser that knows one value a flag:
// "--config a b --out d" becomes "--config a --config b --out d". What follows "--" is left as it is.
func spread(args []string) []string {
	var out []string
	flag, values := "", 0
	for i, arg := range args {
		switch {
		case arg == "--":
			return append(out, args[i:]...)
		case strings.HasPrefix(arg, "-") && arg != "-":
			flag, values = "", 0
			if slices.Contains(manyFlags, arg) {
				flag = arg
			}
			out = append(out, arg)
		case flag != "" && values > 0:
			out = append(out, flag, arg)
		default:
			out = append(out, arg)
			values++
		}
	}
	return out
}

// checkConfigPaths refuses places where no AWS Config files are.
func checkConfigPaths(paths []string) error {
	for _, p := range paths {
		if cloudwatch.Is(p) {
			return &usageError{error: fmt.Errorf("%s: AWS Config delivers to S3, not to CloudWatch Logs; give the files, a folder or s3://bucket/prefix", p)}
		}
	}
	return nil
}
