package walrus_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
)

// listener is a webhook that remembers what it was sent.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	got    []event
	refuse func(event) bool // nil to take all
}

// event is what the tests look at.
type event struct {
	Test string `json:"Event"`
	Name string `json:"eventName"`
	User struct {
		ID string `json:"principalId"`
	} `json:"userIdentity"`
	S3 struct {
		Bucket struct {
			Name string `json:"name"`
		} `json:"bucket"`
		Object struct {
			Key       string `json:"key"`
			Size      *int64 `json:"size"`
			VersionID string `json:"versionId"`
			Sequencer string `json:"sequencer"`
		} `json:"object"`
	} `json:"s3"`
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var message struct {
		Records []event
		event
	}
	if err := json.Unmarshal(body, &message); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	e := message.event
	if len(message.Records) > 0 {
		e = message.Records[0]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse != nil && l.refuse(e) {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	l.got = append(l.got, e)
}

// names lists what came, in any order.
func (l *listener) names() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for _, e := range l.got {
		all = append(all, strings.TrimSpace(e.Test+e.Name+" "+e.S3.Object.Key))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (l *listener) want(t *testing.T, want string) {
	t.Helper()
	wait(t, want, func() bool { return l.names() == want })
}

func (l *listener) setRefuse(f func(event) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuse, l.got = f, nil
}

// mustNotify has a bucket tell a webhook.
func mustNotify(t *testing.T, c *s3.Client, bucket string, queues ...types.QueueConfiguration) {
	t.Helper()
	_, err := c.PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{Bucket: &bucket,
		NotificationConfiguration: &types.NotificationConfiguration{QueueConfigurations: queues}})
	wantCode(t, err, "")
}

func queue(arn string, events ...types.Event) types.QueueConfiguration {
	return types.QueueConfiguration{QueueArn: &arn, Events: events}
}

const hook = "arn:ecc:webhook:::hook"

func TestNotifications(t *testing.T) {
	l := listen(t)
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Webhooks = map[string]string{"hook": l.URL} })
	s.mustBucket(t, blue, "noisy")
	c, b := s.sdk(blue), aws.String("noisy")
	q := queue(hook, "s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*")
	q.Filter = &types.NotificationConfigurationFilter{Key: &types.S3KeyFilter{FilterRules: []types.FilterRule{{Name: "prefix", Value: aws.String("in/")}}}}
	mustNotify(t, c, "noisy", q)
	l.want(t, "s3:TestEvent")
	got, err := c.GetBucketNotificationConfiguration(t.Context(), &s3.GetBucketNotificationConfigurationInput{Bucket: b})
	if err != nil || len(got.QueueConfigurations) != 1 || aws.ToString(got.QueueConfigurations[0].Id) == "" || len(got.QueueConfigurations[0].Events) != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	l.setRefuse(nil)
	s.mustPut(t, "noisy", "out", []byte("x"))
	s.mustPut(t, "noisy", "in/a b", []byte("xyz"))
	_, err = c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: b, Key: aws.String("in/copy"), CopySource: aws.String("noisy/out")})
	wantCode(t, err, "")
	_, err = c.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: b, Key: aws.String("in/copy"), Tagging: &types.Tagging{TagSet: []types.Tag{}}})
	wantCode(t, err, "")
	up, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: b, Key: aws.String("in/parts")})
	wantCode(t, err, "")
	part, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: b, Key: aws.String("in/parts"), UploadId: up.UploadId, PartNumber: aws.Int32(1), Body: bytes.NewReader([]byte("p"))})
	wantCode(t, err, "")
	_, err = c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{Bucket: b, Key: aws.String("in/parts"), UploadId: up.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}}})
	wantCode(t, err, "")
	_, err = c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: b, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("in/a b")}, {Key: aws.String("out")}}}})
	wantCode(t, err, "")
	l.want(t, "ObjectCreated:CompleteMultipartUpload in/parts, ObjectCreated:Copy in/copy, ObjectCreated:Put in/a+b, ObjectRemoved:Delete in/a+b, ObjectTagging:Put in/copy")
	l.mu.Lock()
	for _, e := range l.got {
		if o := e.S3.Object; e.Name == "ObjectCreated:Put" && (o.Size == nil || *o.Size != 3 || o.Sequencer == "" || e.S3.Bucket.Name != "noisy") ||
			e.Name == "ObjectRemoved:Delete" && o.Size != nil {
			t.Errorf("%+v", e)
		}
	}
	l.mu.Unlock()

	mustNotify(t, c, "noisy")
	s.mustPut(t, "noisy", "in/silence", nil)
	mustNotify(t, c, "noisy", queue(hook, "s3:ObjectRemoved:*"))
	l.setRefuse(nil)
	_, err = c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: b, VersioningConfiguration: &types.VersioningConfiguration{Status: "Enabled"}})
	wantCode(t, err, "")
	del, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: b, Key: aws.String("in/silence")})
	wantCode(t, err, "")
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: b, Key: aws.String("in/silence"), VersionId: del.VersionId})
	wantCode(t, err, "")
	wait(t, "the events of markers", func() bool {
		n := l.names()
		return strings.Contains(n, "ObjectRemoved:DeleteMarkerCreated in/silence") && strings.Contains(n, "ObjectRemoved:Delete in/silence")
	})
}

func TestNotificationTargets(t *testing.T) {
	l := listen(t)
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Webhooks = map[string]string{"hook": l.URL} })
	s.mustBucket(t, blue, "aims")
	put := func(skip bool, q types.QueueConfiguration) error {
		_, err := s.sdk(blue).PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{Bucket: aws.String("aims"),
			SkipDestinationValidation: &skip, NotificationConfiguration: &types.NotificationConfiguration{QueueConfigurations: []types.QueueConfiguration{q}}})
		return err
	}
	for arn, want := range map[string]string{
		"http://169.254.169.254/":                               "InvalidArgument",
		"arn:ecc:webhook:::other":                               "InvalidArgument",
		"arn:ecc:webhook::222222222222:hook":                    "InvalidArgument",
		"arn:aws:sqs:" + region + ":111111111111:hook":          "",
		"arn:ecc:webhook:" + region + ":" + "111111111111:hook": "",
	} {
		wantCode(t, put(false, queue(arn, "s3:ObjectCreated:*")), want)
	}
	wantCode(t, put(true, queue("arn:ecc:webhook:::other", "s3:ObjectCreated:*")), "")
	s.mustPut(t, "aims", "k", nil) // for nobody, and not refused
}

// TestNotificationsSurvive: what could not be delivered is delivered later,
// after a restart too.
func TestNotificationsSurvive(t *testing.T) {
	dir, l := t.TempDir(), listen(t)
	l.refuse = func(event) bool { return true }
	live := func(name string, f func(*testing.T, *server)) {
		t.Run(name, func(t *testing.T) {
			f(t, mustServe(t, dir, func(c *walrus.Config) { c.Webhooks = map[string]string{"hook": l.URL} }))
		})
	}
	live("down", func(t *testing.T, s *server) {
		s.mustBucket(t, blue, "keep")
		mustNotify(t, s.sdk(blue), "keep", queue(hook, "s3:ObjectCreated:*"))
		s.mustPut(t, "keep", "k1", nil)
		s.mustPut(t, "keep", "k2", nil)
	})
	live("up again", func(t *testing.T, s *server) {
		l.setRefuse(func(e event) bool { return e.S3.Object.Key == "k1" })
		l.want(t, "ObjectCreated:Put k2, s3:TestEvent") // one that is refused is in nobody's way
		l.setRefuse(nil)
		l.want(t, "ObjectCreated:Put k1")
	})
}

// TestLifecycleEvents: what the rules do is told like what people do.
func TestLifecycleEvents(t *testing.T) {
	l, c := listen(t), &clock{}
	s := mustServe(t, t.TempDir(), func(cfg *walrus.Config) { cfg.Now, cfg.Webhooks = c.now, map[string]string{"hook": l.URL} })
	a := &aged{server: s, clock: c, bucket: aws.String("aged")}
	a.mustBucket(t, blue, "aged")
	a.put(t, "k")
	mustNotify(t, a.client(), "aged", queue(hook, "s3:LifecycleExpiration:*"))
	l.want(t, "s3:TestEvent")
	a.rules(t, types.LifecycleRule{Expiration: days(1)})
	c.days(3)
	a.expire(t)
	l.want(t, "LifecycleExpiration:Delete k, s3:TestEvent")
	a.versioning(t, "Enabled")
	a.put(t, "v")
	c.days(3)
	a.expire(t)
	l.want(t, "LifecycleExpiration:Delete k, LifecycleExpiration:DeleteMarkerCreated v, s3:TestEvent")
}

// TestOldNotificationsAreLost: an event nobody took for a day is forgotten.
func TestOldNotificationsAreLost(t *testing.T) {
	l, c := listen(t), &clock{}
	s := mustServe(t, t.TempDir(), func(cfg *walrus.Config) { cfg.Now, cfg.Webhooks = c.now, map[string]string{"hook": l.URL} })
	s.mustBucket(t, blue, "old")
	l.setRefuse(func(event) bool { return true })
	mustNotify(t, s.sdk(blue), "old", queue(hook, "s3:ObjectCreated:*"))
	s.mustPut(t, "old", "k", nil)
	c.ahead.Store(int64(25 * time.Hour))
	wait(t, "the queue to be empty", func() bool { return s.walrus.Queued("hook") == 0 })
}

// TestForgottenWebhook: what waits for a webhook that is gone goes, too.
func TestForgottenWebhook(t *testing.T) {
	dir, l := t.TempDir(), listen(t)
	l.setRefuse(func(event) bool { return true })
	t.Run("there", func(t *testing.T) {
		s := mustServe(t, dir, func(c *walrus.Config) { c.Webhooks = map[string]string{"hook": l.URL} })
		s.mustBucket(t, blue, "b-b")
		mustNotify(t, s.sdk(blue), "b-b", queue(hook, "s3:ObjectCreated:*"))
		if n := s.walrus.Queued("hook"); n != 1 {
			t.Errorf("%d events wait", n)
		}
	})
	t.Run("gone", func(t *testing.T) {
		s := mustServe(t, dir)
		wait(t, "the queue to be empty", func() bool { return s.walrus.Queued("hook") == 0 })
		s.mustPut(t, "b-b", "k", nil) // its configuration stays, and harms nobody
	})
}

// TestKilledNotifications kills a walrus while clients write and its webhook
// takes only some events. After a restart every acknowledged write has been
// told of.
func TestKilledNotifications(t *testing.T) {
	dir, l := t.TempDir(), listen(t)
	t.Setenv(childHook, l.URL)
	n := 0
	l.setRefuse(func(event) bool { n++; return n%3 != 0 }) // called under the listener's lock
	c := mustStart(t, dir, "")
	c.mustBucket(t, blue, "crash")
	mustNotify(t, c.sdk(blue), "crash", queue(hook, "s3:ObjectCreated:*"))
	acked := sync.Map{}
	var wg sync.WaitGroup
	for writer := range 3 {
		wg.Go(func() { writeUntilFailure(t, c, writer, 0, &acked) })
	}
	count := func() (n int) {
		acked.Range(func(_, _ any) bool { n++; return true })
		return n
	}
	wait(t, "some acknowledged writes", func() bool { return count() > 60 })
	c.kill()
	wg.Wait()
	l.mu.Lock()
	l.refuse = nil
	l.mu.Unlock()
	mustStart(t, dir, "")
	wait(t, "the events of all acknowledged writes", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		told := map[string]bool{}
		for _, e := range l.got {
			told[e.S3.Object.Key] = true
		}
		missing := 0
		acked.Range(func(key, _ any) bool {
			if !told[key.(string)] {
				missing++
			}
			return true
		})
		return missing == 0
	})
}
