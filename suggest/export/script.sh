#!/usr/bin/env bash
# Changes security groups with the AWS command line. Made by sgfit; text from AWS is in JSON files beside this script only.
#
#   ./apply.sh --check   says what would be done, and changes nothing
#   ./apply.sh           changes the rules as the plan suggests
#   ./undo.sh            takes that back (also with --check)
#
# Every rule is looked up first, and nothing at all is changed where a rule is not as it was when the plan was made. In each
# group new rules are added, then looked up, then old ones are revoked. Running it again does what is left to do.
#
# Needs bash, awk and the AWS command line (version 1 or 2), and the permissions ec2:DescribeSecurityGroups,
# ec2:DescribeSecurityGroupRules, ec2:AuthorizeSecurityGroupIngress and Egress, ec2:RevokeSecurityGroupIngress and
# Egress, sts:GetCallerIdentity. Profile and credentials are those of your environment; the regions are the plan's.
# A plan of several accounts: run it with credentials of each.
set -euo pipefail

way=apply
check=
case "${1-}" in
'') ;;
--check) check=yes ;;
*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "$0"; [ "$1" = --help ] && exit 0; exit 2 ;;
esac
if [ $# -gt 1 ]; then echo "$0 takes --check or nothing" >&2; exit 2; fi

data=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$way
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off
for tool in aws awk; do
  command -v "$tool" >/dev/null || { echo "$tool is not there; install it first" >&2; exit 1; }
done

# rules REGION GROUP: its rules now, a line each: what the rule is, a tab, its id.
rules() {
  aws ec2 describe-security-group-rules --region "$1" --filters "Name=group-id,Values=$2" --output text \
    --query 'SecurityGroupRules[].[SecurityGroupRuleId,IsEgress,IpProtocol,FromPort,ToPort,CidrIpv4||CidrIpv6||PrefixListId||ReferencedGroupInfo.GroupId]' |
    awk -F '\t' 'NF == 6 && $1 ~ /^sgr-/ {
      proto = $3; from = $4; to = $5
      if (proto == "6") proto = "tcp"; if (proto == "17") proto = "udp"; if (proto == "1") proto = "icmp"; if (proto == "58") proto = "icmpv6"
      if (from == "None" || proto !~ /^(tcp|udp|icmp|icmpv6)$/) from = -1
      if (to == "None" || proto !~ /^(tcp|udp|icmp|icmpv6)$/) to = -1
      printf "%s %s %s %s %s\t%s\n", ($2 == "True" ? "egress" : "ingress"), proto, from, to, $6, $1
    }'
}
# id_of RULE FILE: the id of a rule in what rules printed, nothing if it is not there.
id_of() { awk -F '\t' -v rule="$1" '$1 == rule { print $2; exit }' "$2"; }
# rule_of ID FILE: what the rule of an id is.
rule_of() { awk -F '\t' -v id="$1" '$2 == id { print $1; exit }' "$2"; }

# look REGION GROUP: lists the rules of a group once a run, and says where.
look() {
  [ -e "$tmp/$2.now" ] || rules "$1" "$2" >"$tmp/$2.now"
}

problems=0
problem() { echo "not as it was: $*" >&2; problems=$((problems + 1)); }

# inspect REGION GROUP: compares a group with the plan, and leaves what is to be done in $tmp.
inspect() {
  local region=$1 group=$2 dir=$data/$2 owner number step rule id want links link missing there in
  owner=$(aws ec2 describe-security-groups --region "$region" --group-ids "$group" --output text --query 'SecurityGroups[0].OwnerId') || {
    problem "$group cannot be seen in $region"
    return
  }
  if [ "$owner" != "$account" ]; then problem "$group belongs to account $owner"; return; fi
  look "$region" "$group"
  : >"$tmp/$group.add"
  : >"$tmp/$group.revoke"
  while IFS=$'\t' read -r step number rule; do
    [ -n "$(id_of "$rule" "$tmp/$group.now")" ] || printf '%s\t%s\t%s\n' "$step" "$number" "$rule" >>"$tmp/$group.add"
  done <"$dir/add.tsv"
  while IFS=$'\t' read -r step want links rule; do
    id=$(id_of "$rule" "$tmp/$group.now")
    there=
    [ "$want" = - ] || there=$(rule_of "$want" "$tmp/$group.now")
    if [ -n "$there" ] && [ "$there" != "$rule" ]; then
      problem "$group $want is now: $(words "$there"); it was: $(words "$rule")"
    elif [ -n "$id" ]; then
      printf '%s\t%s\n' "$step" "$rule" >>"$tmp/$group.revoke"
    else # gone: by an earlier run, if what stands for it is there
      missing=
      for link in ${links//,/ }; do
        [ "$link" = - ] || ! awk -F '\t' -v n="$link" '$2 == n { found = 1 } END { exit !found }' "$tmp/$group.add" || missing=yes
      done
      [ -z "$missing" ] || problem "$group $(words "$rule") is gone, and what should stand for it is not there"
    fi
  done <"$dir/revoke.tsv"
  while IFS=$'\t' read -r in rule; do
    look "$region" "$in"
    [ -n "$(id_of "$rule" "$tmp/$in.now")" ] || problem "$in $(words "$rule") is gone, and a change of $group relies on it"
  done <"$dir/need.tsv"
}

# add REGION GROUP STEP DIRECTION: adds what is missing, in one call.
add() {
  local step number rule file=$tmp/permissions.json first=yes
  printf '[' >"$file"
  while IFS=$'\t' read -r step number rule; do
    [ "$step" = "$3" ] && [ "${rule%% *}" = "$4" ] || continue
    [ -n "$first" ] || printf ',' >>"$file"
    first=
    cat "$data/$2/$number.json" >>"$file"
    echo "$2: adding $(words "$rule")"
  done <"$tmp/$2.add"
  printf ']' >>"$file"
  [ -n "$first" ] || aws ec2 "authorize-security-group-$4" --region "$1" --group-id "$2" --ip-permissions "file://$file" >/dev/null
}

# revoke REGION GROUP STEP DIRECTION: revokes by id, in one call.
revoke() {
  local step rule id ids=()
  while IFS=$'\t' read -r step rule; do
    [ "$step" = "$3" ] && [ "${rule%% *}" = "$4" ] || continue
    id=$(id_of "$rule" "$tmp/$2.now")
    if [ -z "$id" ]; then echo "$2: already gone: $(words "$rule")"; continue; fi
    ids+=("$id")
    echo "$2: revoking $id $(words "$rule")"
  done <"$tmp/$2.revoke"
  [ ${#ids[@]} -eq 0 ] || aws ec2 "revoke-security-group-$4" --region "$1" --group-id "$2" --security-group-rule-ids "${ids[@]}" >/dev/null
}

# added REGION GROUP STEP: lists the rules again and stops unless those that were added so far are there.
added() {
  local step number rule try
  for try in 1 2 3 4 5; do
    [ "$try" = 1 ] || sleep "$try"
    rules "$1" "$2" >"$tmp/$2.now"
    while IFS=$'\t' read -r step number rule; do
      [ "$step" -gt "$3" ] || [ -n "$(id_of "$rule" "$tmp/$2.now")" ] || continue 2
    done <"$data/$2/add.tsv"
    return 0
  done
  echo "$2: what was added does not show: $(words "$rule"). Nothing was revoked for it; run this again." >&2
  exit 1
}

change() {
  local region=$1 group=$2 step direction
  for step in $(cut -f1 "$tmp/$group.add" "$tmp/$group.revoke" | sort -nu); do
    for direction in ingress egress; do add "$region" "$group" "$step" "$direction"; done
    added "$region" "$group" "$step"
    for direction in ingress egress; do revoke "$region" "$group" "$step" "$direction"; done
  done
}

# changed REGION GROUP: counts what is not as it should be now.
changed() {
  local step number want links rule
  rules "$1" "$2" >"$tmp/$2.now"
  while IFS=$'\t' read -r step number rule; do
    [ -n "$(id_of "$rule" "$tmp/$2.now")" ] || problem "$2 $rule was to be added, but is not there"
  done <"$data/$2/add.tsv"
  while IFS=$'\t' read -r step want links rule; do
    [ -z "$(id_of "$rule" "$tmp/$2.now")" ] || problem "$2 $rule was to be revoked, but is there"
  done <"$data/$2/revoke.tsv"
}

# each DO: runs DO REGION GROUP for every group of this account. Standard input is the list, so commands get none of it.
# words RULE: the rule for people, as in "ingress tcp 22 0.0.0.0/0".
words() {
  local direction protocol from to peer ports
  read -r direction protocol from to peer <<<"$1"
  case $protocol:$from:$to in
  -1:*) protocol=all ports= ;;
  *:-1:*) ports= ;;
  icmp*:-1) ports=" $from" ;;
  icmp*) ports=" $from/$to" ;;
  *:"$from") ports=" $from" ;;
  *) ports=" $from-$to" ;;
  esac
  echo "$direction $protocol$ports $peer"
}
each() {
  local owner region group
  while IFS=$'\t' read -r owner region group; do
    [ "$owner" != "$account" ] || "$1" "$region" "$group" </dev/null
  done <"$data/groups.tsv"
}
show() {
  local step number rule
  while IFS=$'\t' read -r step number rule; do echo "$2: would add $(words "$rule")"; done <"$tmp/$2.add"
  while IFS=$'\t' read -r step rule; do echo "$2: would revoke $(words "$rule")"; done <"$tmp/$2.revoke"
}

account=$(aws sts get-caller-identity --output text --query Account)
others=$(awk -F '\t' -v account="$account" '$1 != account { print $1 }' "$data/groups.tsv" | sort -u | tr '\n' ' ')
mine=$(awk -F '\t' -v account="$account" '$1 == account' "$data/groups.tsv" | wc -l)
if [ "$mine" -eq 0 ]; then
  echo "These credentials are of account $account, and no group of it is to be changed. Use those of: $others" >&2
  exit 1
fi
[ -z "$others" ] || echo "Groups of other accounts are left alone; run this with credentials of: $others"

each inspect
if [ "$problems" -gt 0 ]; then
  echo "Nothing was changed. Make a new plan (sgfit run) and export that." >&2
  exit 1
fi
if [ -n "$check" ]; then each show; echo "Nothing was changed (--check)."; exit 0; fi
each change
each changed
if [ "$problems" -gt 0 ]; then exit 1; fi
echo "Done; groups that are as they should be: $((mine))."
