package s3

import (
	"encoding/xml"
	"strings"
)

// Notification is a bucket's notification configuration, and the answer of
// GetBucketNotificationConfiguration: empty where nobody is told anything.
//
// S3's three kinds of targets are one here: each names a webhook of the
// operator's configuration.
type Notification struct {
	XMLName xml.Name       `xml:"http://s3.amazonaws.com/doc/2006-03-01/ NotificationConfiguration" json:"-"`
	Topics  []TopicTarget  `xml:"TopicConfiguration"`
	Queues  []QueueTarget  `xml:"QueueConfiguration"`
	Lambdas []LambdaTarget `xml:"CloudFunctionConfiguration"`
	Bridge  *struct{}      `xml:"EventBridgeConfiguration" json:",omitempty"` // known to be refused
}

// Notice is what the three kinds have in common.
type Notice struct {
	ID     string              `xml:"Id,omitempty"`
	Events []string            `xml:"Event"` // as s3:ObjectCreated:Put or s3:ObjectCreated:*
	Filter *NotificationFilter `xml:"Filter"`
}

// TopicTarget tells a topic.
type TopicTarget struct {
	Notice
	Topic string `xml:"Topic"`
}

// QueueTarget tells a queue.
type QueueTarget struct {
	Notice
	Queue string `xml:"Queue"`
}

// LambdaTarget tells a function.
type LambdaTarget struct {
	Notice
	Function string `xml:"CloudFunction"`
}

// NotificationFilter chooses keys.
type NotificationFilter struct {
	Key NotificationKey `xml:"S3Key"`
}

// NotificationKey holds at most one rule of each name.
type NotificationKey struct {
	Rules []FilterRule `xml:"FilterRule"`
}

// FilterRule is a condition on a key: Name is prefix or suffix.
type FilterRule struct {
	Name  string `xml:"Name"`
	Value string `xml:"Value"`
}

// maxTargets bounds a notification configuration, as S3 does.
const maxTargets = 100

// ReadNotification reads the body of PutBucketNotificationConfiguration. newID
// names the targets that come without a name. Whether their addresses mean
// anything is for the caller to find out.
func ReadNotification(d Document, newID func() string) (Notification, error) {
	var n Notification
	if err := d.DecodeStrict(&n); err != nil {
		return n, err
	}
	if n.Bridge != nil {
		return n, Errorf(NotImplemented, "Event bridges are not implemented.")
	}
	notices := n.notices()
	if len(notices) > maxTargets {
		return n, Errorf(InvalidArgument, "The number of notification configurations must not exceed %d", maxTargets)
	}
	for _, notice := range notices {
		if notice.ID == "" {
			notice.ID = newID()
		}
		if err := notice.Filter.check(); err != nil {
			return n, err
		}
	}
	return n, checkTargets(n.Targets())
}

func (n *Notification) notices() []*Notice {
	var all []*Notice
	for i := range n.Topics {
		all = append(all, &n.Topics[i].Notice)
	}
	for i := range n.Queues {
		all = append(all, &n.Queues[i].Notice)
	}
	for i := range n.Lambdas {
		all = append(all, &n.Lambdas[i].Notice)
	}
	return all
}

// Targets are all lines in the form they are used in.
func (n *Notification) Targets() []Target {
	var all []Target
	for _, t := range n.Topics {
		all = append(all, t.target(t.Topic))
	}
	for _, t := range n.Queues {
		all = append(all, t.target(t.Queue))
	}
	for _, t := range n.Lambdas {
		all = append(all, t.target(t.Function))
	}
	return all
}

func (n *Notice) target(arn string) Target {
	t := Target{ID: n.ID, ARN: arn, Events: n.Events}
	if n.Filter == nil {
		return t
	}
	for _, r := range n.Filter.Key.Rules {
		if strings.EqualFold(r.Name, "prefix") {
			t.Prefix = r.Value
		} else {
			t.Suffix = r.Value
		}
	}
	return t
}

func (f *NotificationFilter) check() error {
	if f == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, r := range f.Key.Rules {
		name := strings.ToLower(r.Name)
		switch {
		case name != "prefix" && name != "suffix":
			return Errorf(InvalidArgument, "filter rule name must be either prefix or suffix")
		case seen[name]:
			return Errorf(InvalidArgument, "Cannot specify more than one %s rule in a filter.", name)
		case len(r.Value) > MaxKey:
			return Errorf(InvalidArgument, "Size of filter rule value cannot exceed %d bytes in UTF-8 representation", MaxKey)
		}
		seen[name] = true
	}
	return nil
}
