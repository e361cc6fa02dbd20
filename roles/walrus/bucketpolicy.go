package walrus

import (
	"errors"
	"net/http"
	"strconv"

	"ecc/api/s3"
	"ecc/cloud/policy"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getBucketPolicy(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.policy == nil {
		return s3.Errorf(s3.NoSuchBucketPolicy, "")
	}
	c.out.Header().Set("Content-Type", "application/json")
	c.out.Header().Set("Content-Length", strconv.Itoa(len(s.text)))
	if _, err := c.out.Write(s.text); err != nil {
		return err
	}
	return nil
}

func (w *Walrus) putBucketPolicy(c *call) error {
	text, err := c.document().Read(policy.MaxBucketPolicy)
	if s3.Is(err, s3.MalformedXML) {
		return s3.Errorf(s3.MalformedPolicy, "Policy exceeds the maximum allowed document size.")
	}
	if err != nil {
		return err
	}
	p, err := policy.ParseResource(text)
	if err == nil {
		err = p.CheckBucket(c.bucket.Name, func(who policy.Principal) (bool, error) { return w.exists(c.ctx, who) })
	}
	var bad *policy.Malformed
	switch {
	case errors.As(err, &bad):
		return s3.Errorf(s3.MalformedPolicy, "%s", bad.Msg)
	case err != nil:
		return err
	}
	err = w.putSetting(c, policySetting, text, func(_ *index.Tx, _ *index.Bucket, s *settings) error {
		if s.blocks().BlockPolicy && p.IsPublic() {
			return c.refusal("s3:PutBucketPolicy", "arn:aws:s3:::"+c.bucket.Name, "because public policies are blocked by the BlockPublicPolicy block public access setting.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

func (w *Walrus) deleteBucketPolicy(c *call) error {
	if err := w.deleteSetting(c, policySetting); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

func (w *Walrus) getBucketPolicyStatus(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.policy == nil {
		return s3.Errorf(s3.NoSuchBucketPolicy, "")
	}
	s3.WriteXML(c.out, s3.PolicyStatus{Public: s.public})
	return nil
}
