package clc_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// user makes a user of the tenant's account with one policy, and its key.
func (tn *tenant) user(name, statements string) *tenant {
	tn.f.t.Helper()
	u := cloud.User{ID: "AIDA" + name, Account: tn.account.ID, Name: name, Path: "/", Tags: map[string]string{"team": "blue"}}
	if statements != "" {
		u.Attachments.Inline = map[string]string{"p": `{"Version":"2012-10-17","Statement":[` + statements + `]}`}
	}
	shown, kept, err := tn.f.svc.NewAccessKey(tn.account.ID, u.ID)
	ok(tn.f.t, err)
	tn.f.change(func(tx *store.Tx) error {
		if err := tx.Users().Put(u); err != nil {
			return err
		}
		return tx.AccessKeys().Put(kept)
	})
	return tn.f.tenantOf(tn.account, shown)
}

// TestAuthorizeResources: policies that name resources, their attributes and
// their tags, for actions on what is there.
func TestAuthorizeResources(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	i := f.instance(id)
	arn := "arn:aws:ec2:us-east-1:" + string(f.alice.account.ID) + ":"
	ok(t, f.alice.query2("CreateTags", args{"ResourceId.1": id, "Tag.1.Key": "team", "Tag.1.Value": "blue"}))
	group, subnet := string(i.Groups[0]), string(i.Subnet)
	const no, dry = "UnauthorizedOperation", "DryRunOperation"
	stop := args{"InstanceId.1": id, "DryRun": "true"}
	allow := func(action, resource, condition string) string {
		if condition != "" {
			condition = `,"Condition":{` + condition + `}`
		}
		return `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"` + condition + `}`
	}
	for name, c := range map[string]struct {
		statements, action string
		a                  args
		want               string
	}{
		"by its ARN":                     {allow("ec2:StopInstances", arn+"instance/"+id, ""), "StopInstances", stop, dry},
		"another one's ARN":              {allow("ec2:StopInstances", arn+"instance/i-0000000000000aaaa", ""), "StopInstances", stop, no},
		"one of two":                     {allow("ec2:StopInstances", arn+"instance/"+id, ""), "StopInstances", stop.with(args{"InstanceId.2": "i-00000000000000aaa"}), no},
		"by its tag":                     {allow("ec2:*", "*", `"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}`), "StopInstances", stop, dry},
		"by its tag, EC2's own key":      {allow("ec2:*", "*", `"StringEquals":{"ec2:ResourceTag/team":"blue"}`), "StopInstances", stop, dry},
		"by another tag":                 {allow("ec2:*", "*", `"StringEquals":{"ec2:ResourceTag/team":"red"}`), "StopInstances", stop, no},
		"by its type":                    {allow("ec2:*", "*", `"StringEquals":{"ec2:InstanceType":"m1.small"}`), "StopInstances", stop, dry},
		"denied by its zone":             {allow("*", "*", "") + `,{"Effect":"Deny","Action":"ec2:Stop*","Resource":"*","Condition":{"StringLike":{"ec2:AvailabilityZone":"*a"}}}`, "StopInstances", stop, no},
		"lists are of everything":        {allow("ec2:Describe*", arn+"instance/*", ""), "DescribeInstances", nil, no},
		"lists":                          {allow("ec2:Describe*", "*", ""), "DescribeInstances", nil, ""},
		"from elsewhere":                 {allow("ec2:*", "*", `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), "DescribeInstances", nil, no},
		"from here":                      {allow("ec2:*", "*", `"IpAddress":{"aws:SourceIp":["127.0.0.0/8","::1"]}`), "DescribeInstances", nil, ""},
		"a group by its VPC":             {allow("ec2:*", "*", `"ArnLike":{"ec2:Vpc":"`+arn+`vpc/`+string(i.VPC)+`"}`), "DeleteSecurityGroup", args{"GroupId": group, "DryRun": "true"}, dry},
		"a group by its name":            {allow("ec2:*", arn+"security-group/"+group, ""), "DeleteSecurityGroup", args{"GroupName": "default", "DryRun": "true"}, dry},
		"tags on what is there":          {allow("ec2:CreateTags", arn+"instance/*", `"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}`), "CreateTags", args{"ResourceId.1": id, "Tag.1.Key": "team", "Tag.1.Value": "x", "DryRun": "true"}, dry},
		"tags of other keys":             {allow("ec2:CreateTags", arn+"instance/*", `"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}`), "CreateTags", args{"ResourceId.1": id, "Tag.1.Key": "cost", "Tag.1.Value": "x", "DryRun": "true"}, no},
		"an attribute":                   {allow("ec2:ModifyInstanceAttribute", "*", `"StringEquals":{"ec2:Attribute":"DisableApiStop"}`), "ModifyInstanceAttribute", args{"InstanceId": id, "DisableApiStop.Value": "true", "DryRun": "true"}, dry},
		"another attribute":              {allow("ec2:ModifyInstanceAttribute", "*", `"StringEquals":{"ec2:Attribute":"DisableApiStop"}`), "ModifyInstanceAttribute", args{"InstanceId": id, "DisableApiTermination.Value": "true", "DryRun": "true"}, no},
		"a key nobody knows":             {allow("ec2:*", "*", `"StringNotEquals":{"ec2:Novelty":"x"}`), "DescribeInstances", nil, no},
		"no second factor":               {allow("ec2:*", "*", `"Bool":{"aws:MultiFactorAuthPresent":"true"}`), "DescribeInstances", nil, no},
		"a subnet to make in the VPC":    {allow("ec2:CreateSecurityGroup", arn+"security-group/*", ""), "CreateSecurityGroup", args{"GroupName": "g", "GroupDescription": "d", "VpcId": string(i.VPC), "DryRun": "true"}, no},
		"in the VPC that may":            {allow("ec2:CreateSecurityGroup", arn+"*", ""), "CreateSecurityGroup", args{"GroupName": "g", "GroupDescription": "d", "VpcId": string(i.VPC), "DryRun": "true"}, dry},
		"a request tag cannot stand for": {allow("ec2:*", "*", `"StringEquals":{"aws:ResourceTag/team":"blue"}`), "CreateTags", args{"ResourceId.1": subnet, "Tag.1.Key": "team", "Tag.1.Value": "blue", "DryRun": "true"}, no},
	} {
		t.Run(name, func(t *testing.T) {
			u := f.alice.user(strings.ReplaceAll(name, " ", "-"), c.statements)
			if got := u.query(c.action, c.a); got.code != c.want {
				t.Errorf("%d %s: %s, want %q", got.status, got.code, got.msg, c.want)
			}
		})
	}
}

// TestAuthorizeRunInstances: a launch needs everything it is made of, and what
// a launch template says counts.
func TestAuthorizeRunInstances(t *testing.T) {
	f := newCloud(t)
	ok(t, f.alice.query2("ImportKeyPair", args{"KeyName": "k", "PublicKeyMaterial": "c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSU5aRnF1Z3A1ZTMrMmtsOE1XZFpNR3hBbnFIaEFVc3VvYlI2eUJrUWlFZjUgbWU="}))
	ok(t, f.alice.query2("CreateLaunchTemplate", args{"LaunchTemplateName": "big", "LaunchTemplateData.InstanceType": "m5.large", "LaunchTemplateData.ImageId": imageID}))
	f.change(func(tx *store.Tx) error {
		if err := tx.Roles().Put(cloud.Role{ID: "AROAR", Account: f.alice.account.ID, Name: "r", Path: "/", Trust: "{}"}); err != nil {
			return err
		}
		return tx.InstanceProfiles().Put(cloud.InstanceProfile{ID: "AIPAP", Account: f.alice.account.ID, Name: "p", Path: "/", Role: "AROAR"})
	})
	const all, no, dry = `{"Effect":"Allow","Action":["ec2:*","iam:PassRole"],"Resource":"*"}`, "UnauthorizedOperation", "DryRunOperation"
	deny := func(on, condition string) string {
		if condition != "" {
			condition = `,"Condition":{` + condition + `}`
		}
		return all + `,{"Effect":"Deny","Action":"*","Resource":"arn:aws:ec2:*:*:` + on + `"` + condition + `}`
	}
	run := launch.with(args{"DryRun": "true", "InstanceType": "m1.small"})
	tagged := run.with(args{"TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "team", "TagSpecification.1.Tag.1.Value": "blue"})
	for name, c := range map[string]struct {
		statements string
		a          args
		want       string
	}{
		"all":                    {all, run.with(args{"KeyName": "k"}), dry},
		"no instances":           {deny("instance/*", ""), run, no},
		"no volumes":             {deny("volume/*", ""), run, no},
		"no interfaces":          {deny("network-interface/*", ""), run, no},
		"not in the default net": {deny("subnet/*", ""), run, no},
		"not in its group":       {deny("security-group/*", ""), run, no},
		"not that image":         {deny("image/"+imageID, ""), run, no},
		"another image":          {deny("image/"+publicID, ""), run, dry},
		"no images of others":    {deny("image/*", `"StringNotEquals":{"ec2:Owner":"`+string(f.alice.account.ID)+`"}`), run.with(args{"ImageId": publicID}), no},
		"own images":             {deny("image/*", `"StringNotEquals":{"ec2:Owner":"`+string(f.alice.account.ID)+`"}`), run, dry},
		"not with that key":      {deny("key-pair/k", ""), run.with(args{"KeyName": "k"}), no},
		"without a key":          {deny("key-pair/k", ""), run, dry},
		"no large ones":          {deny("instance/*", `"StringNotEquals":{"ec2:InstanceType":"m1.small"}`), run.with(args{"InstanceType": "m5.large"}), no},
		"small ones":             {deny("instance/*", `"StringNotEquals":{"ec2:InstanceType":"m1.small"}`), run, dry},
		"large by a template": {deny("instance/*", `"StringNotEquals":{"ec2:InstanceType":"m1.small"}`),
			args{"MinCount": "1", "MaxCount": "1", "DryRun": "true", "LaunchTemplate.LaunchTemplateName": "big"}, no},
		"only as the template says": {deny("*", `"Bool":{"ec2:IsLaunchTemplateResource":"false"}`),
			args{"MinCount": "1", "MaxCount": "1", "DryRun": "true", "LaunchTemplate.LaunchTemplateName": "big"}, dry},
		"and not of another type": {deny("instance/*", `"Bool":{"ec2:IsLaunchTemplateResource":"false"}`),
			args{"MinCount": "1", "MaxCount": "1", "DryRun": "true", "LaunchTemplate.LaunchTemplateName": "big", "InstanceType": "m1.small"}, no},
		"not without a template": {deny("instance/*", `"Null":{"ec2:LaunchTemplate":"true"}`), run, no},
		"not from templates":     {deny("launch-template/*", ""), args{"MinCount": "1", "MaxCount": "1", "DryRun": "true", "LaunchTemplate.LaunchTemplateName": "big"}, no},
		"tokens must be":         {deny("instance/*", `"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}`), run, no},
		"tokens are required":    {deny("instance/*", `"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}`), run.with(args{"MetadataOptions.HttpTokens": "required"}), dry},
		"tagged":                 {all, tagged, dry},
		"tags take CreateTags":   {`{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"}`, tagged, no},
		"tags at creation only": {`{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"},{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"*","Condition":{"StringEquals":{"ec2:CreateAction":"RunInstances"}}}`,
			tagged, dry},
		"must be tagged":         {deny("instance/*", `"Null":{"aws:RequestTag/team":"true"}`), run, no},
		"is tagged":              {deny("instance/*", `"Null":{"aws:RequestTag/team":"true"}`), tagged, dry},
		"tags of something else": {deny("instance/*", `"Null":{"aws:RequestTag/team":"true"}`), tagged.with(args{"TagSpecification.1.ResourceType": "volume"}), no},
		"a role takes PassRole":  {`{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`, run.with(args{"IamInstanceProfile.Name": "p"}), no},
		"a role by its ARN":      {`{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`, run.with(args{"IamInstanceProfile.Arn": "arn:aws:iam::" + string(f.alice.account.ID) + ":instance-profile/p"}), no},
		"a role that may be passed": {`{"Effect":"Allow","Action":"ec2:*","Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::` + string(f.alice.account.ID) +
			`:role/r","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}`, run.with(args{"IamInstanceProfile.Name": "p"}), dry},
	} {
		t.Run(name, func(t *testing.T) {
			u := f.alice.user(strings.ReplaceAll(name, " ", "-"), c.statements)
			if got := u.query("RunInstances", c.a); got.code != c.want {
				t.Errorf("%d %s: %s, want %q", got.status, got.code, got.msg, c.want)
			}
		})
	}
}

// TestRefusalIsExplained: the sentence, and what the sealed part says.
func TestRefusalIsExplained(t *testing.T) {
	f := newCloud(t)
	u := f.alice.user("ann", `{"Sid":"Never","Effect":"Deny","Action":"ec2:CreateVpc","Resource":"*"},{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`)
	got := u.query("CreateVpc", args{"CidrBlock": "10.0.0.0/16"})
	before, sealed, _ := strings.Cut(got.msg, ". Encoded authorization failure message: ")
	user, vpc := "arn:aws:iam::"+string(f.alice.account.ID)+":user/ann", "arn:aws:ec2:us-east-1:"+string(f.alice.account.ID)+":vpc/*"
	want := "You are not authorized to perform this operation. User: " + user + " is not authorized to perform: ec2:CreateVpc on resource: " + vpc + " with an explicit deny in an identity-based policy"
	if got.status != 403 || got.code != "UnauthorizedOperation" || before != want {
		t.Errorf("%d %s %s", got.status, got.code, before)
	}
	text := must[string](t)(f.svc.OpenMessage(f.alice.account.ID, sealed))
	var said struct {
		Allowed, ExplicitDeny bool
		MatchedStatements     struct {
			Items []struct{ StatementID, Effect string }
		}
		Context struct {
			Principal        struct{ ARN string }
			Action, Resource string
			Conditions       struct {
				Items []struct {
					Key    string
					Values struct{ Items []struct{ Value string } }
				}
			}
		}
	}
	ok(t, json.Unmarshal([]byte(text), &said))
	if said.Allowed || !said.ExplicitDeny || said.Context.Principal.ARN != user || said.Context.Action != "ec2:CreateVpc" || said.Context.Resource != vpc ||
		len(said.MatchedStatements.Items) != 2 || said.MatchedStatements.Items[0].StatementID != "Never" || len(said.Context.Conditions.Items) < 5 {
		t.Errorf("%s", text)
	}
}

// TestAccountPolicies: what the cloud's administrator takes from an account is
// taken from its root, too.
func TestAccountPolicies(t *testing.T) {
	f := newCloud(t)
	f.change(func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(f.alice.account.ID)
		a.Policies = map[string]string{"no-vpcs": `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ec2:CreateVpc","Resource":"*"}}`}
		return tx.Accounts().Put(a)
	})
	if got := f.alice.query("CreateVpc", args{"CidrBlock": "10.0.0.0/16"}); got.code != "UnauthorizedOperation" || !strings.Contains(got.msg, "explicit deny in a service control policy") {
		t.Errorf("%s %s", got.code, got.msg)
	}
	ok(t, f.alice.query2("DescribeVpcs", nil))
	if got := f.bob.query("CreateVpc", args{"CidrBlock": "10.0.0.0/16", "DryRun": "true"}); got.code != "DryRunOperation" {
		t.Errorf("bob: %s %s", got.code, got.msg)
	}
}

// untouched are members that name something by its id which the action does not
// touch, so that no permission on it is needed.
var untouched = []string{"AvailabilityZoneId", "CarrierGatewayId", "CoreNetworkArn", "DestinationAvailabilityZoneId", "DestinationPrefixListId",
	"EgressOnlyInternetGatewayId", "HostId", "IpamPoolId", "Ipv4IpamPoolId", "Ipv6IpamPoolId", "KernelId", "RamdiskId", "KmsKeyId", "LinkedGroupId",
	"LocalGatewayId", "NatGatewayId", "SourceSecurityGroupOwnerId", "TransitGatewayId", "UserIds", "VpcEndpointId", "VpcPeeringConnectionId", "ZoneIds",
	"AssociatedSubnetIds", "GatewayId", "SecurityGroupRuleIds", "PrefixListIds"}

// TestEveryIDIsAuthorized: a member of a request that ends in Id, in whatever
// action, is in the table of what is touched, or is known not to be.
func TestEveryIDIsAuthorized(t *testing.T) {
	for _, a := range clc.Actions() {
		if strings.HasPrefix(a.Name, "Describe") && !strings.HasSuffix(a.Name, "Attribute") || a.Name == "RunInstances" {
			continue
		}
		in, _ := a.Shapes()
		known := clc.AuthorizedMembers(a.Name, reflect.New(in).Interface())
		for i := range in.NumField() {
			f := in.Field(i)
			text := f.Type == reflect.TypeFor[*string]() || f.Type == reflect.TypeFor[[]string]()
			if text && (strings.HasSuffix(f.Name, "Id") || strings.HasSuffix(f.Name, "Ids")) && !slices.Contains(known, f.Name) && !slices.Contains(untouched, f.Name) {
				t.Errorf("%s.%s: nobody needs a permission on it", a.Name, f.Name)
			}
		}
		if strings.HasPrefix(a.Name, "Create") && !slices.Contains([]string{"CreateTags", "CreateRoute", "CreateNetworkAclEntry", "CreateLaunchTemplateVersion"}, a.Name) && clc.Creation(a.Name) == "" {
			t.Errorf("%s makes something that has no line in the table of creations", a.Name)
		}
	}
}
