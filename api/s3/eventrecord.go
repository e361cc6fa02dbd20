package s3

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// EventMessage is what a target of notifications is sent, in JSON.
type EventMessage struct {
	Records []EventRecord `json:"Records"`
}

// EventRecord tells of one event. Its form is S3's.
type EventRecord struct {
	Version  string            `json:"eventVersion"`
	Source   string            `json:"eventSource"`
	Region   string            `json:"awsRegion"`
	Time     Time              `json:"eventTime"`
	Name     Event             `json:"eventName"`
	User     EventPrincipal    `json:"userIdentity"`
	Request  map[string]string `json:"requestParameters"`
	Response map[string]string `json:"responseElements"`
	S3       EventSubject      `json:"s3"`
}

// EventPrincipal is an account or a user.
type EventPrincipal struct {
	ID string `json:"principalId"`
}

// EventSubject is what an event happened to.
type EventSubject struct {
	Version       string      `json:"s3SchemaVersion"`
	Configuration string      `json:"configurationId"`
	Bucket        EventBucket `json:"bucket"`
	Object        EventObject `json:"object"`
}

// EventBucket is the bucket.
type EventBucket struct {
	Name  string         `json:"name"`
	Owner EventPrincipal `json:"ownerIdentity"`
	ARN   string         `json:"arn"`
}

// EventObject is the version. What was deleted has neither size nor ETag.
type EventObject struct {
	Key       string `json:"key"` // URL-encoded
	Size      *int64 `json:"size,omitempty"`
	ETag      string `json:"eTag,omitempty"`
	VersionID string `json:"versionId,omitempty"`
	Sequencer string `json:"sequencer"` // later events of a key have larger ones
}

// NewEventRecord makes a record with all that follows from the event's kind.
func NewEventRecord(e Event, at time.Time) EventRecord {
	version := "2.1"
	if !strings.HasPrefix(string(e), "ObjectCreated:") && !strings.HasPrefix(string(e), "ObjectRemoved:") {
		version = "2.3" // in which S3 added the kind
	}
	return EventRecord{
		Version: version, Source: "aws:s3", Time: Time(at), Name: e,
		Request: map[string]string{}, Response: map[string]string{}, S3: EventSubject{Version: "1.0"},
	}
}

// EventKey writes a key as events have it: encoded as a form, but for slashes.
func EventKey(key string) string {
	return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
}

// TestEvent is the message by which a new target finds out that it was made
// one.
func TestEvent(bucket, requestID string, at time.Time) ([]byte, error) {
	b, err := json.Marshal(map[string]any{
		"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": Time(at),
		"Bucket": bucket, "RequestId": requestID, "HostId": requestID,
	})
	if err != nil {
		return nil, fmt.Errorf("encode a test event: %w", err)
	}
	return b, nil
}

// WebhookName finds the webhook an address means, in this region and account:
// arn:ecc:webhook:REGION:ACCOUNT:NAME, in which both may be left out. Clients
// that insist on AWS's own may write arn:aws:sqs, arn:aws:sns or
// arn:aws:lambda:REGION:ACCOUNT:function:NAME with the same name.
func WebhookName(arn, region, account string) (string, bool) {
	part := strings.SplitN(arn, ":", 6)
	if len(part) != 6 || part[0] != "arn" {
		return "", false
	}
	name := part[5]
	switch part[1] + ":" + part[2] {
	case "ecc:webhook", "aws:sqs", "aws:sns":
	case "aws:lambda":
		var ok bool
		if name, ok = strings.CutPrefix(name, "function:"); !ok {
			return "", false
		}
	default:
		return "", false
	}
	if part[3] != "" && part[3] != region || part[4] != "" && part[4] != account {
		return "", false
	}
	return name, IsWebhookName(name)
}

// IsWebhookName reports whether a webhook can have the name: up to 64 letters,
// digits, dashes and underscores.
func IsWebhookName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}
