package walrus

import (
	"encoding/json"
	"fmt"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// maxQueue is how many events wait for one webhook. When it has taken none for
// so long that there are more, new ones are lost.
const maxQueue = 100_000

func decodeNotification(s *settings, document []byte) error {
	s.Notification = new(s3.Notification)
	if err := json.Unmarshal(document, s.Notification); err != nil {
		return err
	}
	s.targets = s.Notification.Targets()
	return nil
}

// cause is who made an event happen.
type cause struct {
	principal string
	address   string // "" if it was not a request
	request   string // id
}

func (c *call) cause() cause {
	who := "AWS:" + c.userID()
	if c.Anonymous {
		who = "ANONYMOUS"
	}
	return cause{principal: who, address: c.address(), request: c.id}
}

// expiration is the cause of what the lifecycle rules do.
var expiration = cause{principal: "s3.amazonaws.com"}

// notify tells of an event, in the transaction that makes it true.
func (w *Walrus) notify(tx *index.Tx, c *call, b index.Bucket, e s3.Event, o index.Object) error {
	told, err := w.emit(tx, c.cause(), b, e, o)
	c.told = c.told || told
	return err
}

// emit writes the event for every target that wants it, and reports whether
// there was one. Who calls it wakes the webhooks once the transaction is over.
func (w *Walrus) emit(tx *index.Tx, by cause, b index.Bucket, e s3.Event, o index.Object) (bool, error) {
	if len(w.webhooks) == 0 {
		return false, nil
	}
	s, err := w.settings(tx, b)
	if err != nil {
		return false, err
	}
	told := false
	for _, t := range s.targets {
		if !t.Wants(e, o.Key) {
			continue
		}
		body, err := json.Marshal(s3.EventMessage{Records: []s3.EventRecord{w.eventRecord(by, b, e, o, t.ID)}})
		if err != nil {
			return false, fmt.Errorf("encode an event: %w", err)
		}
		if err := w.enqueue(tx, t.ARN, b, body); err != nil {
			return false, err
		}
		told = true
	}
	return told, nil
}

// enqueue writes a message for the webhook an address means. One that is no
// more, or takes nothing, does not make the request fail that has an event for
// it.
func (w *Walrus) enqueue(tx *index.Tx, arn string, b index.Bucket, body []byte) error {
	name, _ := s3.WebhookName(arn, w.cfg.Region, string(b.Account))
	hook, ok := w.webhooks[name]
	if !ok {
		return nil
	}
	room, err := tx.Enqueue(name, maxQueue, w.cfg.Now(), body)
	if err == nil && !room {
		hook.lost.Add(1)
	}
	return err
}

func (w *Walrus) eventRecord(by cause, b index.Bucket, e s3.Event, o index.Object, configuration string) s3.EventRecord {
	r := s3.NewEventRecord(e, w.cfg.Now())
	r.Region, r.User.ID = w.cfg.Region, by.principal
	if by.address != "" {
		r.Request["sourceIPAddress"] = by.address
	}
	if by.request != "" {
		r.Response["x-amz-request-id"], r.Response["x-amz-id-2"] = by.request, by.request
	}
	r.S3.Configuration = configuration
	r.S3.Bucket = s3.EventBucket{Name: b.Name, Owner: s3.EventPrincipal{ID: b.Canonical}, ARN: "arn:aws:s3:::" + b.Name}
	r.S3.Object = s3.EventObject{Key: s3.EventKey(o.Key), Sequencer: fmt.Sprintf("%016X", uint64(w.index.NewID()))}
	if b.Versioning != index.Unversioned {
		r.S3.Object.VersionID = o.VersionID()
	}
	switch e {
	case s3.EventDelete, s3.EventMarker, s3.EventExpired, s3.EventExpiredMarker:
	default:
		r.S3.Object.Size, r.S3.Object.ETag = &o.Size, o.ETag
	}
	return r
}

// createdEvent is the event of an operation that makes an object.
func createdEvent(op string) s3.Event {
	switch op {
	case "CopyObject":
		return s3.EventCopy
	case "CompleteMultipartUpload":
		return s3.EventComplete
	case "PostObject":
		return s3.EventPost
	}
	return s3.EventPut
}

// wakeWebhooks has new messages delivered.
func (w *Walrus) wakeWebhooks() {
	for _, h := range w.webhooks {
		h.loop.Kick()
	}
}
