package roles

import (
	"context"
	"net/http"

	"ecc/api/awsjson"
	"ecc/api/awsquery"
	"ecc/api/cloudtrail"
	"ecc/api/ec2"
	"ecc/api/iam"
	"ecc/api/s3"
	"ecc/api/sts"
	"ecc/cloud"
)

// fillAbsent answers for the services that other processes have, in each
// one's own words: a client shows the sentence and does not try again.
func (f *front) fillAbsent() error {
	for _, a := range []struct {
		at      *http.Handler
		service awsquery.Service
	}{{&f.ec2, ec2.Service()}, {&f.sts, sts.Service()}, {&f.iam, iam.Service()}} {
		if *a.at != nil {
			continue
		}
		refuse := func(*http.Request) (awsquery.Verified, error) {
			return awsquery.Verified{}, absent(a.service.Title, RoleCLC)
		}
		d, err := awsquery.New[*front](awsquery.Config{Service: a.service, Authenticate: refuse}, f, nil, f.log)
		if err != nil {
			return err
		}
		*a.at = d
	}
	if f.cloudtrail == nil {
		d, err := awsjson.New(awsjson.Config{Service: cloudtrail.Service(),
			Authenticate: func(*http.Request) (awsquery.Verified, error) {
				return awsquery.Verified{}, absent("CloudTrail", RoleCLC)
			},
			Authorize: func(context.Context, *awsquery.Call, awsquery.Permission, any) error {
				return absent("CloudTrail", RoleCLC)
			}}, nil, f.log)
		if err != nil {
			return err
		}
		f.cloudtrail = d
	}
	if f.s3 == nil {
		f.s3 = unread(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			s3.WriteError(w, absent("S3", RoleWalrus), s3.Subject{})
		}))
	}
	return nil
}

func absent(service, role string) error {
	return cloud.Errorf(cloud.Unsupported, cloud.AnyResource, "",
		"This ecc process does not serve %s: use the endpoint of the process that has the role %s.", service, role)
}
