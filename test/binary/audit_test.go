package binary_test

import (
	"strings"
	"testing"
)

// What was done is found by the aws CLI and by the operator, also after a kill,
// and holds together; who may not look is refused.
func TestAuditTrail(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "clc.audit_bucket=trail", "--set", "throttle.factor=1")
	a := p.account("tenant")
	a.aws(t, "ec2", "create-key-pair", "--key-name", "k")
	a.aws(t, "ec2", "create-placement-group", "--group-name", "g", "--strategy", "spread")
	if o := a.try(t, "ec2", "create-placement-group", "--group-name", "g", "--strategy", "spread"); o.code == 0 {
		t.Error("made twice")
	}
	p.kill()
	p.start()
	p.awaitReady()

	type events struct {
		Events []struct {
			EventName, Username, ReadOnly, CloudTrailEvent string
			Resources                                      []struct{ ResourceType, ResourceName string }
		}
	}
	found := awsJSON[events](t, a, "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=CreateKeyPair")
	if len(found.Events) != 1 || found.Events[0].Username != "root" || found.Events[0].Resources[0].ResourceName != "k" ||
		strings.Contains(found.Events[0].CloudTrailEvent, a.Secret) {
		t.Errorf("lookup-events: %+v", found)
	}
	if o := a.try(t, "cloudtrail", "describe-trails"); !strings.Contains(o.stderr, "UnsupportedOperationException") {
		t.Errorf("describe-trails: %+v", o)
	}
	log := p.ecc("audit", "log", "--account", "tenant")
	for _, want := range []string{"ecc-operator:CreateAccount", "ec2:CreateKeyPair", "key-pair/k", "placement-group/g"} {
		if !strings.Contains(log, want) {
			t.Errorf("ecc audit log does not tell %s:\n%s", want, log)
		}
	}
	if lines := strings.Split(p.ecc("audit", "log", "--json", "--name", "CreateKeyPair"), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], `{"eventVersion"`) {
		t.Errorf("ecc audit log --json: %q", lines)
	}
	if proof := p.ecc("audit", "log", "--verify"); !strings.Contains(proof, "hold together") {
		t.Error(proof)
	}
	delivered := a.try(t, "s3api", "list-objects", "--bucket", "trail")
	if delivered.code == 0 || !strings.Contains(delivered.stderr, "AccessDenied") {
		t.Errorf("a tenant lists the trail's bucket: %+v", delivered)
	}
}
