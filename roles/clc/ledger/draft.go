package ledger

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// record is an event in CloudTrail's form, without what only the transaction
// knows: eventTime, resources, recipientAccountId.
type record struct {
	Version      string          `json:"eventVersion"`
	Identity     identity        `json:"userIdentity"`
	Source       string          `json:"eventSource"`
	Name         string          `json:"eventName"`
	Region       string          `json:"awsRegion"`
	Address      string          `json:"sourceIPAddress"`
	Agent        string          `json:"userAgent"`
	ErrorCode    string          `json:"errorCode,omitempty"`
	ErrorMessage string          `json:"errorMessage,omitempty"`
	Parameters   json.RawMessage `json:"requestParameters"`
	Response     *struct{}       `json:"responseElements"` // always null
	Request      string          `json:"requestID"`
	ID           string          `json:"eventID"`
	ReadOnly     bool            `json:"readOnly"`
	Type         string          `json:"eventType"`
	Management   bool            `json:"managementEvent"`
	Category     string          `json:"eventCategory"`
}

// draft is an event whose text is made as far as it can be before the
// transaction, where everybody would wait for it.
type draft struct {
	name   string
	caller cloud.AccountID // "" for the operator
	begin  string          // of the JSON object, without its end
}

// maxAgent bounds the user agent in an event.
const maxAgent = 256

// draft makes the event of a call that succeeds.
func (l *Ledger) draft(c *awsquery.Call) (draft, error) { return l.draftOf(c, "", "") }

// draftOf makes the event of a call that ended with an error, or with none.
func (l *Ledger) draftOf(c *awsquery.Call, code, message string) (draft, error) {
	id, err := newUUID(l.cfg.Entropy)
	if err != nil {
		return draft{}, err
	}
	r := record{Version: "1.11", Identity: identityOf(c), Source: source(c), Name: c.Action, Region: l.cfg.Region,
		Address: c.SourceIP, Agent: clip(c.UserAgent, maxAgent), ErrorCode: code, ErrorMessage: clip(message, maxText),
		Parameters: parameters(c.Request), Request: c.RequestID, ID: id, ReadOnly: c.Access != awsquery.Write,
		Type: "AwsApiCall", Management: true, Category: "Management"}
	if operator(c) {
		r.Address, r.Agent, r.Request = operatorName, operatorName, id
	}
	text, err := json.Marshal(r)
	if err != nil {
		return draft{}, fmt.Errorf("write the event of %s: %w", c.Action, err)
	}
	return draft{name: c.Action, caller: c.Caller.Account, begin: strings.TrimSuffix(string(text), "}")}, nil
}

// account is whose event it is: the caller's, or of what the operator changed.
func (d *draft) account(r resourceList) cloud.AccountID {
	if d.caller == "" {
		return r.first
	}
	return d.caller
}

// text ends the event.
func (d *draft) text(at time.Time, r resourceList) string {
	var b strings.Builder
	b.Grow(len(d.begin) + len(r.text) + 128)
	b.WriteString(d.begin)
	fmt.Fprintf(&b, `,"eventTime":%q`, at.UTC().Format(time.RFC3339))
	if r.text != "" {
		b.WriteString(`,"resources":[` + r.text + "]")
	}
	if r.omitted > 0 {
		fmt.Fprintf(&b, `,"additionalEventData":{"resourcesOmitted":%d}`, r.omitted)
	}
	if a := d.account(r); a != "" {
		fmt.Fprintf(&b, `,"recipientAccountId":%q`, string(a))
	}
	b.WriteByte('}')
	return b.String()
}

// source is the service an event is of, as CloudTrail names it.
func source(c *awsquery.Call) string {
	if operator(c) {
		return operatorName
	}
	return c.Service + ".amazonaws.com"
}

// newUUID draws a UUID, version 4.
func newUUID(entropy io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(entropy, b[:]); err != nil {
		return "", fmt.Errorf("make the id of an event: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
