// Package export renders what a plan would change to files for the tools that people change security groups with:
// Terraform, the AWS command line, CloudFormation, tables, Security Hub and SARIF. It is pure: files are values. Start at
// Formats.
//
// Only rules to be removed and replaced are exported, never those for review. What stands in a plan as text (names,
// descriptions, who opened a rule) is anybody's: each format has its own escaping, and ids that are not of AWS's form keep
// their group out. A plan holds no tags, so they come into no file.
package export
