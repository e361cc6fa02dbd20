package clc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

// userOf makes a user of a tenant who may do all of EC2, with a key.
func (f *fixture) userOf(owner *tenant, name string) *tenant {
	f.t.Helper()
	u := cloud.User{ID: "AIDA" + name, Account: owner.account.ID, Name: name, Path: "/", Attachments: cloud.Attachments{Inline: map[string]string{
		"ec2": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}`}}}
	shown, kept, err := f.svc.NewAccessKey(owner.account.ID, u.ID)
	ok(f.t, err)
	f.change(func(tx *store.Tx) error { return errors.Join(tx.Users().Put(u), tx.AccessKeys().Put(kept)) })
	return f.tenantOf(owner.account, shown)
}

// A user's image is read with the user's rights and not with the account's, and
// not at all once the user's key is gone.
func TestImagesAreReadAsTheirRegistrar(t *testing.T) {
	f := newCloud(t)
	ann := f.userOf(f.alice, "ann")
	f.images.objects["disks/one"], f.images.objects["disks/two"] = cloud.GiB, cloud.GiB
	register := func(name string) string {
		t.Helper()
		out, err := ann.ec2.RegisterImage(t.Context(), &sdk.RegisterImageInput{Name: &name, ImageLocation: aws.String("disks/" + name)})
		ok(t, err)
		return *out.ImageId
	}
	one := register("one")
	ok(t, clc.IngestRound(f.svc, t.Context()))
	as := f.images.taken[cloud.ImageID(one)].As
	found := must[cloud.Credential](t)(f.svc.Credential(t.Context(), as.ID, as.Token))
	same(t, "read as", "AIDAann", found.Caller.Principal)
	same(t, "with the secret", found.Key.Secret, as.Secret)
	same(t, "policies", 1, len(found.Caller.Rights.Identity))

	two := register("two")
	f.change(func(tx *store.Tx) error { return tx.AccessKeys().Delete(ann.key.ID) })
	ok(t, clc.IngestRound(f.svc, t.Context()))
	f.view(func(tx *store.Tx) {
		img, _ := tx.Images().Get(cloud.ImageID(two))
		same(t, "state", cloud.ImageFailed, img.State)
		same(t, "reason", "The rights with which the image was registered have ended.", img.Reason.Message)
	})
}

// A node may have the credentials of the roles of its instances and of no others.
func TestInstanceCredentials(t *testing.T) {
	f := newCloud(t)
	ids := f.alice.run(2, inZone(zoneA)).Instances
	id, bare := cloud.InstanceID(*ids[0].InstanceId), cloud.InstanceID(*ids[1].InstanceId)
	node := f.instance(string(id)).Desired.Node
	role := cloud.Role{ID: "AROAWEB", Account: f.alice.account.ID, Name: "web", Path: "/", MaxSession: 3600,
		Trust: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`}
	profile := cloud.InstanceProfile{ID: "AIPAWEB", Account: f.alice.account.ID, Name: "web", Path: "/", Role: role.ID}
	f.change(func(tx *store.Tx) error {
		return errors.Join(tx.Roles().Put(role), tx.InstanceProfiles().Put(profile), tx.ProfileAssociations().Put(
			cloud.ProfileAssociation{ID: "iip-assoc-00000000000000001", Account: f.alice.account.ID, Instance: id, Profile: profile.ID}))
	})
	got := must[cloud.RoleKey](t)(f.svc.Credentials(t.Context(), node, id))
	same(t, "role", "web", got.Role)
	same(t, "life", 6*time.Hour, got.Key.Expires.Sub(got.Key.Issued))
	found := must[cloud.Credential](t)(f.svc.Credential(t.Context(), got.Key.ID, got.Key.Token))
	same(t, "caller", "arn:aws:sts::"+string(f.alice.account.ID)+":assumed-role/web/"+string(id), found.Caller.ARN)
	same(t, "instance", id, found.Caller.Session.Instance)
	for _, in := range must[rpc.ZoneIntent](t)(clc.CompileZone(t.Context(), f.svc, zoneA)).Instances {
		if in.ID == id {
			same(t, "profile told to the node", &cloud.ProfileInfo{ARN: profile.ARN(), ID: profile.ID}, in.Metadata.Profile)
		} else if in.Metadata.Profile != nil {
			t.Errorf("%s has the profile %+v", in.ID, in.Metadata.Profile)
		}
	}

	for _, n := range []cloud.NodeID{"n1", "n2", "b1", "nobody", ""} {
		if n == node {
			continue
		}
		if _, err := f.svc.Credentials(t.Context(), n, id); !errors.Is(err, cloud.Denied) {
			t.Errorf("node %q: %v", n, err)
		}
	}
	if _, err := f.svc.Credentials(t.Context(), node, "i-00000000000000000"); !errors.Is(err, cloud.Denied) {
		t.Errorf("an instance that is not there: %v", err)
	}
	if _, err := f.svc.Credentials(t.Context(), f.instance(string(bare)).Desired.Node, bare); !errors.Is(err, cloud.NotFound) {
		t.Errorf("an instance without profile: %v", err)
	}
	role.Trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:TagSession"}}`
	f.change(func(tx *store.Tx) error { return tx.Roles().Put(role) })
	if got := must[cloud.RoleKey](t)(f.svc.Credentials(t.Context(), node, id)); !got.Refused || got.Key.ID != "" {
		t.Errorf("of a role that does not trust EC2: %+v", got)
	}
	must[string](t)(f.alice.terminate(string(id)))
	f.zone.see(string(id), cloud.PhaseGone)
	if _, err := f.svc.Credentials(t.Context(), node, id); err == nil {
		t.Error("of a terminated instance")
	}
	if _, err := f.svc.Credential(t.Context(), got.Key.ID, got.Key.Token); !errors.Is(err, cloud.Malformed) {
		t.Errorf("the session outlives its instance: %v", err)
	}
}
