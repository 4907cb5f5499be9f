package export

import (
	"sgfit/suggest"
)

// Options say what is exported.
type Options struct {
	Groups  []string         // ids of the groups; none for all
	Actions []suggest.Action // of Remove and Replace; none for both
	Version string           // of sgfit, for files that name their maker
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
	Folder bool // always a folder of files; others are one file, unless that would break a limit of its reader
	Render func(suggest.Plan, Options) (Export, error)
}

// Formats are all there are, as people name them.
func Formats() []Format {
	return []Format{
		{Name: "terraform", Folder: true, Render: Terraform},
		{Name: "cli", Folder: true, Render: CLI},
		{Name: "cloudformation", Render: CloudFormation},
		{Name: "csv", Render: CSV},
		{Name: "asff", Render: ASFF},
		{Name: "sarif", Render: SARIF},
	}
}
