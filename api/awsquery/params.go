package awsquery

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"ecc/cloud"
)

// Bounds of a request. AWS's are near; none of them is published.
const (
	maxRequest = 1 << 20 // bytes, of the query string and of the body each
	maxParams  = 20_000
	maxList    = 1_000 // entries, and the greatest index
	maxDepth   = 8     // structures and lists inside each other
)

// params returns the parameters of the query string and of the body together.
func (v *Verified) params() (url.Values, error) {
	body, err := readBody(v.Body)
	if err != nil {
		return nil, err
	}
	if strings.Count(body, "&") >= maxParams {
		return nil, tooMany()
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResParameter, Err: err}
	}
	all := url.Values{}
	for _, vs := range []url.Values{v.Query, form} {
		if err := addParams(all, vs); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readBody(body io.Reader) (string, error) {
	if body == nil {
		return "", nil
	}
	b, err := io.ReadAll(io.LimitReader(body, maxRequest+1))
	if len(b) > maxRequest || isTooLarge(err) {
		return "", &faultLarge
	}
	return string(b), err
}

// isTooLarge reports whether the bounded body ended the reading, here or
// inside the authentication.
func isTooLarge(err error) bool {
	var tooLarge *http.MaxBytesError
	return errors.As(err, &tooLarge)
}

func addParams(all, more url.Values) error {
	if len(all)+len(more) > maxParams {
		return tooMany()
	}
	for _, k := range sortedNames(more) {
		v := more[k]
		if len(v) > 1 || all[k] != nil {
			return cloud.Errorf(cloud.Invalid, cloud.ResParameter, k, "The parameter %s was given more than once.", clip(k))
		}
		all[k] = v
	}
	return nil
}

func tooMany() error {
	return cloud.Errorf(cloud.LimitExceeded, cloud.ResParameter, "", "The request has more than %d parameters.", maxParams)
}

// isCommon reports whether a parameter belongs to the protocol or the
// signature, not to the action.
func isCommon(name string) bool {
	switch name {
	case "Action", "Version", "AWSAccessKeyId", "Signature", "SignatureMethod", "SignatureVersion",
		"Timestamp", "Expires", "SecurityToken":
		return true
	}
	return len(name) > 6 && strings.EqualFold(name[:6], "X-Amz-")
}
