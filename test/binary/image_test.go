package binary_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// writeDisk writes a raw whole-disk image: a partition table of one entry and
// something in the partition.
func writeDisk(tb testing.TB, name string, size int) {
	tb.Helper()
	disk := make([]byte, size)
	sectors := size/512 - 1
	copy(disk[446:], []byte{0x80, 0, 2, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, byte(sectors), byte(sectors >> 8), byte(sectors >> 16), 0})
	disk[510], disk[511] = 0x55, 0xaa
	_, _ = rand.NewChaCha8([32]byte{1}).Read(disk[512 : size/2]) // never fails; the rest is zeros
	if err := os.WriteFile(name, disk, 0o644); err != nil {
		tb.Fatal(err)
	}
}

// qemuImg runs qemu-img, which makes foreign images.
func qemuImg(tb testing.TB, args ...string) {
	tb.Helper()
	if _, err := exec.LookPath("qemu-img"); err != nil {
		tb.Skip("there is no qemu-img: apt-get install qemu-utils")
	}
	if o := execute(tb, environment(), "qemu-img", args...); o.code != 0 {
		tb.Fatalf("qemu-img %v: %+v", args, o)
	}
}

func TestImageImport(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	dir := tempDir(t)
	raw, cow := filepath.Join(dir, "debian.raw"), filepath.Join(dir, "debian.qcow2")
	writeDisk(t, raw, 5<<20)
	qemuImg(t, "convert", "-f", "raw", "-O", "qcow2", "-c", raw, cow)
	tenant, other := p.account("tenant"), p.account("other")
	for name, c := range map[string]struct {
		args            []string
		name            string
		private, silent bool
	}{
		"raw":                      {args: []string{raw}, name: "debian"},
		"qcow2, flags behind":      {args: []string{cow, "--name", "debian-12", "--description=a test", "--quiet"}, name: "debian-12", silent: true},
		"flags before":             {args: []string{"--name", "before", "--account", "tenant", "--private", raw}, name: "before", private: true},
		"a switch behind":          {args: []string{raw, "--private", "--name=behind", "--account", "tenant"}, name: "behind", private: true},
		"data behind, name of 1":   {args: []string{"--quiet", raw, "--name", "abc", "--data", p.data}, name: "abc", silent: true},
		"the same bytes once more": {args: []string{raw, "--name", "twice"}, name: "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			o := ecc(t, append([]string{"--data", p.data, "image", "import"}, c.args...)...)
			id := strings.TrimSpace(o.stdout)
			if o.code != 0 || !strings.HasPrefix(id, "ami-") || strings.Contains(id, "\n") {
				t.Fatalf("%+v", o)
			}
			if bar := strings.Contains(o.stderr, "importing"); bar == c.silent {
				t.Errorf("progress bar %v: %q", bar, o.stderr)
			}
			img, ok := findImage(t, tenant, id)
			if !ok || aws.ToString(img.Name) != c.name || img.State != "available" || aws.ToBool(img.Public) == c.private {
				t.Errorf("%+v", img)
			}
			if _, seen := findImage(t, other, id); seen == c.private {
				t.Errorf("another account sees it: %v", seen)
			}
		})
	}
	img := p.ecc("image", "import", raw, "--quiet", "--name", "runs")
	in := tenant.launch(t, 1)
	in.ImageId = &img
	out, err := tenant.ec2().RunInstances(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	tenant.awaitState(t, "running", aws.ToString(out.Instances[0].InstanceId))
}

// findImage looks for an image as an account.
func findImage(t *testing.T, a account, id string) (types.Image, bool) {
	t.Helper()
	out, err := a.ec2().DescribeImages(t.Context(), &ec2.DescribeImagesInput{
		Filters: []types.Filter{{Name: aws.String("image-id"), Values: []string{id}}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Images) == 0 {
		return types.Image{}, false
	}
	return out.Images[0], true
}

// What is no image is refused for a reason, and leaves nothing behind.
func TestImageImportRefuses(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	dir := tempDir(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, b []byte) {
		if err := os.WriteFile(at(name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	writeDisk(t, at("good.raw"), 5<<20)
	qemuImg(t, "convert", "-f", "raw", "-O", "qcow2", at("good.raw"), at("good.qcow2"))
	good, err := os.ReadFile(at("good.qcow2"))
	if err != nil {
		t.Fatal(err)
	}
	write("text.txt", []byte("This is not a disk.\n"))
	write("long-text.txt", []byte(strings.Repeat("A line of sixty-four bytes, which makes a file of full sectors.\n", 1024)))
	write("empty", nil)
	write("zeros.raw", make([]byte, 1<<20))
	write("truncated.qcow2", good[:len(good)/2])
	write("header.qcow2", good[:40])
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", at("good.qcow2"), "-F", "qcow2", at("backed.qcow2"))
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", "/etc/shadow", "-F", "raw", at("thief.qcow2"), "1M")
	qemuImg(t, "convert", "-f", "raw", "-O", "vmdk", at("good.raw"), at("good.vmdk"))
	p.ecc("image", "import", at("good.raw"), "--quiet", "--name", "good")
	before := p.imageObjects()

	for file, want := range map[string]string{
		"text.txt": "not a", "long-text.txt": "no partition table", "empty": "empty", "zeros.raw": "no partition table",
		"truncated.qcow2": "truncated.qcow2", "header.qcow2": "header.qcow2", "backed.qcow2": "backing", "thief.qcow2": "backing",
		"good.vmdk": "vmdk", "none.raw": "no such file", ".": "not a regular file",
	} {
		o := ecc(t, "--data", p.data, "image", "import", at(file), "--name", "bad")
		if o.code != 1 || o.stdout != "" || !strings.Contains(o.stderr, want) || strings.Contains(o.stderr, "manifest") {
			t.Errorf("%s: %+v, want %q", file, o, want)
		}
	}
	// Known before the bytes are sent.
	if o := ecc(t, "--data", p.data, "image", "import", at("good.raw"), "--account", "nobody"); o.code != 1 || !strings.Contains(o.stderr, "nobody") || strings.Contains(o.stderr, "importing") {
		t.Errorf("for an unknown account: %+v", o)
	}
	if o := ecc(t, "--data", p.data, "image", "import", at("good.raw"), "--name", strings.Repeat("n", 200), "--quiet"); o.code != 1 || !strings.Contains(o.stderr, "name") {
		t.Errorf("under an impossible name: %+v", o)
	}
	if list := p.account("tenant").aws(t, "ec2", "describe-images", "--query", "length(Images)"); list != "2" {
		t.Errorf("%s images, want the sample and the good one", list)
	}
	if after := p.imageObjects(); after != before || before == 0 {
		t.Errorf("%d objects, %d before", after, before)
	}
}

// imageObjects counts the objects in the bucket of images, as the account that
// owns it.
func (p *process) imageObjects() int {
	p.tb.Helper()
	env := exports(p.ecc("env", "--account", "ecc-system"))
	system := account{Key: env["AWS_ACCESS_KEY_ID"], Secret: env["AWS_SECRET_ACCESS_KEY"], Region: env["AWS_REGION"], Endpoint: p.endpoint()}
	out, err := system.s3().ListObjectsV2(p.tb.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("ecc-images")})
	if err != nil {
		p.tb.Fatal(err)
	}
	return len(out.Contents)
}
