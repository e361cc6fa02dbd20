package e2e

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/hypervisor/hypervisortest"
	"ecc/test/lab"
)

// TestExternalS3 keeps the images of a cloud in another S3, which is the walrus
// of another cloud, in a bucket of an account there.
func TestExternalS3(t *testing.T) {
	other := newBench(t, lab.StartNode(t, "other", lab.Options{NoLibvirt: true}), "--roles=clc,walrus")
	other.start()
	images := other.account("images")
	config := folder(t) + "/ecc.toml"
	err := os.WriteFile(config, fmt.Appendf(nil, "[images]\nendpoint = %q\nbucket = \"their-images\"\naccess_key = %q\nsecret_key = %q\n",
		other.url, images.id, images.secret), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	b := allInOne(t, "--config", config)
	disk := b.writeFile("deaf.raw", hypervisortest.GuestDisk(hypervisortest.Deaf))
	imported := b.importFile(disk, "imported")
	registered, err := b.admin.register(b.admin.upload("disks", disk), "registered")
	if err != nil {
		t.Fatal(err)
	}
	if img := b.admin.awaitImage(registered); img.State != types.ImageStateAvailable {
		t.Fatalf("the image is %s: %+v", img.State, img.StateReason)
	}
	if got := images.objects("their-images"); len(got) < 4 {
		t.Errorf("the other S3 holds %v, want an index and data of two images", got)
	}
	if got := b.system().objects(imageBucket); len(got) > 0 {
		t.Errorf("images are in the cloud's own walrus: %v", got)
	}
	for _, image := range []string{imported, registered} {
		m := b.admin.run(image, "t1.micro", 1)[0]
		m.awaitConsole(banner, 1, soon)
		end(m)
		if _, err := b.admin.ec2.DeregisterImage(context.Background(), &ec2.DeregisterImageInput{ImageId: &image}); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "the other S3 to be empty", soon, func() (bool, string) {
		got := images.objects("their-images")
		return len(got) == 0, fmt.Sprint(got)
	})
	b.audit()
}
