package ec2

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	ingestaws "sgfit/ingest/aws"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const account = "111122223333"

// fakeEC2 is an EC2 and an STS on loopback: it pages, and things go wrong where a test wants it.
type fakeEC2 struct {
	t       *testing.T
	url     string
	answers map[string]listing // by action

	mu       sync.Mutex
	requests []url.Values
	// fault may answer a request itself, and then returns true. n counts the requests so far of the same action, from 1.
	fault func(w http.ResponseWriter, form url.Values, n int) bool
}

// listing is what an action answers: elements in the query protocol's XML, in a list of that name.
type listing struct {
	set   string
	items []string
}

// newFake starts a server, and hides the machine's own AWS configuration.
func newFake(t *testing.T, answers map[string]listing) *fakeEC2 {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "",
		"AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_EC2": "", "AWS_ENDPOINT_URL_STS": "", "AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "",
		"AWS_CA_BUNDLE": "", "HTTP_PROXY": "", "http_proxy": "", "NO_PROXY": "*",
	} {
		t.Setenv(name, value)
	}
	f := &fakeEC2{t: t, answers: answers}
	server := httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// source asks in small pages, with waits of milliseconds, in eu-west-1 unless the options say otherwise.
func (f *fakeEC2) source(o Options) *Source {
	f.t.Helper()
	o.EndpointURL, o.At, o.Backoff = f.url, at, 2*time.Millisecond
	if o.Regions == nil {
		o.Regions = []string{"eu-west-1"}
	}
	s, err := New(context.Background(), o)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *fakeEC2) serve(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		f.t.Error(err)
	}
	action := r.Form.Get("Action")
	f.mu.Lock()
	r.Form.Set("region", strings.Split(r.Header.Get("Authorization"), "/")[2])
	f.requests = append(f.requests, r.Form)
	n, fault := f.countLocked(action), f.fault
	f.mu.Unlock()
	if fault != nil && fault(w, r.Form, n) {
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	if action == "GetCallerIdentity" {
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, account)
		return
	}
	key := action
	if vpc := r.Form.Get("VpcId") + r.Form.Get("PrefixListId"); vpc != "" {
		key += " " + vpc
	}
	f.page(w, action, f.answers[key], r.Form)
}

// page answers MaxResults elements from the token on.
func (f *fakeEC2) page(w io.Writer, action string, l listing, form url.Values) {
	if l.set == "" {
		f.t.Errorf("%v: the fake has no such listing", form)
	}
	most, err := strconv.Atoi(form.Get("MaxResults"))
	if err != nil {
		f.t.Errorf("%s is not paged: %v", action, err)
	}
	from, _ := strconv.Atoi(form.Get("NextToken"))
	to, token := min(from+most, len(l.items)), ""
	if to < len(l.items) {
		token = fmt.Sprintf("<nextToken>%d</nextToken>", to)
	}
	fmt.Fprintf(w, `<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><%s>`, action, l.set)
	for _, item := range l.items[from:to] {
		fmt.Fprintf(w, "<item>%s</item>", item)
	}
	fmt.Fprintf(w, "</%s>%s</%sResponse>", l.set, token, action)
}

func (f *fakeEC2) countLocked(action string) (n int) {
	for _, form := range f.requests {
		if form.Get("Action") == action {
			n++
		}
	}
	return n
}

func (f *fakeEC2) count(action string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.countLocked(action)
}

// refuse answers as EC2 does.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Response><Errors><Error><Code>"+code+"</Code><Message>made up</Message></Error></Errors><RequestID>r</RequestID></Response>")
}

// small pages make every listing of the estate several answers.
func small() Options { return Options{Page: 2, Options: ingestaws.Options{Attempts: 4}} }

// estate is a small account: three groups of which one refers to one that is gone, a managed interface, a prefix list of
// three entries, and two VPCs of which one is another account's.
func estate() map[string]listing {
	group := func(id, name, in string) string {
		return `<ownerId>` + account + `</ownerId><groupId>` + id + `</groupId><groupName>` + name + `</groupName><groupDescription>d</groupDescription>
			<vpcId>vpc-1</vpcId><securityGroupArn>arn:aws:ec2:eu-west-1:` + account + `:security-group/` + id + `</securityGroupArn><ipPermissions>` + in + `</ipPermissions><ipPermissionsEgress/>`
	}
	cidr := func(port, cidr string) string {
		return `<item><ipProtocol>tcp</ipProtocol><fromPort>` + port + `</fromPort><toPort>` + port + `</toPort><groups/><ipRanges><item><cidrIp>` + cidr + `</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item>`
	}
	reference := func(id string) string {
		return `<item><ipProtocol>tcp</ipProtocol><fromPort>5432</fromPort><toPort>5432</toPort><groups><item><groupId>` + id + `</groupId></item></groups></item>`
	}
	rule := func(id, group, port, peer string) string {
		return `<securityGroupRuleId>` + id + `</securityGroupRuleId><groupId>` + group + `</groupId><groupOwnerId>` + account + `</groupOwnerId><isEgress>false</isEgress>
			<ipProtocol>tcp</ipProtocol><fromPort>` + port + `</fromPort><toPort>` + port + `</toPort>` + peer + `<description>rule ` + id + `</description>`
	}
	iface := func(id, kind, groups string) string {
		return `<networkInterfaceId>` + id + `</networkInterfaceId><ownerId>` + account + `</ownerId><vpcId>vpc-1</vpcId><subnetId>subnet-1</subnetId><availabilityZone>eu-west-1a</availabilityZone>
			<interfaceType>` + kind + `</interfaceType><sourceDestCheck>true</sourceDestCheck><groupSet>` + groups + `</groupSet><privateIpAddress>10.0.0.5</privateIpAddress>
			<privateIpAddressesSet><item><privateIpAddress>10.0.0.5</privateIpAddress><primary>true</primary></item></privateIpAddressesSet>`
	}
	const worn = `<item><groupId>sg-web</groupId></item>`
	return map[string]listing{
		"DescribeSecurityGroups": {"securityGroupInfo", []string{
			group("sg-web", "web", cidr("443", "0.0.0.0/0")), group("sg-db", "db", reference("sg-gone")), group("sg-lone", "lone", "")}},
		"DescribeSecurityGroupRules": {"securityGroupRuleSet", []string{
			rule("sgr-web", "sg-web", "443", "<cidrIpv4>0.0.0.0/0</cidrIpv4>"),
			rule("sgr-db", "sg-db", "5432", "<referencedGroupInfo><groupId>sg-gone</groupId></referencedGroupInfo>"),
			rule("sgr-new", "sg-lone", "1", "<prefixListId>pl-1</prefixListId>")}},
		"DescribeNetworkInterfaces": {"networkInterfaceSet", []string{
			iface("eni-1", "interface", worn), iface("eni-2", "lambda", worn), iface("eni-3", "nat_gateway", "")}},
		"DescribeManagedPrefixLists": {"prefixListSet", []string{
			`<prefixListId>pl-1</prefixListId><prefixListName>offices</prefixListName><ownerId>` + account + `</ownerId><maxEntries>5</maxEntries><state>create-complete</state>`,
			`<prefixListId>pl-2</prefixListId><prefixListName>com.amazonaws.eu-west-1.s3</prefixListName><ownerId>AWS</ownerId><state>create-complete</state>`,
			`<prefixListId>pl-3</prefixListId><prefixListName>going</prefixListName><ownerId>` + account + `</ownerId><maxEntries>5</maxEntries><state>delete-in-progress</state>`}},
		"GetManagedPrefixListEntries pl-1": {"entrySet", []string{"<cidr>10.1.0.0/16</cidr>", "<cidr>10.2.0.0/16</cidr>", "<cidr>10.3.0.0/16</cidr>"}},
		"GetManagedPrefixListEntries pl-2": {"entrySet", []string{"<cidr>52.218.0.0/17</cidr>"}},
		"DescribeSubnets": {"subnetSet", []string{
			`<subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><ownerId>` + account + `</ownerId><cidrBlock>10.0.0.0/24</cidrBlock><availabilityZone>eu-west-1a</availabilityZone>`}},
		"DescribeVpcs": {"vpcSet", []string{
			`<vpcId>vpc-1</vpcId><ownerId>` + account + `</ownerId><cidrBlock>10.0.0.0/16</cidrBlock>`,
			`<vpcId>vpc-2</vpcId><ownerId>444455556666</ownerId><cidrBlock>10.9.0.0/16</cidrBlock>`,
			`<vpcId>vpc-3</vpcId><ownerId>` + account + `</ownerId><cidrBlock>10.8.0.0/16</cidrBlock>`}},
		"DescribeFlowLogs": {"flowLogSet", []string{
			`<flowLogId>fl-1</flowLogId><resourceId>vpc-1</resourceId><trafficType>ALL</trafficType><logDestinationType>s3</logDestinationType><logDestination>arn:aws:s3:::logs</logDestination>
			 <logFormat>${version} ${interface-id} ${action}</logFormat><maxAggregationInterval>60</maxAggregationInterval><flowLogStatus>ACTIVE</flowLogStatus><creationTime>2025-06-01T00:00:00.000Z</creationTime>`}},
		"DescribeStaleSecurityGroups vpc-1": {"staleSecurityGroupSet", []string{
			`<groupId>sg-db</groupId><groupName>db</groupName><vpcId>vpc-1</vpcId><staleIpPermissions>` + reference("sg-gone") + `</staleIpPermissions>`}},
		"DescribeStaleSecurityGroups vpc-3": {"staleSecurityGroupSet", nil},
	}
}
