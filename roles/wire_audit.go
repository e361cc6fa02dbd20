package roles

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"ecc/api/awsjson"
	"ecc/api/awsquery"
	"ecc/api/cloudtrail"
	"ecc/cloud"
	"ecc/image"
	"ecc/internal/metrics"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/trail"
	"ecc/store"
)

// buildAudit makes what keeps the audit trail and what throttles requests.
func (p *Process) buildAudit(st *store.Store) {
	deps := trail.Deps{Store: st, Now: time.Now, Log: p.log, System: func(ctx context.Context) (cloud.AccountID, error) {
		a, _, err := p.head.service.AccountByName(ctx, identity.SystemAccount)
		return a.ID, err
	}}
	if p.cfg.CLC.AuditBucket != "" {
		deps.Bucket = p.auditBucket
	}
	p.head.trail = trail.New(trail.Config{Dir: filepath.Join(p.cfg.Data, "audit"), Life: trail.Days(p.cfg.CLC.AuditDays),
		Region: p.cfg.Region}, deps)
	p.head.throttle = awsquery.NewThrottle(p.cfg.Throttle.config())
	ledger := p.head.service.Ledger()
	p.metrics = append(p.metrics, ledger.WriteMetrics, p.head.trail.WriteMetrics, throttleMetrics(p.head.throttle))
	p.roles = append(p.roles, Func("audit", func(ctx context.Context, ready func()) error {
		ready()
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return ledger.Run(ctx) })
		g.Go(func() error { return p.head.trail.Run(ctx) })
		return g.Wait()
	}))
}

// auditBucket is where the audit trail is delivered to: beside the images.
func (p *Process) auditBucket(ctx context.Context) (trail.Bucket, error) {
	c := p.imagesConfig()
	k, err := p.imagesKey(ctx)
	if err != nil {
		return nil, err
	}
	b, err := image.NewS3Blobs(c.Endpoint, c.Region, k.ID, k.Secret, p.cfg.CLC.AuditBucket)
	if err != nil {
		return nil, err
	}
	return b, b.EnsureBucket(ctx)
}

func throttleMetrics(t *awsquery.Throttle) func(io.Writer) error {
	set := &metrics.Set{}
	set.Gauge("ecc_throttled_requests", "Requests refused because there were too many, since the start.", "",
		func() (float64, bool) { return float64(t.Refused()), true })
	set.Gauge("ecc_throttle_buckets", "Accounts and actions whose requests are being counted.", "",
		func() (float64, bool) { return float64(t.Buckets()), true })
	return set.Write
}

// buildCloudTrail makes the front of what is answered from the audit trail.
func (p *Process) buildCloudTrail(proven func(service string) awsquery.Authenticate) error {
	front, err := awsjson.New(awsjson.Config{Service: cloudtrail.Service(), Authenticate: proven("cloudtrail"), Authorize: p.head.service.AuthorizeCloudTrail,
		Throttle: p.head.throttle, Observe: p.head.service.Ledger().Observe}, p.head.trail.Operations(), p.log)
	if err != nil {
		return fmt.Errorf("make the CloudTrail front: %w", err)
	}
	p.mux.cloudtrail = front
	return nil
}
