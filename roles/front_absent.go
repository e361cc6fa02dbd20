package roles

import (
	"net/http"

	"ecc/api/awsquery"
	"ecc/api/ec2"
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
	}{{&f.ec2, ec2.Service()}, {&f.sts, sts.Service()}, {&f.iam, iamService()}} {
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

// iamService is IAM without any action yet: STS's dialect under its own name.
func iamService() awsquery.Service {
	iam := sts.Service()
	iam.Name, iam.Title, iam.Versions, iam.Namespace = "iam", "IAM", []string{"2010-05-08"}, "https://iam.amazonaws.com/doc/"
	return iam
}
