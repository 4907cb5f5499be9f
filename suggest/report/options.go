package report

// Options say what a plan cannot: where the report comes from. The zero value is a report without them.
type Options struct {
	Title       string // default "Security groups, fitted to their traffic"
	Command     string // the command line that makes the report again, as a person would type it
	GeneratedBy string // program and version, e.g. "sgfit 1.2.0"
	// Open is how many groups stand open in the HTML page, and how many are told rule by rule in Markdown. 0 means 10.
	Open  int
	Brand Brand // of the HTML page
}

func (o Options) withDefaults() Options {
	if o.Title == "" {
		o.Title = "Security groups, fitted to their traffic"
	}
	if o.Open == 0 {
		o.Open = 10
	}
	o.Title, o.Command, o.GeneratedBy = visible(o.Title), visible(o.Command), visible(o.GeneratedBy)
	return o
}
