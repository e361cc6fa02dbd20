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
