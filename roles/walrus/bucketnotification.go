package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getBucketNotification(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	n := s3.Notification{}
	if s.Notification != nil {
		n = *s.Notification
	}
	s3.WriteXML(c.out, n)
	return nil
}

// putBucketNotification replaces who is told of what. Each target is sent a
// test event.
func (w *Walrus) putBucketNotification(c *call) error {
	n, err := s3.ReadNotification(c.document(), w.requestID)
	if err != nil {
		return err
	}
	targets := n.Targets()
	if len(targets) == 0 {
		err = w.deleteSetting(c, "notification")
	} else {
		err = w.putTargets(c, n, targets)
	}
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) putTargets(c *call, n s3.Notification, targets []s3.Target) error {
	if c.Header.Get("X-Amz-Skip-Destination-Validation") != "true" {
		if err := w.checkTargets(c, targets); err != nil {
			return err
		}
	}
	body, err := s3.TestEvent(c.bucket.Name, c.id, w.cfg.Now())
	if err != nil {
		return err
	}
	return w.putSetting(c, "notification", n, func(tx *index.Tx, b *index.Bucket, _ *settings) error {
		c.told = true
		for _, t := range targets {
			if err := w.enqueue(tx, t.ARN, *b, body); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkTargets returns an error unless every target is a webhook there is.
func (w *Walrus) checkTargets(c *call, targets []s3.Target) error {
	for _, t := range targets {
		name, ok := s3.WebhookName(t.ARN, w.cfg.Region, string(c.bucket.Account))
		if !ok {
			return s3.InvalidArgumentf(t.ARN, "The ARN is not well formed", "The ARN is not well formed")
		}
		if w.webhooks[name] == nil {
			return s3.InvalidArgumentf(t.ARN, "The destination does not exist", "Unable to validate the following destination configurations")
		}
	}
	return nil
}
