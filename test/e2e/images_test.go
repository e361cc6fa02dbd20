package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"ecc/hypervisor/hypervisortest"
	"ecc/test/lab"
)

// imageBucket is where a cloud keeps images unless it is told otherwise.
const imageBucket = "ecc-images"

// system is the account that owns it.
func (b *bench) system() *tenant {
	b.Helper()
	return b.tenantOf(b.head.mustECC("env", "--account", "ecc-system"))
}

// objects lists a bucket; one that is not there has none.
func (t *tenant) objects(bucket string) []string {
	t.b.Helper()
	out, err := t.s3.ListObjectsV2(context.Background(), &s3.ListObjectsV2Input{Bucket: &bucket})
	if err != nil && code(err) != "NoSuchBucket" {
		t.b.Fatal(err)
	}
	var keys []string
	if err == nil {
		for _, o := range out.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

// upload puts a file into a new bucket of the account and returns what
// RegisterImage calls its location.
func (t *tenant) upload(bucket, path string) string {
	t.b.Helper()
	ctx := context.Background()
	if _, err := t.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket}); err != nil && code(err) != "BucketAlreadyOwnedByYou" {
		t.b.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.b.Fatal(err)
	}
	key := filepath.Base(path)
	if _, err := t.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data)}); err != nil {
		t.b.Fatal(err)
	}
	return bucket + "/" + key
}

// register registers an uploaded disk.
func (t *tenant) register(location, name string) (string, error) {
	out, err := t.ec2.RegisterImage(context.Background(), &ec2.RegisterImageInput{ImageLocation: &location, Name: &name})
	if err != nil {
		return "", err
	}
	return *out.ImageId, nil
}

// awaitImage waits until an image is available, or has failed and says why.
func (t *tenant) awaitImage(id string) types.Image {
	t.b.Helper()
	var img types.Image
	await(t.b, "image "+id+" to be taken in", soon, func() (bool, string) {
		out, err := t.ec2.DescribeImages(context.Background(), &ec2.DescribeImagesInput{ImageIds: []string{id}})
		if err != nil || len(out.Images) != 1 {
			return false, fmt.Sprint(err)
		}
		img = out.Images[0]
		return img.State != types.ImageStatePending, string(img.State)
	})
	return img
}

// badDisks makes files that are no images, each with a word that must be in
// what its owner reads about it.
func (b *bench) badDisks() map[string]string {
	b.Helper()
	dir := folder(b)
	disk, whole := filepath.Join(dir, "disk.raw"), filepath.Join(dir, "whole.qcow2")
	content := hypervisortest.GuestDisk(hypervisortest.Deaf)
	noise := rand.NewChaCha8([32]byte{})
	_, _ = noise.Read(content[4096:]) // never fails
	files := map[string][]byte{disk: content, filepath.Join(dir, "text.raw"): bytes.Repeat([]byte("This is not a disk.\n"), 60<<10),
		filepath.Join(dir, "odd.raw"): content[:len(content)-100]}
	for path, data := range files {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.qemuImg("convert", "-f", "raw", "-O", "qcow2", disk, whole)
	b.qemuImg("create", "-q", "-f", "qcow2", "-b", disk, "-F", "raw", filepath.Join(dir, "backed.qcow2"))
	cut, err := os.ReadFile(whole)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "cut.qcow2"), cut[:len(cut)/2], 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
	return map[string]string{
		filepath.Join(dir, "text.raw"):     "no partition table",
		filepath.Join(dir, "odd.raw"):      "truncated",
		filepath.Join(dir, "cut.qcow2"):    "truncated",
		filepath.Join(dir, "backed.qcow2"): "backing file",
	}
}

func (b *bench) qemuImg(args ...string) {
	b.Helper()
	if out, err := exec.Command("qemu-img", args...).CombinedOutput(); err != nil {
		b.Fatalf("qemu-img %v: %v\n%s", args, err, out)
	}
}

// TestBadImages offers files that are no images, to the operator's command and
// to the API: each is refused for its own reason, and nothing is left of it.
func TestBadImages(t *testing.T) {
	b := newBench(t, lab.StartNode(t, "head", lab.Options{NoLibvirt: true}), "--roles=clc,walrus")
	b.start()
	system, alice := b.system(), b.account("alice")
	for path, word := range b.badDisks() {
		name := filepath.Base(path)
		b.run("import "+name, func(t *testing.T) {
			out, err := b.head.ecc("image", "import", path, "--quiet", "--name", name)
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("it says %q, %v; want %q", out, err, word)
			}
		})
		b.run("register "+name, func(t *testing.T) {
			id, err := alice.register(alice.upload("disks", path), name)
			if err == nil { // damage that is deeper inside is found when it is read
				img := alice.awaitImage(id)
				if img.State != types.ImageStateFailed || img.StateReason == nil || !strings.Contains(aws.ToString(img.StateReason.Message), word) {
					t.Errorf("the image is %s, %+v; want failed, %q", img.State, img.StateReason, word)
				}
				_, err = alice.ec2.RunInstances(context.Background(), &ec2.RunInstancesInput{ImageId: &id,
					MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
				if code(err) != "InvalidAMIID.Unavailable" {
					t.Errorf("running it: %v", err)
				}
				return
			}
			if code(err) != "InvalidManifest" || !strings.Contains(err.Error(), word) {
				t.Errorf("%v; want InvalidManifest, %q", err, word)
			}
		})
	}
	b.run("what is not there, or another's", func(t *testing.T) {
		for _, location := range []string{"disks/none", "no-such-bucket-at-all/x", "nonsense", imageBucket + "/x"} {
			if _, err := b.account("bob"+strconv.Itoa(len(location))).register(location, "image"); code(err) != "InvalidManifest" {
				t.Errorf("%s: %v", location, err)
			}
		}
	})
	if left := system.objects(imageBucket); len(left) > 0 {
		t.Errorf("left in the image store: %v", left)
	}
}

// TestSharedCache gives two hosts one cache folder: one of them fetches the
// image, and it crosses the network once.
func TestSharedCache(t *testing.T) {
	shared := folder(t)
	b, n1, n2 := threeHosts(t, "--set", "nc.cache_dir="+shared)
	content := hypervisortest.GuestDisk(hypervisortest.Deaf)
	const noise = 48 << 20 // not to be compressed
	random := make([]byte, noise)
	_, _ = rand.NewChaCha8([32]byte{}).Read(random) // never fails
	image := b.importFile(b.writeFile("noise.raw", append(content, random...)), "noise")
	before := b.sent()
	ms := b.admin.run(image, "t1.micro", 2)
	for _, m := range ms {
		m.awaitConsole(banner, 1, soon)
	}
	if ms[0].on(n1, n2) == ms[1].on(n1, n2) {
		t.Fatal("both instances are on one host")
	}
	if got := b.sent() - before; got < noise || got > noise*3/2 {
		t.Errorf("%d bytes left the head for two hosts with one cache; the image has %d", got, noise)
	}
	b.audit()
	end(ms[0])
	b.audit()
	if got := emulators(t, ms[1].on(n1, n2).host); len(got) != 1 {
		t.Errorf("emulators %v run for the other instance", got)
	}
	end(ms[1])
	b.audit()
}

// sent is how many bytes the head's host has sent.
func (b *bench) sent() int {
	b.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(b.head.host.Run("cat", "/sys/class/net/eth0/statistics/tx_bytes")))
	if err != nil {
		b.Fatal(err)
	}
	return n
}

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
