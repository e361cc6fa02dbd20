package s3

import (
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Website is a bucket's website configuration, and the answer of
// GetBucketWebsite.
type Website struct {
	XMLName  xml.Name          `xml:"http://s3.amazonaws.com/doc/2006-03-01/ WebsiteConfiguration" json:"-"`
	Error    *WebsiteError     `xml:"ErrorDocument"`
	Index    *WebsiteIndex     `xml:"IndexDocument"`
	Redirect *WebsiteElsewhere `xml:"RedirectAllRequestsTo"`
	Rules    *WebsiteRules     `xml:"RoutingRules"`
}

// WebsiteError names the object that is shown instead of an error.
type WebsiteError struct {
	Key string `xml:"Key"`
}

// WebsiteIndex is what is appended to addresses of folders.
type WebsiteIndex struct {
	Suffix string `xml:"Suffix"`
}

// WebsiteElsewhere sends every visitor to another host.
type WebsiteElsewhere struct {
	Host     string `xml:"HostName"`
	Protocol string `xml:"Protocol,omitempty"` // "" for the visitor's
}

// WebsiteRules is the element between.
type WebsiteRules struct {
	Rule []WebsiteRule `xml:"RoutingRule"`
}

// WebsiteRule redirects some visitors.
type WebsiteRule struct {
	When *WebsiteCondition `xml:"Condition"`
	To   *WebsiteRedirect  `xml:"Redirect"`
}

// WebsiteCondition is true of keys with a prefix, or of an error's status, or
// of both.
type WebsiteCondition struct {
	Status string `xml:"HttpErrorCodeReturnedEquals,omitempty"`
	Prefix string `xml:"KeyPrefixEquals,omitempty"`
}

// WebsiteRedirect says what of the address changes.
type WebsiteRedirect struct {
	Host       string  `xml:"HostName,omitempty"`
	Status     string  `xml:"HttpRedirectCode,omitempty"` // "" for 301
	Protocol   string  `xml:"Protocol,omitempty"`
	WithPrefix *string `xml:"ReplaceKeyPrefixWith"` // in the place of the condition's
	With       *string `xml:"ReplaceKeyWith"`
}

const maxWebsiteRules = 50

// ReadWebsite reads the body of PutBucketWebsite.
func ReadWebsite(d Document) (Website, error) {
	var w Website
	if err := d.DecodeStrict(&w); err != nil {
		return w, err
	}
	if w.Redirect != nil {
		return w, w.checkElsewhere()
	}
	switch {
	case w.Index == nil || w.Index.Suffix == "":
		return w, Errorf(InvalidArgument, "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty")
	case strings.Contains(w.Index.Suffix, "/") || CheckKey(w.Index.Suffix) != nil:
		return w, Errorf(InvalidArgument, "The IndexDocument Suffix is not well formed")
	case w.Error != nil && (w.Error.Key == "" || CheckKey(w.Error.Key) != nil):
		return w, Errorf(InvalidArgument, "The ErrorDocument Key is not well formed")
	case w.Rules == nil:
		return w, nil
	case len(w.Rules.Rule) == 0:
		return w, Errorf(MalformedXML, "")
	case len(w.Rules.Rule) > maxWebsiteRules:
		return w, Errorf(InvalidRequest, "The number of website configuration routing rules (%d) exceeds the limit of %d.", len(w.Rules.Rule), maxWebsiteRules)
	}
	for _, r := range w.Rules.Rule {
		if err := r.check(); err != nil {
			return w, err
		}
	}
	return w, nil
}

func (w Website) checkElsewhere() error {
	switch {
	case w.Index != nil || w.Error != nil || w.Rules != nil:
		return Errorf(InvalidRequest, "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.")
	case w.Redirect.Host == "" || !isHost(w.Redirect.Host):
		return Errorf(MalformedXML, "")
	}
	return checkProtocol(w.Redirect.Protocol)
}

func (r WebsiteRule) check() error {
	if r.To == nil || *r.To == (WebsiteRedirect{}) {
		return Errorf(MalformedXML, "")
	}
	if r.When != nil {
		if err := r.When.check(); err != nil {
			return err
		}
	}
	switch to := r.To; {
	case to.With != nil && to.WithPrefix != nil:
		return Errorf(InvalidRequest, "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
	case to.Status != "" && (!isStatus(to.Status, 301, 399)):
		return Errorf(InvalidRequest, "The provided HTTP redirect code (%s) is not valid. Valid codes are 3XX except 300.", to.Status)
	case to.Host != "" && !isHost(to.Host), longText(to.With), longText(to.WithPrefix):
		return Errorf(MalformedXML, "")
	}
	return checkProtocol(r.To.Protocol)
}

func (c WebsiteCondition) check() error {
	switch {
	case c == WebsiteCondition{}:
		return Errorf(InvalidRequest, "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.")
	case c.Status != "" && !isStatus(c.Status, 400, 599):
		return Errorf(InvalidRequest, "The provided HTTP error code (%s) is not valid. Valid codes are 4XX or 5XX.", c.Status)
	case longText(&c.Prefix):
		return Errorf(MalformedXML, "")
	}
	return nil
}

func longText(s *string) bool { return s != nil && (len(*s) > MaxKey || !utf8.ValidString(*s)) }

func checkProtocol(p string) error {
	if p != "" && p != "http" && p != "https" {
		return Errorf(InvalidRequest, "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.")
	}
	return nil
}

func isStatus(s string, from, to int) bool {
	n, err := strconv.Atoi(s)
	return err == nil && len(s) == 3 && n >= from && n <= to
}

// isHost reports whether s can stand for the host in a URL, and nothing else.
func isHost(s string) bool {
	u, err := url.Parse("http://" + s)
	return err == nil && u.Host == s && len(s) <= 255
}

// Visit is a visitor's address.
type Visit struct {
	Scheme, Host string
	Key          string
}

// Elsewhere returns the address every visitor is sent to, "" if there is none.
func (w *Website) Elsewhere(v Visit) string {
	if w.Redirect == nil {
		return ""
	}
	return address(orText(w.Redirect.Protocol, v.Scheme), w.Redirect.Host, v.Key)
}

// Route finds the rule for a visitor, who would see an error of a status, or 0
// if it is not known yet what there is. It returns where to and with which
// status; "" for nowhere.
func (w *Website) Route(v Visit, status int) (to string, code int) {
	if w.Rules == nil {
		return "", 0
	}
	for _, r := range w.Rules.Rule {
		if r.applies(v.Key, status) {
			return r.target(v)
		}
	}
	return "", 0
}

func (r WebsiteRule) applies(key string, status int) bool {
	if r.When == nil {
		return status == 0
	}
	if (r.When.Status == "") != (status == 0) {
		return false // those without a status were tried before
	}
	return strings.HasPrefix(key, r.When.Prefix) && (status == 0 || r.When.Status == strconv.Itoa(status))
}

func (r WebsiteRule) target(v Visit) (string, int) {
	key := v.Key
	switch {
	case r.To.With != nil:
		key = *r.To.With
	case r.To.WithPrefix != nil && r.When != nil:
		key = *r.To.WithPrefix + strings.TrimPrefix(key, r.When.Prefix)
	case r.To.WithPrefix != nil:
		key = *r.To.WithPrefix + key
	}
	code, err := strconv.Atoi(r.To.Status)
	if err != nil {
		code = 301
	}
	return address(orText(r.To.Protocol, v.Scheme), orText(r.To.Host, v.Host), key), code
}

// address writes a URL. A query in a key of a rule, and a fragment, stay what
// they are: that is what such rules are for.
func address(scheme, host, key string) string {
	path, rest := key, ""
	if i := strings.IndexAny(key, "?#"); i >= 0 {
		path, rest = key[:i], key[i:]
	}
	return (&url.URL{Scheme: scheme, Host: host, Path: "/" + path}).String() + strings.Map(printable, rest)
}

func printable(r rune) rune {
	if r <= ' ' || r == 0x7f {
		return -1
	}
	return r
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
