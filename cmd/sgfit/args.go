package main

import (
	"fmt"
	"slices"
	"strings"
)

// manyFlags take as many values as follow them, as a shell leaves them after expanding a glob.
var manyFlags = []string{"--flow-logs", "--config"}

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

// checkPaths refuses places that are not read yet, with what to do instead.
func checkPaths(paths []string) error {
	for _, p := range paths {
		if scheme, _, ok := strings.Cut(p, "://"); ok && (scheme == "cwl") {
			return &usageError{error: fmt.Errorf("%s: CloudWatch Logs cannot be read yet; export the log group to S3 first", p)}
		}
	}
	return nil
}
