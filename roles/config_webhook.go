package roles

import (
	"fmt"
	"net/url"
	"strings"

	"ecc/api/s3"
)

// webhooks gives the addresses that buckets can have their events sent to, by
// name. A setting is NAME=URL, and secret: many such URLs have a token in them.
func (w WalrusConfig) webhooks() (map[string]string, error) {
	hooks := map[string]string{}
	for _, h := range w.Webhooks {
		name, address, _ := strings.Cut(string(h), "=")
		u, err := url.Parse(address)
		switch {
		case !s3.IsWebhookName(name):
			return nil, fmt.Errorf("%q is not a name: write NAME=URL, with letters, digits, dashes and underscores in NAME", name)
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
			return nil, fmt.Errorf("what %s has behind = is not the URL of an HTTP server", name) // not shown: it may have a secret in it
		case hooks[name] != "":
			return nil, fmt.Errorf("%s is there twice", name)
		}
		hooks[name] = address
	}
	return hooks, nil
}
