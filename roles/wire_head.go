package roles

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ecc/api/auth"
	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/api/iam"
	"ecc/api/sts"
	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/roles/clc"
	clciam "ecc/roles/clc/iam"
	"ecc/roles/clc/identity"
	clcsts "ecc/roles/clc/sts"
	"ecc/roles/clc/sts/oidc"
	"ecc/roles/clc/trail"
	"ecc/rpc"
	"ecc/store"

	"net/http"
)

// head is the clc of this process with what only a head has.
type head struct {
	service   *clc.Service
	iam       *clciam.Service
	sts       *clcsts.Service
	authority *clustertls.Authority
	registrar *rpc.Registrar
	operator  *clc.Operator
	trail     *trail.Trail
	throttle  *awsquery.Throttle
}

// buildHead makes the cloud controller.
func (p *Process) buildHead() error {
	if !p.cfg.Has(RoleCLC) {
		return nil
	}
	path := filepath.Join(p.cfg.Data, "clc.db")
	if err := checkState(path, filepath.Join(p.tlsDir(), "ca.key")); err != nil {
		return err
	}
	st, err := store.Open(path, store.Options{Logger: p.log, Fatal: p.die})
	if err != nil {
		return err
	}
	p.atClose(st.Close)
	authority, err := clustertls.OpenAuthority(p.tlsDir(), time.Now())
	if err != nil {
		return fmt.Errorf("open the cluster's authority: %w", err)
	}
	secrets, err := identity.OpenVault(p.ctx, st, p.cfg.CLC.IdentityKey, rand.Reader)
	if err != nil {
		return err
	}
	p.head = &head{authority: authority}
	images := clc.NewS3Images(p.imagesConfig(), p.imagesKey)
	p.head.service = clc.New(p.clcConfig(authority.Pin().Cluster()), clc.Deps{Store: st, Images: images, Vault: secrets, Log: p.log})
	p.head.iam = clciam.New(clciam.Deps{Store: st, Ledger: p.head.service.Ledger(), Identity: p.head.service.Service, Log: p.log})
	p.head.sts = clcsts.New(clcsts.Config{Region: p.cfg.Region}, clcsts.Deps{Store: st, Ledger: p.head.service.Ledger(), Identity: p.head.service.Service,
		Verifier: oidc.New(oidc.Config{Networks: p.cfg.CLC.IdentityNetworks}), Log: p.log})
	p.head.operator = &clc.Operator{Service: p.head.service, Endpoint: p.Endpoint(), Pin: authority.Pin()}
	p.head.registrar = rpc.NewRegistrar(authority, rpc.RegistrarDeps{UseToken: p.head.service.UseToken,
		Taken: p.head.service.Taken, Now: time.Now}, p.log)
	p.buildAudit(st)
	p.head.operator.Trail = p.head.trail
	p.roles = append(p.roles, p.head.service)
	return p.buildFronts()
}

// checkState refuses to begin a new cloud in the folder of one whose state was
// lost: the state is made before the authority's key, so where there is a key
// there was a state. A new one would take every guest for a stranger.
func checkState(state, key string) error {
	if _, err := os.Stat(key); err != nil {
		return nil // a first start, or OpenAuthority will tell
	}
	if st, err := os.Stat(state); err == nil && st.Size() > 0 {
		return nil
	}
	return fmt.Errorf("the cluster state %s is missing or empty, but %s shows that there was one: put it back from a backup, or move the whole folder away", state, key)
}

// die ends the process at once: the store cannot tell any more what is on
// disk, and whatever it would acknowledge might not be.
func (p *Process) die(err error) {
	p.log.Error("the store failed: stopping at once", "err", err)
	os.Exit(3)
}

func (p *Process) clcConfig(cluster string) clc.Config {
	c := p.cfg
	return clc.Config{Cluster: cluster, Region: c.Region, Endpoint: p.Endpoint(), Zones: c.Zones, PublicPool: c.Network.PublicPool,
		Policy: cloud.Policy(c.Scheduler.Policy), Types: c.Types(), Heartbeat: time.Duration(c.CC.Heartbeat),
		DownAfter: time.Duration(c.CC.DownAfter), Visible: time.Duration(c.CLC.TerminatedVisible),
		MaxPerCall: c.Limits.InstancesPerCall, MaxPerAcct: c.Limits.InstancesPerAccount, Limits: c.Limits.every(),
		Administrator: c.CLC.Administrator, Simulated: c.Hypervisor == HypervisorSim}
}

// imagesConfig is where images are kept: an S3 that was configured, or the
// walrus of this process.
func (p *Process) imagesConfig() clc.S3ImagesConfig {
	c := clc.S3ImagesConfig{Endpoint: p.cfg.Images.Endpoint, Region: p.cfg.Images.Region, Bucket: p.cfg.Images.Bucket, Own: p.Endpoint()}
	if c.Endpoint == "" {
		c.Endpoint = c.Own
	}
	if p.cfg.Images.AccessKey == "" {
		c.Own = c.Endpoint // this cloud's walrus, here or on a host of its own
	}
	return c
}

// imagesKey is the key of the image store.
func (p *Process) imagesKey(ctx context.Context) (cloud.AccessKey, error) {
	if p.cfg.Images.Endpoint != "" && p.cfg.Images.AccessKey != "" {
		return cloud.AccessKey{ID: p.cfg.Images.AccessKey, Secret: string(p.cfg.Images.SecretKey)}, nil
	}
	_, key, err := p.head.service.AccountByName(ctx, identity.SystemAccount)
	return key, err
}

// buildFronts makes the Query APIs.
func (p *Process) buildFronts() error {
	a := auth.New(auth.Config{Region: p.cfg.Region, Version2: p.cfg.SignatureV2}, p.head.service)
	proven := func(service string) awsquery.Authenticate {
		return func(r *http.Request) (awsquery.Verified, error) {
			req, err := a.Authenticate(r, service)
			if err != nil {
				return awsquery.Verified{Caller: cloud.Caller{AccessKey: auth.ClaimedKey(r)}}, err
			}
			p.head.service.Used(req.Caller.AccessKey, service, p.cfg.Region)
			return awsquery.Verified{Caller: req.Caller, Query: req.Query, Body: req.Body}, nil
		}
	}
	observe := p.head.service.Ledger().Observe
	var err error
	if p.mux.ec2, err = awsquery.New(awsquery.Config{Service: ec2.Service(), Authenticate: proven("ec2"), Throttle: p.head.throttle, Observe: observe, Authorize: p.head.service.Authorize}, p.head.service, clc.Actions(), p.log); err != nil {
		return fmt.Errorf("make the EC2 front: %w", err)
	}
	if p.mux.sts, err = awsquery.New(awsquery.Config{Service: sts.Service(), Authenticate: proven("sts"), Throttle: p.head.throttle, Observe: observe, Authorize: p.head.sts.Authorize}, p.head.sts, clcsts.Actions(), p.log); err != nil {
		return fmt.Errorf("make the STS front: %w", err)
	}
	if p.mux.iam, err = awsquery.New(awsquery.Config{Service: iam.Service(), Authenticate: proven("iam"), Throttle: p.head.throttle, Observe: observe, Authorize: p.head.service.AuthorizeIAM}, p.head.iam, clciam.Actions(), p.log); err != nil {
		return fmt.Errorf("make the IAM front: %w", err)
	}
	if p.cfg.CLC.Registration {
		p.mux.register = newRegistrar(p.head.service.Register, p.log)
	}
	return p.buildCloudTrail(proven)
}
