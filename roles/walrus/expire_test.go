package walrus_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
	"ecc/roles/walrus/index"
)

// clock is a clock that tests set.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// days lets days go by.
func (c *clock) days(n int) { c.ahead.Add(int64(n) * int64(24*time.Hour)) }

// aged is a server whose clock can be set, for one account and one bucket.
type aged struct {
	*server
	clock  *clock
	bucket *string
}

// mustAge makes a server and a bucket. Its clients have the server's clock.
func mustAge(t *testing.T, versioning types.BucketVersioningStatus) *aged {
	t.Helper()
	c := &clock{}
	a := &aged{server: mustServe(t, t.TempDir(), func(cfg *walrus.Config) { cfg.Now = c.now }), clock: c, bucket: aws.String("aged")}
	a.mustBucket(t, blue, *a.bucket)
	if versioning != "" {
		a.versioning(t, versioning)
	}
	return a
}

func (a *aged) versioning(t *testing.T, status types.BucketVersioningStatus) {
	t.Helper()
	_, err := a.client().PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: a.bucket,
		VersioningConfiguration: &types.VersioningConfiguration{Status: status}})
	wantCode(t, err, "")
}

// aheadSigner signs with a clock of its own.
type aheadSigner struct {
	s3.HTTPSignerV4
	clock *clock
}

func (s aheadSigner) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, opts ...func(*v4.SignerOptions)) error {
	return s.HTTPSignerV4.SignHTTP(ctx, c, r, hash, service, region, s.clock.now(), opts...)
}

// client returns a client that has the server's clock.
func (a *aged) client() *s3.Client {
	o := a.sdk(blue).Options()
	o.AuthSchemes = nil // made with the signer before
	o.HTTPSignerV4 = aheadSigner{v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }), a.clock}
	return s3.New(o)
}

func (a *aged) rules(t *testing.T, rules ...types.LifecycleRule) {
	t.Helper()
	for i := range rules {
		rules[i].Status = "Enabled"
		if rules[i].Filter == nil {
			rules[i].Filter = &types.LifecycleRuleFilter{Prefix: aws.String("")}
		}
	}
	_, err := a.client().PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: a.bucket,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules}})
	wantCode(t, err, "")
	a.expire(t) // or the round that follows of itself could come when days have gone by
}

func (a *aged) put(t *testing.T, key string) string {
	t.Helper()
	out, err := a.client().PutObject(t.Context(), &s3.PutObjectInput{Bucket: a.bucket, Key: &key, Body: bytes.NewReader([]byte(key))})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.VersionId)
}

func (a *aged) remove(t *testing.T, key string) {
	t.Helper()
	_, err := a.client().DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: a.bucket, Key: &key})
	wantCode(t, err, "")
}

// expire enforces the rules now.
func (a *aged) expire(t *testing.T) {
	t.Helper()
	if err := a.walrus.ExpireNow(t.Context()); err != nil {
		t.Error(err)
	}
}

// left lists what is left of a bucket: keys in order, newest version first, -
// for a delete marker.
func (a *aged) left(t *testing.T) string {
	t.Helper()
	page, err := a.walrus.Versions(*a.bucket)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(page, " ")
}

func (a *aged) want(t *testing.T, want string) {
	t.Helper()
	if got := a.left(t); got != want {
		t.Errorf("left is %q, want %q", got, want)
	}
}

func days(n int32) *types.LifecycleExpiration { return &types.LifecycleExpiration{Days: &n} }

func under(prefix string) *types.LifecycleRuleFilter {
	return &types.LifecycleRuleFilter{Prefix: &prefix}
}

func TestExpire(t *testing.T) {
	a := mustAge(t, "")
	for _, key := range []string{"logs/1", "logs/2", "other"} {
		a.put(t, key)
	}
	a.rules(t, types.LifecycleRule{Filter: under("logs/"), Expiration: days(2)})
	a.clock.days(1)
	a.put(t, "logs/3")
	a.expire(t)
	a.want(t, "logs/1 logs/2 logs/3 other")
	a.clock.days(2)
	a.expire(t)
	a.want(t, "logs/3 other")
	a.clock.days(1)
	a.expire(t)
	a.want(t, "other")
}

func TestExpireVersions(t *testing.T) {
	a := mustAge(t, "Enabled")
	a.put(t, "k")
	a.put(t, "k")
	a.put(t, "young")
	a.rules(t, types.LifecycleRule{Expiration: days(1), NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(3)}})
	a.clock.days(2)
	a.put(t, "young")
	a.expire(t)
	a.want(t, "k- k k young young") // the first k is superseded since before the marker
	a.clock.days(2)
	a.expire(t)
	a.want(t, "k- k young- young young")
	a.clock.days(2)
	a.expire(t)
	a.want(t, "k- young- young") // the marker hides nothing now
	a.expire(t)
	a.clock.days(4)
	a.expire(t)
	a.want(t, "young-")
	a.clock.days(1)
	a.expire(t)
	a.want(t, "")
}

func TestExpireSuspended(t *testing.T) {
	a := mustAge(t, "Enabled")
	a.put(t, "k")
	a.versioning(t, "Suspended")
	a.put(t, "n")
	a.rules(t, types.LifecycleRule{Expiration: days(1)})
	a.clock.days(3)
	a.expire(t)
	a.want(t, "k- k n-") // the null version went, the other one stays
}

func TestExpireNewerVersions(t *testing.T) {
	a := mustAge(t, "Enabled")
	for range 5 {
		a.put(t, "k")
	}
	a.rules(t, types.LifecycleRule{NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(1), NewerNoncurrentVersions: aws.Int32(2)}})
	a.clock.days(3)
	a.expire(t)
	a.want(t, "k k k")
}

// TestExpireMarkers: markers that hide nothing go, others stay.
func TestExpireMarkers(t *testing.T) {
	a := mustAge(t, "Enabled")
	a.remove(t, "alone")
	a.put(t, "hides")
	a.remove(t, "hides")
	a.remove(t, "twice")
	a.remove(t, "twice")
	a.rules(t, types.LifecycleRule{Expiration: &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)}})
	a.expire(t)
	a.want(t, "hides- hides twice- twice-")
}

func TestExpireUploads(t *testing.T) {
	a := mustAge(t, "")
	begin := func(key string) {
		_, err := a.client().CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: a.bucket, Key: &key})
		wantCode(t, err, "")
	}
	want := func(n int) {
		t.Helper()
		out, err := a.client().ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: a.bucket})
		if err != nil || len(out.Uploads) != n {
			t.Errorf("%d uploads, %v; want %d", len(out.Uploads), err, n)
		}
	}
	begin("up/1")
	begin("else")
	a.rules(t, types.LifecycleRule{Filter: under("up/"), AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(1)}})
	a.expire(t)
	want(2)
	a.clock.days(2)
	begin("up/2")
	a.expire(t)
	want(2)
	a.clock.days(2)
	a.expire(t)
	want(1)
}

// TestExpireMany: more versions than one page, and of one key more than fit
// into a page.
func TestExpireMany(t *testing.T) {
	a := mustAge(t, "Enabled")
	if err := a.walrus.Fill(t.Context(), *a.bucket, "many", 2500, "k"); err != nil {
		t.Fatal(err)
	}
	if err := a.walrus.Fill(t.Context(), *a.bucket, "one", 1500, ""); err != nil {
		t.Fatal(err)
	}
	a.rules(t, types.LifecycleRule{Filter: under("many"), Expiration: days(1)},
		types.LifecycleRule{Filter: under("one"), NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(1)}})
	a.clock.days(3)
	a.expire(t)
	left := strings.Fields(a.left(t))
	if len(left) != 5001 || left[0] != "many0-" || left[5000] != "one" {
		t.Errorf("%d are left: %s … %s", len(left), left[0], left[len(left)-1])
	}
	a.rules(t, types.LifecycleRule{NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(1)},
		Expiration: &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)}})
	a.clock.days(3)
	a.expire(t)
	a.clock.days(1)
	a.expire(t)
	a.want(t, "one")
}

// TestExpireByDate: a date that is over ends what is there and what comes.
func TestExpireByDate(t *testing.T) {
	a := mustAge(t, "")
	a.put(t, "now")
	midnight := a.clock.now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	a.rules(t, types.LifecycleRule{Expiration: &types.LifecycleExpiration{Date: &midnight}})
	a.expire(t)
	a.want(t, "now")
	a.clock.days(1)
	a.expire(t)
	a.want(t, "")
	a.put(t, "later")
	a.clock.days(1)
	a.expire(t)
	a.want(t, "")
}

// TestExpireAgain: a round that was ended anywhere is done again as if it had
// never begun.
func TestExpireAgain(t *testing.T) {
	dir, c := t.TempDir(), &clock{}
	live := func(name string, f func(t *testing.T, a *aged)) {
		t.Run(name, func(t *testing.T) {
			s := mustServe(t, dir, func(cfg *walrus.Config) { cfg.Now = c.now })
			f(t, &aged{server: s, clock: c, bucket: aws.String("aged")})
		})
	}
	live("first", func(t *testing.T, a *aged) {
		a.mustBucket(t, blue, *a.bucket)
		for i := range 20 {
			a.put(t, fmt.Sprint("k", i))
		}
		a.rules(t, types.LifecycleRule{Expiration: days(1)})
	})
	c.days(3)
	live("second", func(t *testing.T, a *aged) {
		a.put(t, "new")
		a.expire(t)
		a.expire(t)
		a.want(t, "new")
	})
}

// TestExpireLocked: a lock outlives every rule.
func TestExpireLocked(t *testing.T) {
	a := mustAge(t, "Enabled")
	for range 4 {
		a.put(t, "k")
	}
	lock := func(i int, l index.Lock) {
		err := a.walrus.Index().Update(t.Context(), func(tx *index.Tx) error {
			b, err := tx.Bucket(*a.bucket)
			if err != nil {
				return err
			}
			page, _, err := tx.ListVersions(b.ID, index.VersionListing{Listing: index.Listing{Max: 10}})
			if err != nil {
				return err
			}
			o, err := tx.Version(b.ID, "k", page[i].Version)
			if err != nil {
				return err
			}
			o.Lock = l
			return tx.Rewrite(b.ID, o)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	lock(1, index.Lock{Mode: "GOVERNANCE", Until: a.clock.now().AddDate(0, 0, 10)})
	lock(2, index.Lock{Hold: true})
	a.rules(t, types.LifecycleRule{Expiration: days(1), NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(1)}})
	a.clock.days(3)
	a.expire(t)
	a.want(t, "k- k k k")
	a.clock.days(3)
	a.expire(t)
	a.want(t, "k- k k")
	a.clock.days(6)
	a.expire(t)
	a.want(t, "k- k")
}

// TestExpiryHeaders: an answer tells when what it is about will go.
func TestExpiryHeaders(t *testing.T) {
	a := mustAge(t, "")
	a.rules(t, types.LifecycleRule{ID: aws.String("a rule"), Filter: under("t/"), Expiration: days(1),
		AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(2)}})
	in := func(n int) string {
		return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, n).Format(http.TimeFormat)
	}
	want := `expiry-date="` + in(2) + `", rule-id="a+rule"`
	check := func(name string, got *string, want string) {
		t.Helper()
		if aws.ToString(got) != want {
			t.Errorf("%s: %q, want %q", name, aws.ToString(got), want)
		}
	}
	key, ctx := aws.String("t/k"), t.Context()
	put, err := a.client().PutObject(ctx, &s3.PutObjectInput{Bucket: a.bucket, Key: key, Body: bytes.NewReader(nil)})
	wantCode(t, err, "")
	check("put", put.Expiration, want)
	head, err := a.client().HeadObject(ctx, &s3.HeadObjectInput{Bucket: a.bucket, Key: key})
	wantCode(t, err, "")
	check("head", head.Expiration, want)
	copied, err := a.client().CopyObject(ctx, &s3.CopyObjectInput{Bucket: a.bucket, Key: aws.String("t/copy"), CopySource: aws.String("aged/t/k")})
	wantCode(t, err, "")
	check("copy", copied.Expiration, want)
	other, err := a.client().PutObject(ctx, &s3.PutObjectInput{Bucket: a.bucket, Key: aws.String("k"), Body: bytes.NewReader(nil)})
	wantCode(t, err, "")
	check("other", other.Expiration, "")
	up, err := a.client().CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: a.bucket, Key: key})
	wantCode(t, err, "")
	if got := up.AbortDate.Format(http.TimeFormat); got != in(3) {
		t.Errorf("upload is aborted at %s, want %s", got, in(3))
	}
	check("upload", up.AbortRuleId, "a+rule")
	part, err := a.client().UploadPart(ctx, &s3.UploadPartInput{Bucket: a.bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(1), Body: bytes.NewReader([]byte("x"))})
	wantCode(t, err, "")
	whole, err := a.client().CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: a.bucket, Key: key, UploadId: up.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}}})
	wantCode(t, err, "")
	check("completed", whole.Expiration, want)
}

// TestExpireOvertaken: what is written between the look at a bucket and the act
// is not what was looked at.
func TestExpireOvertaken(t *testing.T) {
	a := mustAge(t, "Enabled")
	a.rules(t, types.LifecycleRule{Expiration: days(1), NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(1)}})
	for _, key := range []string{"new", "marked", "old", "rescued"} {
		a.put(t, key)
	}
	old := a.put(t, "old")
	rescued := a.put(t, "rescued")
	a.clock.days(3)
	err := a.walrus.Overtaken(t.Context(), func() {
		a.put(t, "new")
		a.remove(t, "marked")
		for key, version := range map[string]string{"old": old, "rescued": rescued} {
			_, err := a.client().DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: a.bucket, Key: &key, VersionId: &version})
			wantCode(t, err, "")
		}
	})
	if err != nil {
		t.Error(err)
	}
	// Of old and rescued the newest version went, so that the one before is the
	// newest, and not to be removed for good.
	a.want(t, "marked- marked new new old rescued")
	err = a.walrus.Overtaken(t.Context(), func() { a.rules(t, types.LifecycleRule{Filter: under("x"), Expiration: days(1)}) })
	if err == nil {
		t.Error("rules that are no more were enforced")
	}
}

// TestKilledExpiry kills a walrus while it enforces rules, more than once. What
// the rules are not about is untouched, and in the end nothing is left of the
// rest, on disk neither.
func TestKilledExpiry(t *testing.T) {
	dir := t.TempDir()
	c := mustStart(t, dir, "")
	c.mustBucket(t, blue, "crash")
	var wg sync.WaitGroup
	for writer := range 4 {
		wg.Go(func() {
			for i := range 100 {
				c.mustPut(t, "crash", fmt.Sprintf("old/%d/%d", writer, i), random(byte(i), []int{0, 100, 20 << 10}[i%3]))
			}
		})
	}
	wg.Wait()
	kept := random(7, 30<<10)
	c.mustPut(t, "crash", "new", kept)
	left := func() int {
		out, err := c.sdk(blue).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("crash"), Prefix: aws.String("old/")})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Contents)
	}
	past := time.Now().UTC().Truncate(24 * time.Hour)
	_, err := c.sdk(blue).PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: aws.String("crash"),
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{Status: "Enabled", Filter: under("old/"), Expiration: &types.LifecycleExpiration{Date: &past}}}}})
	wantCode(t, err, "")
	for range 3 {
		c.kill()
		c = mustStart(t, dir, "")
	}
	wait(t, "the old objects to go", func() bool { return left() == 0 })
	c.wantObject(t, "crash", "new", kept)
	c.kill()
	wantTidy(t, dir)
}
