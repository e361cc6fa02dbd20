package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getBucketRequestPayment(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	p := s3.RequestPayment{Payer: s3.PayerOwner}
	if s.Payment != nil {
		p = *s.Payment
	}
	s3.WriteXML(c.out, p)
	return nil
}

func (w *Walrus) putBucketRequestPayment(c *call) error {
	p, err := s3.ReadRequestPayment(c.document())
	if err != nil {
		return err
	}
	if err := w.putSetting(c, "payment", p, nil); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// checkPayer refuses requests of other accounts to a bucket whose requesters
// pay, unless they say that they will. Nothing costs anything here: it is
// about clients that rely on being refused.
func (s *settings) checkPayer(c *call, b index.Bucket) error {
	if s.Payment == nil || s.Payment.Payer != s3.PayerRequester || !c.Anonymous && c.Caller.Account == b.Account {
		return nil
	}
	if c.Anonymous || !s3.RequesterPays(c.Header, c.Query) {
		return s3.Errorf(s3.AccessDenied, "")
	}
	if !c.waits { // or it was set when the source of a copy was asked for first
		c.out.Header().Set("X-Amz-Request-Charged", "requester")
	}
	return nil
}
