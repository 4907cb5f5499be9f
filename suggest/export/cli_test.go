package export

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/suggest"
)

// cloud is a simulated EC2 with the real AWS command line in front of it.
type cloud struct {
	t   *testing.T
	env []string
}

// newCloud starts one. The test is skipped where a tool for it is not there.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a minute: not with -short")
	}
	for _, tool := range []string{"aws", "python3", "bash", "awk"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not on this machine: the scripts are not tried", tool)
		}
	}
	if err := exec.Command("python3", "-c", "import moto.server").Run(); err != nil {
		t.Skip("moto (python3 -m pip install 'moto[server]') is not on this machine: the scripts are not tried")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, "python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = server.Wait() })
	c := &cloud{t: t, env: append(withoutAWS(os.Environ()), "AWS_ENDPOINT_URL=http://127.0.0.1:"+port, "AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_DEFAULT_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "NO_PROXY=*", "no_proxy=*")}
	for deadline := time.Now().Add(time.Minute); ; {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
			return c
		}
		if time.Now().After(deadline) {
			t.Fatal("moto does not start")
		}
		select {
		case <-t.Context().Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// withoutAWS is an environment without what the caller has set up for AWS.
func withoutAWS(env []string) []string {
	return slices.DeleteFunc(env, func(s string) bool { return strings.HasPrefix(s, "AWS_") })
}

func (c *cloud) aws(args ...string) []byte {
	c.t.Helper()
	cmd := exec.Command("aws", args...)
	cmd.Env = c.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("aws %q: %v\n%s", args, err, stderr.String())
	}
	return out
}

// ask runs a call and reads one word of its answer.
func (c *cloud) ask(query string, args ...string) string {
	c.t.Helper()
	return strings.TrimSpace(string(c.aws(append(args, "--query", query, "--output", "text")...)))
}

// build makes the groups of samplePlan with its rules, and gives the plan their ids.
func (c *cloud) build() suggest.Plan {
	c.t.Helper()
	ids := plainIDs()
	ids.account = c.ask("Account", "sts", "get-caller-identity")
	vpc := c.ask("Vpc.VpcId", "ec2", "create-vpc", "--cidr-block", "10.0.0.0/16")
	group := func(name string) string {
		return c.ask("GroupId", "ec2", "create-security-group", "--group-name", name, "--description", name, "--vpc-id", vpc)
	}
	ids.web, ids.db = group("web"), group("db")
	ids.list = c.ask("PrefixList.PrefixListId", "ec2", "create-managed-prefix-list", "--prefix-list-name", "offices", "--max-entries", "2", "--address-family", "IPv4")
	ids.other = ids.web // moto knows groups of one account only
	plan := samplePlan(ids)
	for i := range plan.Groups {
		g := &plan.Groups[i]
		for _, d := range []schema.Direction{schema.Ingress, schema.Egress} {
			c.authorize(g, d)
		}
	}
	return plan
}

// authorize gives a group its rules of a direction. A new group lets everything out already.
func (c *cloud) authorize(g *suggest.Group, d schema.Direction) {
	c.t.Helper()
	if d == schema.Egress {
		c.aws("ec2", "revoke-security-group-egress", "--group-id", g.GroupID, "--protocol", "-1", "--cidr", "0.0.0.0/0")
	}
	var all []permission
	for _, r := range g.Rules {
		if r.Direction != d {
			continue
		}
		made, err := makeRule(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer, r.Description)
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, made.permission())
	}
	c.aws("ec2", "authorize-security-group-"+string(d), "--group-id", g.GroupID, "--ip-permissions", "file://"+c.file(all))
}

func (c *cloud) file(v any) string {
	c.t.Helper()
	body, err := encode(v)
	if err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(c.t.TempDir(), "body.json")
	if err := os.WriteFile(path, body, 0o644); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// ruleNow is a rule as describe-security-group-rules gives it.
type ruleNow struct {
	ID          string `json:"SecurityGroupRuleId"`
	GroupID     string `json:"GroupId"`
	IsEgress    bool
	IPProtocol  string `json:"IpProtocol"`
	FromPort    *int32
	ToPort      *int32
	CIDRIPv4    string                   `json:"CidrIpv4"`
	CIDRIPv6    string                   `json:"CidrIpv6"`
	PrefixList  string                   `json:"PrefixListId"`
	Group       struct{ GroupID string } `json:"ReferencedGroupInfo"`
	Description string
}

// rules lists what the groups of a plan have now: by content, with descriptions, and with ids.
func (c *cloud) rules(plan suggest.Plan) (plain, described, identified map[string][]string) {
	c.t.Helper()
	plain, described, identified = map[string][]string{}, map[string][]string{}, map[string][]string{}
	var answer struct{ SecurityGroupRules []ruleNow }
	body := c.aws("ec2", "describe-security-group-rules", "--output", "json")
	if err := json.Unmarshal(body, &answer); err != nil {
		c.t.Fatal(err)
	}
	for _, r := range answer.SecurityGroupRules {
		if !slices.ContainsFunc(plan.Groups, func(g suggest.Group) bool { return g.GroupID == r.GroupID }) {
			continue
		}
		d := schema.Ingress
		if r.IsEgress {
			d = schema.Egress
		}
		s := plainRule(d, strings.Replace(r.IPProtocol, "-1", "all", 1), r.FromPort, r.ToPort,
			schema.Peer{Value: r.CIDRIPv4 + r.CIDRIPv6 + r.PrefixList + r.Group.GroupID})
		plain[r.GroupID] = append(plain[r.GroupID], s)
		described[r.GroupID] = append(described[r.GroupID], s+" "+r.Description)
		identified[r.GroupID] = append(identified[r.GroupID], r.ID+" "+s)
	}
	for _, all := range []map[string][]string{plain, described, identified} {
		for _, rules := range all {
			slices.Sort(rules)
		}
	}
	return plain, described, identified
}

// write leaves the export of a plan in a new folder.
func (c *cloud) write(plan suggest.Plan, opt Options) string {
	c.t.Helper()
	e, err := CLI(plan, opt)
	if err != nil {
		c.t.Fatal(err)
	}
	dir := c.t.TempDir()
	writeFiles(c.t, dir, e.Files)
	return dir
}

func writeFiles(t *testing.T, dir string, files []File) {
	t.Helper()
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		mode := os.FileMode(0o644)
		if f.Script {
			mode = 0o755
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Content, mode); err != nil {
			t.Fatal(err)
		}
	}
}

// run runs a script and says what it printed, and whether it ended well.
func (c *cloud) run(script string, args ...string) (string, bool) {
	c.t.Helper()
	cmd := exec.Command(script, args...)
	cmd.Env, cmd.Dir = c.env, os.TempDir()
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func (c *cloud) mustRun(script string, args ...string) string {
	c.t.Helper()
	out, ok := c.run(script, args...)
	if !ok {
		c.t.Fatalf("%s %q failed:\n%s", filepath.Base(script), args, out)
	}
	return out
}

// TestScripts runs them against the simulated EC2, one after the other: calls of the AWS command line take a second each.
func TestScripts(t *testing.T) {
	c := newCloud(t)
	plan := c.build()
	web, db := plan.Groups[0].GroupID, plan.Groups[1].GroupID
	start, described, _ := c.rules(plan)
	_ = t.Run("the plan's outcome, also where a rule was added before", func(t *testing.T) {
		dir := c.write(plan, Options{})
		c.aws("ec2", "authorize-security-group-ingress", "--group-id", web, "--ip-permissions", "file://"+c.list1(filepath.Join(dir, "apply", web, "0001.json")))
		apply := filepath.Join(dir, "apply.sh")
		said := c.mustRun(apply)
		got, _, made := c.rules(plan)
		if diff := cmp.Diff(outcome(plan), got); diff != "" {
			t.Fatalf("-plan +rules:\n%s\n%s", diff, said)
		}
		if again := c.mustRun(apply); strings.Contains(again, "adding") || strings.Contains(again, "revoking") {
			t.Errorf("run again, it does something:\n%s", again)
		}
		if _, _, now := c.rules(plan); !cmp.Equal(made, now) {
			t.Errorf("run again, it changed something:\n%s", cmp.Diff(made, now))
		}
		said = c.mustRun(filepath.Join(dir, "undo.sh"))
		if _, now, _ := c.rules(plan); !cmp.Equal(described, now) {
			t.Fatalf("undone (-start +rules):\n%s\n%s", cmp.Diff(described, now), said)
		}
	}) && t.Run("step by step", func(t *testing.T) {
		plan := plan
		plan.Settings = &suggest.Settings{RulesQuota: 4}
		dir := c.write(plan, Options{Groups: []string{db}})
		if body, err := os.ReadFile(filepath.Join(dir, "apply", db, "add.tsv")); err != nil || !strings.HasPrefix(string(body), "1\t") {
			t.Fatalf("not in steps: %v\n%s", err, body)
		}
		said := c.mustRun(filepath.Join(dir, "apply.sh"))
		want := map[string][]string{web: start[web], db: outcome(plan)[db]}
		if got, _, _ := c.rules(plan); !cmp.Equal(want, got) {
			t.Fatalf("-plan +rules:\n%s\n%s", cmp.Diff(want, got), said)
		}
		said = c.mustRun(filepath.Join(dir, "undo.sh"))
		if got, _, _ := c.rules(plan); !cmp.Equal(start, got) {
			t.Fatalf("undone (-start +rules):\n%s\n%s", cmp.Diff(start, got), said)
		}
	}) && t.Run("other accounts", func(t *testing.T) {
		plan := plan
		plan.Groups = slices.Clone(plan.Groups)
		for i := range plan.Groups {
			plan.Groups[i].AccountID = "999988887777"
		}
		said, ok := c.run(filepath.Join(c.write(plan, Options{}), "apply.sh"))
		if ok || !strings.Contains(said, "Use those of: 999988887777") {
			t.Errorf("ended well: %t\n%s", ok, said)
		}
	})
	_, _, ids := c.rules(plan)
	known := func(group, key string) *string {
		for _, r := range ids[group] {
			if id, rest, _ := strings.Cut(r, " "); rest == key {
				return &id
			}
		}
		t.Fatalf("no rule %q in %q", key, ids)
		return nil
	}
	plan.Groups[0].Rules[1].RuleID = known(web, "ingress tcp 22-22 0.0.0.0/0")
	apply := filepath.Join(c.write(plan, Options{}), "apply.sh")
	if said := c.mustRun(apply, "--check"); !strings.Contains(said, web+": would revoke ingress tcp 22 0.0.0.0/0") {
		t.Errorf("--check says:\n%s", said)
	}
	c.aws("ec2", "modify-security-group-rules", "--group-id", web, "--security-group-rules", "file://"+c.file([]any{map[string]any{
		"SecurityGroupRuleId": *plan.Groups[0].Rules[1].RuleID,
		"SecurityGroupRule":   map[string]any{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 23, "CidrIpv4": "0.0.0.0/0"}}}))
	for group, id := range map[string]*string{web: known(web, "ingress tcp 0-65535 10.0.0.0/8"), db: known(db, "ingress tcp 5432-5432 10.0.0.0/8")} {
		c.aws("ec2", "revoke-security-group-ingress", "--group-id", group, "--security-group-rule-ids", *id)
	}
	_, _, ids = c.rules(plan)
	said, ok := c.run(apply)
	for _, want := range []string{
		"is now: ingress tcp 22-23 0.0.0.0/0; it was: ingress tcp 22 0.0.0.0/0",
		"ingress tcp 0-65535 10.0.0.0/8 is gone, and what should stand for it is not there",
		"ingress tcp 5432 10.0.0.0/8 is gone, and a change of " + db + " relies on it",
		"Nothing was changed",
	} {
		if ok || !strings.Contains(said, want) {
			t.Errorf("ended well: %t, want the words %q:\n%s", ok, want, said)
		}
	}
	if _, _, now := c.rules(plan); !cmp.Equal(ids, now) {
		t.Errorf("refusing, it changed something:\n%s", cmp.Diff(ids, now))
	}
}

// list1 makes a list of the one permission in a file.
func (c *cloud) list1(path string) string {
	c.t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.file([]json.RawMessage{body})
}
