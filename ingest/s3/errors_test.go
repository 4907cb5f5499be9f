package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	ingestaws "sgfit/ingest/aws"
)

// TestRefusals answers each listing with a code, and wants one clear error.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		region string // that S3 tells
		want   error
		text   string
	}{
		{403, "AccessDenied", "", ingestaws.ErrDenied, "list s3://logs/x: access denied (AccessDenied)"},
		{404, "NoSuchBucket", "", ErrNoBucket, "list s3://logs/x: no such bucket (NoSuchBucket)"},
		{301, "PermanentRedirect", "eu-west-1", ErrRegion, "list s3://logs/x: the bucket is in another region (eu-west-1)"},
		{400, "AuthorizationHeaderMalformed", "eu-west-1", ErrRegion, "list s3://logs/x: the bucket is in another region (eu-west-1)"},
		{301, "", "", ErrRegion, "list s3://logs/x: the bucket is in another region"},
		{403, "InvalidAccessKeyId", "", ingestaws.ErrCredentials, "list s3://logs/x: no credentials that AWS accepts (InvalidAccessKeyId)"},
		{400, "ExpiredToken", "us-east-2", ingestaws.ErrCredentials, "list s3://logs/x: no credentials that AWS accepts (ExpiredToken)"},
		{403, "SignatureDoesNotMatch", "", ingestaws.ErrCredentials, ""},
		{500, "InternalError", "", ingestaws.ErrBusy, ""},
		{400, "InvalidArgument", "", ingestaws.ErrRefused, "list s3://logs/x: the server refuses the request (InvalidArgument)"},
	} {
		f := newFake(t)
		f.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if c.region != "" {
				w.Header().Set("X-Amz-Bucket-Region", c.region)
			}
			refuse(w, c.status, c.code)
			return true
		}
		_, _, err := f.source(Options{Region: "us-east-2", Attempts: 2}, "s3://logs/x/").List(context.Background())
		var e *Error
		if !errors.As(err, &e) || e.Kind != c.want || !errors.Is(err, c.want) || !strings.HasPrefix(e.Place, "s3://logs/x") {
			t.Errorf("%d %s: error is %v", c.status, c.code, err)
			continue
		}
		if c.want == ErrRegion && e.Region != c.region || c.want != ErrRegion && e.Region != "" {
			t.Errorf("%d %s: region is %q", c.status, c.code, e.Region)
		}
		if got := strings.Replace(err.Error(), "logs/x/", "logs/x", 1); c.text != "" && !strings.HasPrefix(got, c.text) {
			t.Errorf("%d %s: %q, want %q", c.status, c.code, got, c.text)
		}
	}
}

func TestRefusedObjects(t *testing.T) {
	for code, want := range map[string]error{"AccessDenied": ingestaws.ErrDenied, "InvalidObjectState": ErrArchived, "NoSuchKey": ErrVanished, "ExpiredToken": ingestaws.ErrCredentials} {
		f := newFake(t, "a.log")
		f.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if isList(r) {
				return false
			}
			refuse(w, 403, code)
			return true
		}
		var e *Error
		if _, err := f.read(f.source(Options{}, "s3://logs"), nil); !errors.As(err, &e) || e.Kind != want || e.Place != "s3://logs/a.log" {
			t.Errorf("%s: error is %v", code, err)
		}
	}
}

// TestRegionIsFollowed where nobody named one.
func TestRegionIsFollowed(t *testing.T) {
	f := newFake(t, "a.log")
	f.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/s3/") {
			return false
		}
		w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
		refuse(w, 301, "PermanentRedirect")
		return true
	}
	if got, err := f.read(f.source(Options{}, "s3://logs"), nil); err != nil || got != "a.log" {
		t.Errorf("%q, %v", got, err)
	}
	_, err := f.source(Options{Region: "us-east-1"}, "s3://logs").Scan(context.Background())
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrRegion || e.Region != "eu-west-1" {
		t.Errorf("a region that was named: error is %v", err)
	}
}

// TestDeniedFolder has one account's folder closed: it is set aside, the other is listed.
func TestDeniedFolder(t *testing.T) {
	f := newFake(t, flowKey("1", 7, 0, 0), flowKey("2", 7, 0, 0))
	f.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.HasPrefix(r.URL.Query().Get("prefix"), "AWSLogs/2/") {
			return false
		}
		refuse(w, 403, "AccessDenied")
		return true
	}
	l := scan(t, f.source(Options{}, "s3://logs"))
	if d := cmp.Diff([]string{flowKey("1", 7, 0, 0)}, keys(l)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(l.Rejected) != 1 || l.Rejected[0].Place != "s3://logs/AWSLogs/2/" || !strings.Contains(l.Rejected[0].Reason, "access denied") {
		t.Errorf("rejected %+v", l.Rejected)
	}
}

func TestBrokenListing(t *testing.T) {
	f := newFake(t, flowKey("1", 7, 0, 0), flowKey("2", 7, 0, 0))
	f.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.HasPrefix(r.URL.Query().Get("prefix"), "AWSLogs/2/") {
			return false
		}
		refuse(w, 503, "SlowDown")
		return true
	}
	if _, _, err := f.source(Options{Attempts: 2}, "s3://logs").List(context.Background()); !errors.Is(err, ingestaws.ErrBusy) {
		t.Errorf("error is %v: half a listing looks whole", err)
	}
}

// TestHalfAPage says that there is more, but not how to get it.
func TestHalfAPage(t *testing.T) {
	f := newFake(t, "a.log")
	f.alter = func(answer string) string {
		return strings.Replace(answer, ">false</IsTruncated>", ">true</IsTruncated>", 1)
	}
	if _, _, err := f.source(Options{}, "s3://logs").List(context.Background()); !errors.Is(err, ingestaws.ErrRefused) || !errors.Is(err, errNoToken) {
		t.Errorf("error is %v", err)
	}
}

func TestNothing(t *testing.T) {
	f := newFake(t, "a.log", "AWSLogs/1/CloudTrail-Digest/r/d.json.gz", "exports/aws-logs-write-test")
	f.put("marker/", "")
	for _, url := range []string{"s3://logs/nothing", "s3://logs/nothing/", "s3://logs/AWSLogs/1/CloudTrail-Digest", "s3://logs/exports", "s3://logs/marker"} {
		if _, _, err := f.source(Options{}, "s3://logs", url).List(context.Background()); !errors.Is(err, ErrNothing) {
			t.Errorf("%s: error is %v", url, err)
		}
	}
	for _, key := range []string{"a.log", "AWSLogs/1/CloudTrail-Digest/r/d.json.gz", "exports/aws-logs-write-test", "marker/"} {
		f.remove(key)
	}
	if _, _, err := f.source(Options{}, "s3://logs").List(context.Background()); !errors.Is(err, ErrNothing) {
		t.Errorf("empty bucket: error is %v", err)
	}
	if _, _, err := f.source(Options{}, "s3://missing").List(context.Background()); !errors.Is(err, ErrNoBucket) {
		t.Errorf("missing bucket: error is %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	f := newFake(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	f.url = closed.URL
	var e *Error
	if _, _, err := f.source(Options{Attempts: 2}, "s3://logs").List(context.Background()); !errors.As(err, &e) || e.Kind != ingestaws.ErrUnreachable ||
		!strings.HasPrefix(err.Error(), "list s3://logs/: the server cannot be reached: dial tcp 127.0.0.1:") {
		t.Errorf("error is %v", err)
	}
}

func TestCredentials(t *testing.T) {
	f := newFake(t, "a.log")
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if _, _, err := f.source(Options{}, "s3://logs").List(context.Background()); !errors.Is(err, ingestaws.ErrCredentials) {
		t.Errorf("none: error is %v", err)
	}
	if _, err := New(context.Background(), Options{Profile: "missing"}, "s3://logs"); !errors.Is(err, ingestaws.ErrCredentials) {
		t.Errorf("a profile that is not there: error is %v", err)
	}
	if lists, _ := f.count(); lists != 0 {
		t.Errorf("%d requests without credentials", lists)
	}
	if got, err := f.read(f.source(Options{Anonymous: true}, "s3://logs"), nil); err != nil || got != "a.log" {
		t.Errorf("anonymous: %q, %v", got, err)
	}
}

// TestRequests looks at what is sent.
func TestRequests(t *testing.T) {
	f := newFake(t, "a.log")
	if _, err := f.read(f.source(Options{RequestPayer: true, Region: "eu-north-1"}, "s3://logs"), nil); err != nil {
		t.Fatal(err)
	}
	for _, r := range f.requests {
		if !strings.HasPrefix(r.URL.Path, "/logs") || r.Header.Get("X-Amz-Request-Payer") != "requester" ||
			!strings.Contains(r.Header.Get("Authorization"), "AKIDEXAMPLE/") || !strings.Contains(r.Header.Get("Authorization"), "/eu-north-1/s3/") {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		if isList(r) && r.Header.Get("X-Amz-Optional-Object-Attributes") != "RestoreStatus" {
			t.Errorf("%s does not ask what is restored", r.URL)
		}
	}
	f.requests = nil
	if _, err := f.read(f.source(Options{Anonymous: true}, "s3://logs"), nil); err != nil {
		t.Fatal(err)
	}
	for _, r := range f.requests {
		if r.Header.Get("X-Amz-Request-Payer") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("%s %v", r.URL, r.Header)
		}
	}
}

// TestRole assumes a role at an STS of its own.
func TestRole(t *testing.T) {
	f := newFake(t, "a.log")
	refused := false
	var asked string
	role := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.FormValue("Action") + " " + r.FormValue("RoleArn") + " " + r.FormValue("ExternalId") + " " + r.FormValue("RoleSessionName")
		w.Header().Set("Content-Type", "text/xml")
		if refused {
			w.WriteHeader(403)
			_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
			return
		}
		_, _ = io.WriteString(w, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"+
			"<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>")
	}))
	defer role.Close()
	t.Setenv("AWS_ENDPOINT_URL_STS", role.URL)
	options := Options{RoleARN: "arn:aws:iam::111122223333:role/reader", ExternalID: "ext"}
	if got, err := f.read(f.source(options, "s3://logs"), nil); err != nil || got != "a.log" {
		t.Fatalf("%q, %v", got, err)
	}
	if want := "AssumeRole arn:aws:iam::111122223333:role/reader ext sgfit"; asked != want {
		t.Errorf("asked STS for %s", asked)
	}
	for _, r := range f.requests {
		if !strings.Contains(r.Header.Get("Authorization"), "ASIAROLE/") {
			t.Errorf("%s is signed with %s", r.URL, r.Header.Get("Authorization"))
		}
	}
	refused = true
	_, _, err := f.source(options, "s3://logs").List(context.Background())
	if want := "list s3://logs/: the role cannot be assumed (AccessDenied): no"; !errors.Is(err, ingestaws.ErrRole) || err.Error() != want {
		t.Errorf("a role that may not be assumed: error is %v, want %s", err, want)
	}
}
