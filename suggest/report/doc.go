// Package report renders a plan for people: HTML and Markdown write the report, Summary the table at the end of a run,
// Explain everything that the plan says of one rule. A plan is their only input, beside options: the same plan gives
// the same bytes.
//
// Text that comes from AWS is hostile. Before anything is rendered, control characters and characters that reorder text
// are made visible in every string of the plan (see visiblePlan); each output then escapes for its own language.
//
// Limits: nothing here judges. What the plan does not say, a report cannot say. Exposure is shown as the plan has it and
// is added up over groups, although two groups on one interface may admit the same traffic; only the tables by account and
// VPC count what several groups admit once.
package report
