// Package review lets people decide on the suggestions of a plan, on a local page: accept, change, reject or postpone, by
// keyboard, one by one or many at a time. Start at Open, which joins a plan with the log of decisions, and at Handler.
//
// The log is only added to, through Store, and each answer to a decision is given after it was stored. A decision names the
// version of the rule that was looked at; when somebody else decided on the rule since, nothing is stored and the page shows
// what is new. A decision stands as long as the plan suggests what it suggested then.
//
// The package knows no database, no flows and no file formats: a Store keeps decisions, a Replayer answers what a plan would
// refuse, an Exporter writes the accepted plan, an ExceptionFile what was rejected. It listens nowhere by itself. Handler
// trusts nothing but the token in its URL's path, and no web page but its own.
//
// Limits: who decides is a name that the page gives, not a login; one process has the database at a time.
package review
