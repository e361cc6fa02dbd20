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

// readParams returns the parameters of the query string and of the verified
// body together.
func readParams(r *http.Request, body io.Reader) (url.Values, error) {
	if len(r.URL.RawQuery) > maxRequest {
		return nil, &faultLarge
	}
	form, err := readBody(body)
	if err != nil {
		return nil, err
	}
	params := url.Values{}
	for _, s := range []string{r.URL.RawQuery, form} {
		if err := addParams(params, s); err != nil {
			return nil, err
		}
	}
	return params, nil
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

func addParams(params url.Values, encoded string) error {
	if strings.Count(encoded, "&") >= maxParams {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResParameter, "", "The request has more than %d parameters.", maxParams)
	}
	vs, err := url.ParseQuery(encoded)
	if err != nil {
		return &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResParameter, Err: err}
	}
	for k, v := range vs {
		if len(v) > 1 || params[k] != nil {
			return cloud.Errorf(cloud.Invalid, cloud.ResParameter, k, "The parameter %s was given more than once.", clip(k))
		}
		params[k] = v
	}
	return nil
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
