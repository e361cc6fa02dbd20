package awsquery_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

func TestDecode(t *testing.T) {
	const run = "Action=RunInstances&MinCount=1&MaxCount=2" + version
	one, two := p(int64(1)), p(int64(2))
	cases := []struct {
		name, form string
		want       ec2.RunInstancesRequest
	}{
		{"scalars", "&ImageId=ami-1&EbsOptimized=True&DisableApiStop=false", ec2.RunInstancesRequest{ImageId: p("ami-1"), EbsOptimized: p(true), DisableApiStop: p(false)}},
		{"an empty text is there", "&KeyName=", ec2.RunInstancesRequest{KeyName: p("")}},
		{"structure", "&Placement.AvailabilityZone=z&Placement.Tenancy=default", ec2.RunInstancesRequest{Placement: &ec2.Placement{AvailabilityZone: p("z"), Tenancy: p("default")}}},
		{"list", "&SecurityGroupId.1=a&SecurityGroupId.2=b", ec2.RunInstancesRequest{SecurityGroupIds: []string{"a", "b"}}},
		{"list by number, not by text", "&SecurityGroupId.10=b&SecurityGroupId.9=a", ec2.RunInstancesRequest{SecurityGroupIds: []string{"a", "b"}}},
		{"gaps close", "&SecurityGroupId.7=b&SecurityGroupId.1000=c&SecurityGroupId.3=a", ec2.RunInstancesRequest{SecurityGroupIds: []string{"a", "b", "c"}}},
		{"empty list", "&SecurityGroupId=", ec2.RunInstancesRequest{SecurityGroupIds: []string{}}},
		{"lists in lists", "&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=%C3%A9+%26", ec2.RunInstancesRequest{
			TagSpecifications: []ec2.TagSpecification{{ResourceType: p("instance"), Tags: []ec2.Tag{{Key: p("k"), Value: p("é &")}}}},
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := new(desk)
			h, _ := dispatcher(t, config(), d)
			if w := post(h, run+c.form); w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			c.want.MinCount, c.want.MaxCount = one, two
			if diff := cmp.Diff(&c.want, d.got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	const run = "Action=RunInstances&MinCount=1&MaxCount=1" + version
	invalid := func(value, name, why string) string {
		return strings.TrimSpace(fmt.Sprintf("InvalidParameterValue: Value (%s) for parameter %s is invalid. %s", value, name, why))
	}
	unknown := func(name string) string { return "UnknownParameter: The parameter " + name + " is not recognized" }
	deep := strings.TrimSuffix(strings.Repeat("a.", 1000), ".")
	cases := []struct{ name, form, want string }{
		{"integer", run + "&Ipv6AddressCount=abc", invalid("abc", "Ipv6AddressCount", "Expecting an integer.")},
		{"integer with a sign", run + "&Ipv6AddressCount=%2B5", invalid("+5", "Ipv6AddressCount", "Expecting an integer.")},
		{"empty integer", run + "&Ipv6AddressCount=", invalid("", "Ipv6AddressCount", "Expecting an integer.")},
		{"integer of 64 bits", run + "&Ipv6AddressCount=4294967296", invalid("4294967296", "Ipv6AddressCount", "Expecting a 32-bit integer.")},
		{"integer of 200 bits", run + "&Ipv6AddressCount=" + strings.Repeat("9", 60), invalid(strings.Repeat("9", 60), "Ipv6AddressCount", "Expecting an integer.")},
		{"boolean", run + "&EbsOptimized=yes", invalid("yes", "EbsOptimized", "Expecting true or false.")},
		{"enum", run + "&InstanceInitiatedShutdownBehavior=explode", invalid("explode", "InstanceInitiatedShutdownBehavior", "")},
		{"enum in a structure in a list", run + "&TagSpecification.1.ResourceType=pony", invalid("pony", "TagSpecification.1.ResourceType", "")},
		{"time", run + "&InstanceMarketOptions.SpotOptions.ValidUntil=soon", invalid("soon", "InstanceMarketOptions.SpotOptions.ValidUntil", "Expecting a time such as 2006-01-02T15:04:05Z.")},
		{"control character", run + "&KeyName=a%00", invalid("a�", "KeyName", "It contains characters that are not allowed.")},
		{"not UTF-8", run + "&KeyName=%ff", invalid("�", "KeyName", "It contains characters that are not allowed.")},
		{"below the least", "Action=DescribeInstances&MaxResults=x" + version, invalid("x", "MaxResults", "Expecting an integer.")},
		{"value of a structure", run + "&Placement=here", unknown("Placement")},
		{"value of a list", run + "&SecurityGroupId=sg-1", unknown("SecurityGroupId")},
		{"member of a scalar", run + "&ImageId.Name.1=x", unknown("ImageId.Name.1")},
		{"name as index", run + "&SecurityGroupId.first=x", unknown("SecurityGroupId.first")},
		{"index 0", run + "&SecurityGroupId.0=x", unknown("SecurityGroupId.0")},
		{"index 01", run + "&SecurityGroupId.01=x", unknown("SecurityGroupId.01")},
		{"index -1", run + "&SecurityGroupId.-1=x", unknown("SecurityGroupId.-1")},
		{"index 1001", run + "&SecurityGroupId.1001=x", "InvalidParameterValue: The index of the parameter SecurityGroupId.1001 is larger than 1000."},
		{"huge index", run + "&SecurityGroupId.99999999999999999999=x", "InvalidParameterValue: The index of the parameter SecurityGroupId.99999999999999999999 is larger than 1000."},
		{"empty parts", run + "&Placement..Tenancy=x", unknown("Placement..Tenancy")},
		{"response member", run + "&Placement.Nowhere=x", unknown("Placement.Nowhere")},
		{"always the first of many", run + "&Zzz=1&Bbb.2=1&Bbb.1=1", unknown("Bbb.1")},
		{"deep", run + "&" + deep + "=x", unknown(deep[:128] + "…")},
		{"required list", "Action=RebootInstances" + version, "MissingParameter: The request must contain the parameter InstanceId"},
		{"required list, empty", "Action=RebootInstances&InstanceId=" + version, "MissingParameter: The request must contain the parameter InstanceId"},
		{"long value is cut", run + "&EbsOptimized=" + strings.Repeat("x", 1000), invalid(strings.Repeat("x", 128)+"…", "EbsOptimized", "Expecting true or false.")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := new(desk)
			h, _ := dispatcher(t, config(), d)
			w := post(h, c.form)
			m := errorForm.FindStringSubmatch(w.Body.String())
			if m == nil || d.got != nil {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if got := m[1] + ": " + m[2]; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestParamsHash(t *testing.T) {
	hash := func(form string) string {
		d := new(desk)
		h, _ := dispatcher(t, config(), d)
		if w := post(h, "MinCount=1&MaxCount=1"+form+version); w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", form, w.Code, w.Body)
		}
		return d.call.ParamsHash
	}
	const run = "&Action=RunInstances&ImageId=ami-1"
	base := hash(run + "&SecurityGroupId.1=a")
	for _, same := range []string{"&SecurityGroupId.1=a&ClientToken=t", "&SecurityGroupId.1=a&DryRun=false", "&SecurityGroupId.5=a", "&SecurityGroupId.1=a&X-Amz-Date=now"} {
		if hash(run+same) != base {
			t.Errorf("%s changes the hash", same)
		}
	}
	for _, other := range []string{"", "&SecurityGroupId.1=b", "&SecurityGroupId.1=a&SecurityGroupId.2=a", "&SecurityGroup.1=a", "&SecurityGroupId.1=a&KeyName="} {
		if hash(run+other) == base {
			t.Errorf("%q does not change the hash", other)
		}
	}
}

// What the decoder lets through is what the model allows and no larger than
// what came in.
func FuzzDecode(f *testing.F) {
	f.Add("SecurityGroupId.1=a&Placement.Tenancy=default&UserData=eA%3D%3D")
	f.Add("TagSpecification.1.Tag.1.Key=k&TagSpecification.1.ResourceType=instance")
	f.Add("BlockDeviceMapping.1.Ebs.VolumeSize=-1&Monitoring.Enabled=true")
	f.Add("InstanceMarketOptions.SpotOptions.ValidUntil=2026-01-02T03:04:05Z")
	f.Add("CpuOptions.CoreCount=1e9&..=&.1=&SecurityGroupId.1.1=x")
	f.Fuzz(func(t *testing.T, form string) {
		d := new(desk)
		cfg := config()
		cfg.Observe = func(o awsquery.Outcome) {
			if o.Status >= 500 {
				t.Errorf("%d for %q: %v", o.Status, form, o.Err)
			}
		}
		h, _ := dispatcher(t, cfg, d)
		w := post(h, "Action=RunInstances&MinCount=1&MaxCount=1"+version+"&"+form)
		if w.Code != http.StatusOK {
			if !errorForm.MatchString(w.Body.String()) {
				t.Errorf("not an error's form: %s", w.Body)
			}
			return
		}
		b, err := json.Marshal(d.got)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 8<<10+200*len(form) {
			t.Errorf("%d bytes of form became %d", len(form), len(b))
		}
	})
}

func TestTimesAreUTC(t *testing.T) {
	d := new(desk)
	h, _ := dispatcher(t, config(), d)
	post(h, "Action=RunInstances&MinCount=1&MaxCount=1&InstanceMarketOptions.SpotOptions.ValidUntil=2026-01-02T03:04:05.5%2B02:00"+version)
	got := d.got.(*ec2.RunInstancesRequest).InstanceMarketOptions.SpotOptions.ValidUntil
	if want := time.Date(2026, 1, 2, 1, 4, 5, 500_000_000, time.UTC); *got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
