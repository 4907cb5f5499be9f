package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sgfit/suggest"
)

// profileNames are the profiles of suggestions.
func profileNames() (names []string) {
	for _, p := range suggest.Profiles {
		names = append(names, string(p))
	}
	return names
}

const profileUsage = "how far suggestions go, a `PROFILE`: strict (the addresses seen, nobody else), balanced, or cautious (known subnets, few wide prefixes)"

// addProfileFlag adds --profile. Where it is there already, for AWS, these three words are for suggestions and every other
// is for AWS; --aws-profile is for AWS alone.
func addProfileFlag(cmd *cobra.Command, profile *string) {
	if f := cmd.Flags().Lookup("profile"); f != nil {
		cmd.Flags().Var(f.Value, "aws-profile", "for AWS: profile `NAME` of the shared AWS configuration, also where it is called strict, balanced or cautious")
		f.Value = &eitherProfile{f.Value, profile}
		f.Usage = profileUsage + "; any other word is --aws-profile"
	} else {
		cmd.Flags().StringVar(profile, "profile", *profile, profileUsage)
	}
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(profileNames(), cobra.ShellCompDirectiveNoFileComp))
}

// eitherProfile sets the profile of suggestions or that of AWS, by the word.
type eitherProfile struct {
	pflag.Value
	profile *string
}

// Set takes either.
func (e *eitherProfile) Set(s string) error {
	if slices.Contains(profileNames(), s) {
		*e.profile = s
		return nil
	}
	return e.Value.Set(s)
}

func checkProfile(profile string) error {
	if profile != "" && !slices.Contains(profileNames(), profile) {
		return &usageError{error: fmt.Errorf("--profile %q: give %s", profile, strings.Join(profileNames(), ", "))}
	}
	return nil
}

// awsProfileFlag is the flag by which an AWS profile is surely taken for one.
func awsProfileFlag(name string) string {
	if slices.Contains(profileNames(), name) {
		return "--aws-profile"
	}
	return "--profile"
}
