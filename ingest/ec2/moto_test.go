package ec2

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	ingestaws "sgfit/ingest/aws"
	"sgfit/ingest/inventory"
	"sgfit/schema"
)

// moto is an AWS made by other people (https://github.com/getmoto/moto), where it is installed.
type moto struct {
	t   *testing.T
	url string
}

// newMoto starts a server and waits until it answers.
func newMoto(t *testing.T) *moto {
	t.Helper()
	if err := exec.Command("python3", "-c", "import moto.server").Run(); err != nil {
		t.Skip("moto is not installed: pip install 'moto[server,ec2]'")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	_ = free.Close()
	cmd := exec.Command("python3", "-m", "moto.server", "-p", fmt.Sprint(port))
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if !listens(said) {
		t.Skip("moto's server does not start")
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return &moto{t, fmt.Sprintf("http://127.0.0.1:%d", port)}
}

// listens waits for the line that says so.
func listens(said io.Reader) bool {
	buf, text := make([]byte, 4096), ""
	for !strings.Contains(text, "Running on") {
		n, err := said.Read(buf)
		if err != nil {
			return false
		}
		text += string(buf[:n])
	}
	return true
}

// do makes a call that changes moto's account, past the SDK, which sgfit has for reading only. It returns the id of what
// was made, the first of that kind in the answer.
func (m *moto) do(kind, action string, words ...string) string {
	m.t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2016-11-15"}}
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		form.Set(name, value)
	}
	r, err := http.NewRequest("POST", m.url, strings.NewReader(form.Encode()))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 || xml.Unmarshal(body, new(struct{})) != nil {
		m.t.Fatalf("%s: %v %s %s", action, err, answer.Status, body)
	}
	return regexp.MustCompile(kind + `-[0-9a-f]{17}`).FindString(string(body))
}

// TestMoto makes a small account and asks for it.
func TestMoto(t *testing.T) {
	newFake(t, nil) // for the environment
	m := newMoto(t)
	vpc := m.do("vpc", "CreateVpc", "CidrBlock=10.7.0.0/16")
	subnet := m.do("subnet", "CreateSubnet", "VpcId="+vpc, "CidrBlock=10.7.1.0/24")
	web := m.do("sg", "CreateSecurityGroup", "GroupName=web", "GroupDescription=d", "VpcId="+vpc)
	db := m.do("sg", "CreateSecurityGroup", "GroupName=db", "GroupDescription=d", "VpcId="+vpc)
	list := m.do("pl", "CreateManagedPrefixList", "PrefixListName=offices", "MaxEntries=5", "AddressFamily=IPv4", "Entry.1.Cidr=10.1.0.0/16", "Entry.2.Cidr=10.2.0.0/16")
	sgr := m.do("sgr", "AuthorizeSecurityGroupIngress", "GroupId="+web, "IpPermissions.1.IpProtocol=tcp", "IpPermissions.1.FromPort=443", "IpPermissions.1.ToPort=443",
		"IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0", "IpPermissions.1.IpRanges.1.Description=the world")
	m.do("sgr", "AuthorizeSecurityGroupIngress", "GroupId="+db, "IpPermissions.1.IpProtocol=tcp", "IpPermissions.1.FromPort=5432", "IpPermissions.1.ToPort=5432",
		"IpPermissions.1.Groups.1.GroupId="+web)
	eni := m.do("eni", "CreateNetworkInterface", "SubnetId="+subnet, "SecurityGroupId.1="+web, "SecurityGroupId.2="+db)

	s, err := New(context.Background(), Options{Options: ingestaws.Options{Attempts: 1}, Regions: []string{"eu-west-1"}, EndpointURL: m.url, At: at})
	if err != nil {
		t.Fatal(err)
	}
	_, items, counted := told(t, s)
	if err := s.Failed(); err != nil {
		t.Fatal(err)
	}
	inv := inventory.Timeline(items, counted, inventory.Options{})
	for name, found := range map[string]bool{
		"the world": slices.ContainsFunc(inv.Rules, func(r schema.RuleVersion) bool {
			return r.GroupID == web && r.ToPort == 443 && r.Peer.Value == "0.0.0.0/0" && r.RuleID == sgr && r.Description == "the world"
		}),
		"the reference": slices.ContainsFunc(inv.Rules, func(r schema.RuleVersion) bool {
			return r.GroupID == db && r.Peer.Value == web && strings.HasPrefix(r.RuleID, "sgr-")
		}),
		"the interface": slices.ContainsFunc(inv.Interfaces, func(n schema.InterfaceVersion) bool {
			return n.InterfaceID == eni && n.VPCID == vpc && len(n.Groups) == 2 && n.Region == "eu-west-1"
		}),
		"the prefix list": slices.ContainsFunc(inv.PrefixLists, func(l schema.PrefixListVersion) bool {
			return l.PrefixListID == list && l.Name == "offices" && len(l.Entries) == 2
		}),
		"the subnet": slices.ContainsFunc(inv.Subnets, func(n schema.SubnetVersion) bool { return n.SubnetID == subnet && n.CIDRs[0].String() == "10.7.1.0/24" }),
		"the VPC":    slices.ContainsFunc(inv.VPCs, func(v schema.VPCVersion) bool { return v.VPCID == vpc }),
	} {
		if !found {
			t.Errorf("%s is not in the inventory", name)
		}
	}
}
