package aws

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestCredentialFailures assumes a role at an STS that refuses, and wants to hear what failed, and why.
func TestCredentialFailures(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/reader"
	for _, c := range []struct {
		name, code string
		status     int
		want       error
		detail     string
	}{
		{"the trust policy does not admit the caller", "AccessDenied", 403, ErrRole, " (AccessDenied): User x may not"},
		{"the role's name is wrong", "ValidationError", 400, ErrRole, " (ValidationError): User x may not"},
		{"the caller's own credentials are over", "ExpiredToken", 403, ErrCredentials, " (ExpiredToken): User x may not"},
		{"the key is deleted", "InvalidClientTokenId", 403, ErrCredentials, " (InvalidClientTokenId): User x may not"},
		{"the region is off", "RegionDisabledException", 403, ErrRegionOff, " (RegionDisabledException): User x may not"},
		{"STS is busy", "Throttling", 400, ErrBusy, " (Throttling): User x may not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>"+c.code+"</Code><Message>User x may not</Message></Error></ErrorResponse>")
			}))
			defer server.Close()
			alone(t, "")
			t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
			fails(t, Options{RoleARN: role, Region: "eu-west-1", Attempts: 1}, c.want, c.detail)
		})
	}
	t.Run("there is no such region", func(t *testing.T) {
		alone(t, "")
		t.Setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
		fails(t, Options{RoleARN: role, Region: "eu-nowhere-1", Attempts: 1}, ErrUnreachable, ": dial tcp 127.0.0.1:1")
	})
	t.Run("there are no credentials to ask with", func(t *testing.T) {
		alone(t, "")
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		fails(t, Options{RoleARN: role, Region: "eu-west-1", Attempts: 1}, ErrCredentials, "")
		fails(t, Options{Region: "eu-west-1", Attempts: 1}, ErrCredentials, ": ")
	})
	t.Run("the profile's role wants an MFA code", func(t *testing.T) {
		alone(t, "[profile base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s\n"+
			"[profile mfa]\nrole_arn = "+role+"\nsource_profile = base\nmfa_serial = arn:aws:iam::111122223333:mfa/x\n")
		fails(t, Options{Profile: "mfa"}, ErrMFA, "")
	})
	t.Run("the profile's role is of no profile", func(t *testing.T) {
		alone(t, "[profile lost]\nrole_arn = "+role+"\nsource_profile = nobody\n")
		fails(t, Options{Profile: "lost"}, ErrCredentials, "nobody")
	})
	t.Run("the configuration contradicts itself", func(t *testing.T) {
		alone(t, "[profile odd]\nrole_arn = "+role+"\ncredential_source = Nowhere\n")
		fails(t, Options{Profile: "odd"}, ErrConfig, "")
	})
	t.Run("nobody has signed in", func(t *testing.T) {
		alone(t, "[profile sso]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n"+
			"[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.com/start\n")
		t.Setenv("HOME", t.TempDir())
		fails(t, Options{Profile: "sso", Region: "eu-west-1"}, ErrSession, "")
	})
}

// alone leaves an environment with a key and this configuration.
func alone(t *testing.T, configuration string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "", "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "*"} {
		t.Setenv(name, value)
	}
}

// fails asks who is calling, which needs credentials first.
func fails(t *testing.T, o Options, want error, detail string) {
	t.Helper()
	cfg, err := Config(context.Background(), o)
	if err == nil {
		_, err = sts.NewFromConfig(cfg).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	}
	if got := KindOf(err, func(string) error { return nil }); got != want || !strings.Contains(Detail(err), detail) {
		t.Errorf("kind %v, want %v; detail %q, want %q\n%v", got, want, Detail(err), detail, errors.Unwrap(err))
	}
}
