package clc_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ecc/api/ec2"
	"ecc/roles/clc"
)

// The table, the list and the page say the same.
func TestTableIsWhatIsCovered(t *testing.T) {
	var names []string
	for _, a := range clc.Actions() {
		names = append(names, a.Name)
		if a.Permission.Action != "ec2:"+a.Name {
			t.Errorf("%s needs the permission %q", a.Name, a.Permission.Action)
		}
		if reads := strings.HasPrefix(a.Name, "Describe") || strings.HasPrefix(a.Name, "Get"); reads != (a.Access.String() == "read") {
			t.Errorf("%s is %v", a.Name, a.Access)
		}
	}
	same(t, "the table's order", slices.Sorted(slices.Values(names)), names)
	same(t, "api/ec2/covered.txt", names, ec2.Covered())
}

// Nobody without credentials is answered, whatever is asked.
func TestAnonymousIsRefused(t *testing.T) {
	f := newCloud(t)
	for _, a := range clc.Actions() {
		form := url.Values{"Action": {a.Name}, "Version": {"2016-11-15"}}
		req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/", strings.NewReader(form.Encode())))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := readAnswer(t, req); got.status != http.StatusForbidden && got.status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", a.Name, got.status, got.body)
		}
	}
}

func TestUnknownActionIsRefused(t *testing.T) {
	got := newCloud(t).alice.query("DescribeVolumes", nil)
	if got.code != "InvalidAction" || !strings.Contains(got.msg, "not valid for this web service") {
		t.Errorf("%+v", got)
	}
}
