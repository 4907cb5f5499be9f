package export

import (
	"sgfit/suggest"
)

// Options say what is exported.
type Options struct {
	Groups  []string         // ids of the groups; none for all
	Actions []suggest.Action // of Remove and Replace; none for both
	Version string           // of sgfit, for files that name their maker
	// PerRule puts into each group what the plan says of its rules one by one, and not what that comes to together: more rules that
	// admit the same. Tables and findings are always of single rules.
	PerRule bool
}

// File is one file of an export. Its name may have folders in it, separated by slashes.
type File struct {
	Name    string
	Content []byte
	Script  bool // can be run
}

// Export is a plan in some format.
type Export struct {
	Files    []File
	Warnings []string // what was left out, and what to look at; may hold text from AWS
	Rules    int      // that would be removed or replaced
}

// Format is one way to write a plan down.
type Format struct {
	Name   string
	Makes  bool // its files make and revoke rules, so that Options.PerRule matters
	Folder bool // always a folder of files; others are one file, unless that would break a limit of its reader
	Render func(suggest.Plan, Options) (Export, error)
}

// Formats are all there are, as people name them.
func Formats() []Format {
	return []Format{
		{Name: "terraform", Makes: true, Folder: true, Render: Terraform},
		{Name: "cli", Makes: true, Folder: true, Render: CLI},
		{Name: "cloudformation", Makes: true, Render: CloudFormation},
		{Name: "csv", Render: CSV},
		{Name: "asff", Render: ASFF},
		{Name: "sarif", Render: SARIF},
	}
}
