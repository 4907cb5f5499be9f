// Package exceptions reads, drafts and adds to exceptions.yaml, the file in which the owners of openings say what stays as it
// is, why, and until when. It is kept in git by its users: start at Read, Draft, Write and Add. What an exception does to a
// plan is said in package suggest.
//
// Reading is strict: what is not understood is an error with its line, since an exception that is read wrongly leaves
// open what nobody accepted. Anchors, aliases and several documents are not read.
package exceptions
