package suggest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// encodedGroups is how many groups are encoded at a time.
const encodedGroups = 64

// Encode gives the bytes that encoding/json gives of a plan, in one line or, where indent is not "", as json.MarshalIndent does.
// Of a large account these are hundreds of megabytes, nearly all of it groups, which are encoded at the same time on all
// processors.
func Encode(plan Plan, indent string) ([]byte, error) {
	groups := plan.Groups
	if len(groups) > 0 {
		plan.Groups = []Group{}
	}
	whole, err := encode(plan, "", indent)
	if err != nil || len(groups) == 0 {
		return whole, err
	}
	const name = `"groups":`
	place := bytes.Index(whole, []byte(name)) + len(name) // what stands before has no such name, and quotes in texts are escaped
	place += bytes.IndexByte(whole[place:], '[') + 1
	parts, err := encodeGroups(groups, indent)
	if err != nil {
		return nil, err
	}
	size := len(whole)
	for _, part := range parts {
		size += len(part)
	}
	out := append(make([]byte, 0, size+len(parts)+len(indent)+1), whole[:place]...)
	for i, part := range parts {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, part...)
	}
	if indent != "" {
		out = append(append(out, '\n'), indent...)
	}
	return append(out, whole[place:]...), nil
}

// encodeGroups gives the texts of groups, some at a time, without the brackets around them.
func encodeGroups(groups []Group, indent string) ([][]byte, error) {
	parts := make([][]byte, (len(groups)+encodedGroups-1)/encodedGroups)
	var writers errgroup.Group
	writers.SetLimit(runtime.GOMAXPROCS(0))
	for i := range parts {
		writers.Go(func() error {
			some, err := encode(groups[i*encodedGroups:min((i+1)*encodedGroups, len(groups))], indent, indent)
			if err == nil {
				end := len(some) - len("]")
				if indent != "" {
					end -= len("\n") + len(indent)
				}
				parts[i] = some[len("["):end]
			}
			return err
		})
	}
	return parts, writers.Wait()
}

func encode(v any, prefix, indent string) (body []byte, err error) {
	if indent == "" {
		body, err = json.Marshal(v)
	} else {
		body, err = json.MarshalIndent(v, prefix, indent)
	}
	if err != nil {
		return nil, fmt.Errorf("encode the plan: %w", err)
	}
	return body, nil
}
