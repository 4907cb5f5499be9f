package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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
		id := c.ask("SecurityGroupRules[?IsEgress].SecurityGroupRuleId | [0]", "ec2", "describe-security-group-rules", "--filters", "Name=group-id,Values="+g.GroupID)
		c.aws("ec2", "revoke-security-group-egress", "--group-id", g.GroupID, "--security-group-rule-ids", id)
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

// rules lists what the groups of a plan have now, with their ids where wanted.
func (c *cloud) rules(plan suggest.Plan, with string) map[string][]string {
	c.t.Helper()
	out := map[string][]string{}
	for i := range plan.Groups {
		id := plan.Groups[i].GroupID
		var answer struct{ SecurityGroupRules []ruleNow }
		body := c.aws("ec2", "describe-security-group-rules", "--filters", "Name=group-id,Values="+id, "--output", "json")
		if err := json.Unmarshal(body, &answer); err != nil {
			c.t.Fatal(err)
		}
		for _, r := range answer.SecurityGroupRules {
			d := schema.Ingress
			if r.IsEgress {
				d = schema.Egress
			}
			protocol := strings.Replace(r.IPProtocol, "-1", "all", 1)
			s := plainRule(d, protocol, r.FromPort, r.ToPort, schema.Peer{Value: r.CIDRIPv4 + r.CIDRIPv6 + r.PrefixList + r.Group.GroupID})
			switch with {
			case "description":
				s += " " + r.Description
			case "id":
				s = r.ID + " " + s
			}
			out[id] = append(out[id], s)
		}
		slices.Sort(out[id])
	}
	return out
}

// write leaves the export of a plan in a new folder.
func (c *cloud) write(plan suggest.Plan) string {
	c.t.Helper()
	e, err := CLI(plan, Options{})
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

func TestScriptMakesThePlansOutcomeAndTakesItBack(t *testing.T) {
	c := newCloud(t)
	plan := c.build()
	start, described := c.rules(plan, ""), c.rules(plan, "description")
	for _, quota := range []int{60, 11} { // at once, and step by step
		t.Run(fmt.Sprintf("quota %d", quota), func(t *testing.T) {
			plan.Settings = &suggest.Settings{RulesQuota: quota}
			dir := c.write(plan)
			apply, undo := filepath.Join(dir, "apply.sh"), filepath.Join(dir, "undo.sh")

			c.mustRun(apply, "--check")
			if diff := cmp.Diff(start, c.rules(plan, "")); diff != "" {
				t.Fatalf("--check changed something (-before +after):\n%s", diff)
			}
			said := c.mustRun(apply)
			if diff := cmp.Diff(outcome(plan), c.rules(plan, "")); diff != "" {
				t.Fatalf("-plan +rules:\n%s\n%s", diff, said)
			}
			ids := c.rules(plan, "id")
			if again := c.mustRun(apply); strings.Contains(again, "adding") || strings.Contains(again, "revoking") {
				t.Errorf("run again, it does something:\n%s", again)
			}
			if diff := cmp.Diff(ids, c.rules(plan, "id")); diff != "" {
				t.Errorf("run again, it changed something:\n%s", diff)
			}
			said = c.mustRun(undo)
			if diff := cmp.Diff(start, c.rules(plan, "")); diff != "" {
				t.Fatalf("undone (-start +rules):\n%s\n%s", diff, said)
			}
			if quota == 60 {
				if diff := cmp.Diff(described, c.rules(plan, "description")); diff != "" {
					t.Errorf("undone, descriptions (-start +rules):\n%s", diff)
				}
			}
		})
	}
}

func TestScriptGoesOnWhereItWasStopped(t *testing.T) {
	c := newCloud(t)
	plan := c.build()
	dir := c.write(plan)
	web := plan.Groups[0].GroupID
	one := filepath.Join(dir, "apply", web, "0001.json")
	c.aws("ec2", "authorize-security-group-ingress", "--group-id", web, "--ip-permissions", "file://"+c.list1(one))
	c.mustRun(filepath.Join(dir, "apply.sh"))
	if diff := cmp.Diff(outcome(plan), c.rules(plan, "")); diff != "" {
		t.Errorf("-plan +rules:\n%s", diff)
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

func TestScriptRefusesWhatIsNotAsItWas(t *testing.T) {
	c := newCloud(t)
	plan := c.build()
	web, db := plan.Groups[0].GroupID, plan.Groups[1].GroupID
	ids := c.rules(plan, "id")
	known := func(g int, key string) *string { // the id of a rule
		for _, r := range ids[plan.Groups[g].GroupID] {
			if id, rest, _ := strings.Cut(r, " "); rest == key {
				return &id
			}
		}
		t.Fatalf("no rule %q in %q", key, ids)
		return nil
	}
	plan.Groups[0].Rules[1].RuleID = known(0, "ingress tcp 22-22 0.0.0.0/0")
	apply := filepath.Join(c.write(plan), "apply.sh")
	revoke := func(group, id string) {
		c.aws("ec2", "revoke-security-group-ingress", "--group-id", group, "--security-group-rule-ids", id)
	}
	for _, step := range []struct {
		name, want string
		change     func()
	}{
		{"a rule with the plan's id is another now", "is now: ingress tcp 22 23 0.0.0.0/0; it was: ingress tcp 22 22 0.0.0.0/0", func() {
			c.aws("ec2", "modify-security-group-rules", "--group-id", web, "--security-group-rules", "file://"+c.file([]any{map[string]any{
				"SecurityGroupRuleId": *plan.Groups[0].Rules[1].RuleID,
				"SecurityGroupRule":   map[string]any{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 23, "CidrIpv4": "0.0.0.0/0"}}}))
		}},
		{"a rule to be replaced is gone", "ingress tcp 0 65535 10.0.0.0/8 is gone, and what should stand for it is not there", func() {
			revoke(web, *known(0, "ingress tcp 0-65535 10.0.0.0/8"))
		}},
		{"a rule that carries another's traffic is gone", "ingress tcp 5432 5432 10.0.0.0/8 is gone, and a change of " + db + " relies on it", func() {
			revoke(db, *known(1, "ingress tcp 5432-5432 10.0.0.0/8"))
		}},
	} {
		step.change()
		before := c.rules(plan, "id")
		said, ok := c.run(apply)
		if ok || !strings.Contains(said, step.want) || !strings.Contains(said, "Nothing was changed") {
			t.Errorf("%s: ended well: %t, want the words %q:\n%s", step.name, ok, step.want, said)
		}
		if diff := cmp.Diff(before, c.rules(plan, "id")); diff != "" {
			t.Errorf("%s: it changed something:\n%s", step.name, diff)
		}
	}
}

func TestScriptLeavesOtherAccountsAlone(t *testing.T) {
	c := newCloud(t)
	plan := c.build()
	for i := range plan.Groups {
		plan.Groups[i].AccountID = "999988887777"
	}
	start := c.rules(plan, "id")
	said, ok := c.run(filepath.Join(c.write(plan), "apply.sh"))
	if ok || !strings.Contains(said, "Use those of: 999988887777") {
		t.Errorf("ended well: %t\n%s", ok, said)
	}
	if diff := cmp.Diff(start, c.rules(plan, "id")); diff != "" {
		t.Errorf("it changed something:\n%s", diff)
	}
}
