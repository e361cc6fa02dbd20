package iam_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	api "ecc/api/iam"
	"ecc/internal/bufferedhttp"
	"ecc/roles/clc/iam"
)

// The table, the list and the page say the same.
func TestTableIsWhatIsCovered(t *testing.T) {
	var names []string
	for _, a := range iam.Actions() {
		names = append(names, a.Name)
		if a.Permission.Action != "iam:"+a.Name {
			t.Errorf("%s needs the permission %q", a.Name, a.Permission.Action)
		}
		if reads := readsOnly(a.Name); reads != (a.Access.String() == "read") {
			t.Errorf("%s is %v", a.Name, a.Access)
		}
	}
	same(t, "the table's order", slices.Sorted(slices.Values(names)), names)
	same(t, "api/iam/covered.txt", names, api.Covered())
}

// readsOnly reports whether an action of that name changes nothing.
func readsOnly(name string) bool {
	for _, verb := range []string{"Get", "List", "Simulate", "GenerateCredentialReport"} {
		if strings.HasPrefix(name, verb) {
			return true
		}
	}
	return false
}

// Nobody without credentials is answered, whatever is asked.
func TestAnonymousIsRefused(t *testing.T) {
	f := newCloud(t)
	for _, a := range iam.Actions() {
		form := url.Values{"Action": {a.Name}, "Version": {"2010-05-08"}}
		req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/", strings.NewReader(form.Encode())))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp := must[*http.Response](t)(bufferedhttp.Client{}.Do(req))
		ok(t, resp.Body.Close())
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", a.Name, resp.StatusCode)
		}
	}
}

func TestUnknownActionIsRefused(t *testing.T) {
	newCloud(t).alice.refused("CreateVirtualMFADevice", args{"VirtualMFADeviceName": "x"}, "InvalidAction")
}
