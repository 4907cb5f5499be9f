package main

// exportWord is the help of one format.
type exportWord struct{ short, long, example string }

// exportWords are the help of every format, by name.
func exportWords() map[string]exportWord {
	return map[string]exportWord{
		"terraform": {"Terraform configuration, with import and removed blocks",
			`Write aws_vpc_security_group_ingress_rule and _egress_rule resources to a folder (one for each account and Region where
there are several): rules.tf has what stays, with import blocks for rules that are kept or narrowed, and new rules; going.tf
imports what goes. After 'terraform apply', delete going.tf, name removed.tf.later removed.tf, and apply again: that revokes
it. New rules come before old ones are narrowed. Rules that say together what several would are one, named in each group by what they
stand for; --per-rule leaves them apart. Needs Terraform 1.7, and rule ids (sgr-…), which AWS Config does not know:
'sgfit ingest config --live' brings them. Groups whose rules look written inside aws_security_group blocks are warned of.`,
			`  sgfit export terraform --db account.db --out ./rules
  cd rules && terraform init && terraform plan`},
		"cli": {"A script for the AWS command line, and its inverse",
			`Write apply.sh, undo.sh and the files that they read to a folder. The scripts look every rule up first and change nothing at
all where one is not as it was when the plan was made; they add new rules, look whether these are there, and then revoke old
ones, so that nothing is shut out in between. In a group without room for old and new rules at once they go in steps, each within
AWS's quota; what would never fit is left out, with a warning. Each group gets the fewest rules that admit what is suggested;
--per-rule replaces each rule by itself. They can be run again: what is done is known. --check says what they would do. Tags of rules do not come back with undo.sh.`,
			`  sgfit export cli --db account.db --out ./change
  ./change/apply.sh --check && ./change/apply.sh
  ./change/undo.sh`},
		"cloudformation": {"CloudFormation resources of the rules that are added",
			`Write a template (JSON) with AWS::EC2::SecurityGroupIngress and …Egress for every rule that is added, one for each account
and Region and for 500 rules. This adds only: CloudFormation cannot revoke rules that it did not make, and until these are
revoked nothing is tighter than before. The template lists them (Metadata, Outputs). Once the stack stands, revoke them where
they are written, or with 'sgfit export cli' of the same plan: its script finds what the stack added, and revokes the rest.
Rules of another stack are changed in its own template.`,
			`  sgfit export cloudformation --db account.db --out template.json
  aws cloudformation deploy --stack-name sgfit-rules --template-file template.json
  sgfit export cli --db account.db --out ./change && ./change/apply.sh --check   # then what is left to revoke`},
		"csv": {"A table for spreadsheets",
			`Write a row for every rule that would be removed or replaced, with its evidence, in a form that Excel opens as it is. Cells
that a spreadsheet would take for a formula begin with an apostrophe.`,
			`  sgfit export csv --db account.db --out rules.csv
  sgfit export csv --plan plan.json --only remove > unused.csv`},
		"asff": {"Findings for AWS Security Hub",
			`Write findings in the AWS Security Finding Format, a file for each account and Region and for 100 findings, as
BatchImportFindings takes them. A rule's finding has the same id in every plan, so that it is updated and not doubled.`,
			`  sgfit export asff --db account.db --out findings.json
  aws securityhub batch-import-findings --cli-input-json file://findings.json`},
		"sarif": {"Results for pipelines, as SARIF 2.1.0",
			`Write a SARIF log with a result for every rule that would be removed or replaced, for code scanning and other readers of
pipelines. Each group is a path of its account, Region and id.`,
			`  sgfit export sarif --db account.db --out sgfit.sarif
  sgfit export sarif --plan plan.json | jq '.runs[].results[].message.text'`},
	}
}
