package s3

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// read reads the body of one operation, by its name.
func read(op, body string) (any, error) {
	d := Document{Body: bytes.NewBufferString(body), Header: http.Header{}}
	n := 0
	newID := func() string { n++; return "id-" + string(rune('0'+n)) }
	switch op {
	case "versioning":
		return ReadVersioning(d)
	case "payment":
		return ReadRequestPayment(d)
	case "lock":
		return ReadObjectLock(d)
	case "logging":
		return ReadLogging(d)
	case "lifecycle":
		return ReadLifecycle(d, newID)
	case "notification":
		return ReadNotification(d, newID)
	case "tags":
		return ReadBucketTags(d)
	case "object tags":
		return ReadObjectTags(d)
	}
	return readOther(op, d)
}

// readOther reads bodies that have tests of their own: here they are fuzzed,
// all of S3's together.
func readOther(op string, d Document) (any, error) {
	switch op {
	case "create":
		v := new(CreateBucketConfiguration)
		if _, err := d.Decode(v); err != nil {
			return nil, err
		}
		return nil, v.Check("us-east-1")
	case "delete":
		_, err := d.Decode(new(Delete))
		return nil, err
	case "complete":
		_, err := d.Decode(new(Complete))
		return nil, err
	case "block":
		return ReadPublicAccessBlock(d)
	case "ownership":
		_, err := ReadOwnershipControls(d)
		return nil, err
	case "encryption":
		return ReadBucketEncryption(d)
	case "retention":
		_, _, err := ReadRetention(d, time.Unix(0, 0))
		return nil, err
	case "hold":
		_, err := ReadLegalHold(d)
		return nil, err
	}
	return nil, Errorf(NotImplemented, "")
}

// code returns the code of a failure, "" for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	c, _, _ := Describe(err)
	return c
}

// many repeats a piece of a document, # counting.
func many(n int, piece string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(piece, "#", string(rune('A'+i/26%26))+string(rune('a'+i%26))+strings.Repeat("x", i/676)))
	}
	return b.String()
}

const (
	rule    = `<Rule><ID>r#</ID><Filter><Prefix>p#/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>`
	expires = `<Expiration><Days>1</Days></Expiration>`
)

// lifecycle makes a configuration of one rule.
func lifecycleOf(rest string) string {
	return `<LifecycleConfiguration><Rule><Status>Enabled</Status>` + rest + `</Rule></LifecycleConfiguration>`
}

func tagsOf(tags string) string { return "<Tagging><TagSet>" + tags + "</TagSet></Tagging>" }

func lockOf(retention string) string {
	return `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>` +
		retention + `</DefaultRetention></Rule></ObjectLockConfiguration>`
}

func loggingOf(rest string) string {
	return `<BucketLoggingStatus><LoggingEnabled><TargetBucket>b</TargetBucket><TargetPrefix/>` + rest + `</LoggingEnabled></BucketLoggingStatus>`
}

func queueOf(rest string) string {
	return `<QueueConfiguration><Queue>arn:x</Queue>` + rest + `</QueueConfiguration>`
}

func notificationOf(rest ...string) string {
	return `<NotificationConfiguration>` + strings.Join(rest, "") + `</NotificationConfiguration>`
}

func filterOf(name, value string) string {
	return `<Filter><S3Key><FilterRule><Name>` + name + `</Name><Value>` + value + `</Value></FilterRule></S3Key></Filter>`
}

const put = `<Event>s3:ObjectCreated:Put</Event>`

// configurations are bodies and the codes they are answered with.
var configurations = []struct {
	op, body, code string
}{
	{"versioning", `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`, ""},
	{"versioning", `<VersioningConfiguration><Status>Suspended</Status><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>`, ""},
	{"versioning", `<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>`, "NotImplemented"},
	{"versioning", `<VersioningConfiguration/>`, "IllegalVersioningConfigurationException"},
	{"versioning", `<VersioningConfiguration><Status>enabled</Status></VersioningConfiguration>`, "MalformedXML"},
	{"versioning", `<VersioningConfiguration><Status>Enabled</Status><Status>Suspended</Status></VersioningConfiguration>`, "MalformedXML"},
	{"versioning", `<VersioningConfiguration><Status>Enabled</Status><Frob/></VersioningConfiguration>`, "MalformedXML"},
	{"versioning", `<Versioning><Status>Enabled</Status></Versioning>`, "MalformedXML"},
	{"versioning", `<VersioningConfiguration xmlns="urn:x"><Status>Enabled</Status></VersioningConfiguration>`, "MalformedXML"},
	{"versioning", `nonsense`, "MalformedXML"},
	{"versioning", ``, "MissingRequestBodyError"},

	{"payment", `<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>`, ""},
	{"payment", `<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>`, ""},
	{"payment", `<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>`, "MalformedXML"},
	{"payment", `<RequestPaymentConfiguration/>`, "MalformedXML"},

	{"lock", `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>`, ""},
	{"lock", lockOf(`<Mode>GOVERNANCE</Mode><Days>1</Days>`), ""},
	{"lock", lockOf(`<Mode>COMPLIANCE</Mode><Years>100</Years>`), ""},
	{"lock", lockOf(`<Mode>COMPLIANCE</Mode><Years>1</Years><Days>1</Days>`), "MalformedXML"},
	{"lock", lockOf(`<Mode>COMPLIANCE</Mode>`), "MalformedXML"},
	{"lock", lockOf(`<Days>1</Days>`), "MalformedXML"},
	{"lock", lockOf(`<Mode>abc</Mode><Days>1</Days>`), "MalformedXML"},
	{"lock", lockOf(`<Mode>GOVERNANCE</Mode><Days>0</Days>`), "InvalidArgument"},
	{"lock", lockOf(`<Mode>GOVERNANCE</Mode><Years>-1</Years>`), "InvalidArgument"},
	{"lock", lockOf(`<Mode>GOVERNANCE</Mode><Days>36501</Days>`), "InvalidArgument"},
	{"lock", lockOf(`<Mode>GOVERNANCE</Mode><Years>101</Years>`), "InvalidArgument"},
	{"lock", `<ObjectLockConfiguration><ObjectLockEnabled>Disabled</ObjectLockEnabled></ObjectLockConfiguration>`, "MalformedXML"},
	{"lock", `<ObjectLockConfiguration/>`, "MalformedXML"},
	{"lock", `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule/></ObjectLockConfiguration>`, "MalformedXML"},

	{"logging", strings.Repeat(" ", maxConfiguration) + `<BucketLoggingStatus/>`, "MalformedXML"},
	{"logging", loggingOf(`<TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>` + strings.Repeat("x", 2000) + `</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants>`), "MalformedXML"},
	{"notification", notificationOf(`<QueueConfiguration><Queue>` + strings.Repeat("x", 2000) + `</Queue>` + put + `</QueueConfiguration>`), "MalformedXML"},
	{"logging", `<BucketLoggingStatus/>`, ""},
	{"logging", loggingOf(``), ""},
	{"logging", loggingOf(`<TargetObjectKeyFormat><SimplePrefix/></TargetObjectKeyFormat>`), ""},
	{"logging", loggingOf(`<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>`), ""},
	{"logging", loggingOf(`<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>Never</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>`), "MalformedXML"},
	{"logging", loggingOf(`<TargetObjectKeyFormat/>`), "MalformedXML"},
	{"logging", loggingOf(`<TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>x</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants>`), ""},
	{"logging", loggingOf(`<TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><ID>x</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants>`), "MalformedXML"},
	{"logging", loggingOf(`<TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>x</ID></Grantee><Permission>WRITE_ACP</Permission></Grant></TargetGrants>`), "MalformedXML"},
	{"logging", `<BucketLoggingStatus><LoggingEnabled><TargetBucket>b</TargetBucket></LoggingEnabled></BucketLoggingStatus>`, "MalformedXML"},
	{"logging", `<BucketLoggingStatus><LoggingEnabled><TargetPrefix>b</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`, "MalformedXML"},
	{"logging", `<BucketLoggingStatus><LoggingEnabled><TargetBucket>b</TargetBucket><TargetPrefix>` + strings.Repeat("x", 1000) + `</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`, "InvalidArgument"},

	{"tags", tagsOf(``), ""},
	{"tags", tagsOf(many(50, `<Tag><Key>#</Key><Value>v</Value></Tag>`)), ""},
	{"tags", tagsOf(many(51, `<Tag><Key>#</Key><Value>v</Value></Tag>`)), "BadRequest"},
	{"tags", tagsOf(`<Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>k</Key><Value>w</Value></Tag>`), "InvalidTag"},
	{"tags", tagsOf(`<Tag><Key>k</Key><Value/></Tag>`), ""},
	{"tags", tagsOf(`<Tag><Key></Key><Value>v</Value></Tag>`), "InvalidTag"},
	{"tags", tagsOf(`<Tag><Key>` + strings.Repeat("ü", 128) + `</Key><Value>` + strings.Repeat("ü", 256) + `</Value></Tag>`), ""},
	{"tags", tagsOf(`<Tag><Key>` + strings.Repeat("k", 129) + `</Key><Value>v</Value></Tag>`), "InvalidTag"},
	{"tags", tagsOf(`<Tag><Key>k</Key><Value>` + strings.Repeat("v", 257) + `</Value></Tag>`), "InvalidTag"},
	{"tags", tagsOf(`<Tag><Key>k!</Key><Value>v</Value></Tag>`), "InvalidTag"},
	{"tags", tagsOf(`<Tag><Key>aws:k</Key><Value>v</Value></Tag>`), "InvalidTag"},
	{"tags", tagsOf(`<Tag><Key>k</Key></Tag>`), "MalformedXML"},
	{"tags", tagsOf(`<Tag><Value>k</Value></Tag>`), "MalformedXML"},
	{"tags", `<Tagging/>`, "MalformedXML"},
	{"object tags", tagsOf(many(10, `<Tag><Key>#</Key><Value>v</Value></Tag>`)), ""},
	{"object tags", tagsOf(many(11, `<Tag><Key>#</Key><Value>v</Value></Tag>`)), "BadRequest"},

	{"lifecycle", `<LifecycleConfiguration/>`, "MalformedXML"},
	{"lifecycle", `<LifecycleConfiguration>` + many(1000, rule) + `</LifecycleConfiguration>`, ""},
	{"lifecycle", `<LifecycleConfiguration>` + many(1001, rule) + `</LifecycleConfiguration>`, "InvalidRequest"},
	{"lifecycle", `<LifecycleConfiguration>` + rule + rule + `</LifecycleConfiguration>`, "InvalidArgument"},
	{"lifecycle", `<LifecycleConfiguration>` + rule + `<Rule><Prefix/><Status>Enabled</Status>` + expires + `</Rule></LifecycleConfiguration>`, "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Prefix/>` + expires), ""},
	{"lifecycle", lifecycleOf(`<Filter/>` + expires), ""},
	{"lifecycle", lifecycleOf(expires), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Filter/>` + expires), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/>`), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<ID>` + strings.Repeat("x", 255) + `</ID><Prefix/>` + expires), ""},
	{"lifecycle", lifecycleOf(`<ID>` + strings.Repeat("x", 256) + `</ID><Prefix/>` + expires), "InvalidArgument"},
	{"lifecycle", `<LifecycleConfiguration><Rule><Status>enabled</Status><Prefix/>` + expires + `</Rule></LifecycleConfiguration>`, "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration/>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Days>0</Days></Expiration>`), "InvalidArgument"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Days>-1</Days></Expiration>`), "InvalidArgument"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Days>2147483648</Days></Expiration>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Days>1.5</Days></Expiration>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Days>1</Days><Date>2030-01-01</Date></Expiration>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Date>2030-01-01</Date></Expiration>`), ""},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>`), ""},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Date>2030-01-01T02:00:00+02:00</Date></Expiration>`), ""},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Date>2030-01-01T12:00:00Z</Date></Expiration>`), "InvalidArgument"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Date>20300101</Date></Expiration>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`), ""},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Prefix/><Expiration><Days>1</Days><ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker></Expiration>`), ""},
	{"lifecycle", lifecycleOf(`<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Filter><ObjectSizeLessThan>9</ObjectSizeLessThan></Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>`), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Filter><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>`), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Prefix/><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>`), ""},
	{"lifecycle", lifecycleOf(`<Prefix/><AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload>`), "InvalidArgument"},
	{"lifecycle", lifecycleOf(`<Prefix/><AbortIncompleteMultipartUpload/>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan><ObjectSizeLessThan>3</ObjectSizeLessThan></And></Filter>` + expires), ""},
	{"lifecycle", lifecycleOf(`<Filter><And/></Filter>` + expires), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Filter><Prefix>p</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></Filter>` + expires), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Filter><And><Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>` + expires), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Filter><And><ObjectSizeGreaterThan>3</ObjectSizeGreaterThan><ObjectSizeLessThan>3</ObjectSizeLessThan></And></Filter>` + expires), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Filter><ObjectSizeGreaterThan>-1</ObjectSizeGreaterThan></Filter>` + expires), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Filter><Prefix>` + strings.Repeat("p", 1025) + `</Prefix></Filter>` + expires), "InvalidRequest"},
	{"lifecycle", lifecycleOf(`<Filter><Something>p</Something></Filter>` + expires), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>100</NewerNoncurrentVersions></NoncurrentVersionExpiration>`), ""},
	{"lifecycle", lifecycleOf(`<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>101</NewerNoncurrentVersions></NoncurrentVersionExpiration>`), "InvalidArgument"},
	{"lifecycle", lifecycleOf(`<Filter/><NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>`), "InvalidArgument"},
	{"lifecycle", lifecycleOf(`<Filter/><NoncurrentVersionExpiration><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>`), "MalformedXML"},
	{"lifecycle", lifecycleOf(`<Filter/><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>`), "NotImplemented"},
	{"lifecycle", lifecycleOf(`<Filter/><NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays><StorageClass>STANDARD_IA</StorageClass></NoncurrentVersionTransition>`), "NotImplemented"},
	{"lifecycle", lifecycleOf(`<Filter/><Transition><Days>1</Days><StorageClass>STANDARD</StorageClass></Transition>`), "MalformedXML"},

	{"notification", notificationOf(), ""},
	{"notification", notificationOf(queueOf(put)), ""},
	{"notification", notificationOf(queueOf(put + filterOf("Prefix", "a"))), ""},
	{"notification", notificationOf(queueOf(put + filterOf("infix", "a"))), "InvalidArgument"},
	{"notification", notificationOf(queueOf(put + filterOf("prefix", strings.Repeat("a", 1025)))), "InvalidArgument"},
	{"notification", notificationOf(queueOf(put + `<Filter><S3Key><FilterRule><Name>prefix</Name><Value>a</Value></FilterRule><FilterRule><Name>Prefix</Name><Value>b</Value></FilterRule></S3Key></Filter>`)), "InvalidArgument"},
	{"notification", notificationOf(queueOf(``)), "MalformedXML"},
	{"notification", notificationOf(`<QueueConfiguration>` + put + `</QueueConfiguration>`), "MalformedXML"},
	{"notification", notificationOf(queueOf(`<Event>ObjectCreated:Put</Event>`)), "InvalidArgument"},
	{"notification", notificationOf(queueOf(`<Event>s3:ObjectCreated:Frob</Event>`)), "InvalidArgument"},
	{"notification", notificationOf(queueOf(`<Event>s3:Object*</Event>`)), "InvalidArgument"},
	{"notification", notificationOf(queueOf(put), queueOf(put)), "InvalidArgument"},
	{"notification", notificationOf(queueOf(put+filterOf("prefix", "a")), queueOf(`<Event>s3:ObjectCreated:*</Event>`+filterOf("prefix", "ab"))), "InvalidArgument"},
	{"notification", notificationOf(queueOf(put+filterOf("prefix", "a")), queueOf(put+filterOf("prefix", "b"))), ""},
	{"notification", notificationOf(queueOf(put), queueOf(`<Event>s3:ObjectRemoved:*</Event>`)), ""},
	{"notification", notificationOf(queueOf(`<Id>x</Id>`+put), queueOf(`<Id>x</Id><Event>s3:ObjectRemoved:*</Event>`)), "InvalidArgument"},
	{"notification", notificationOf(`<TopicConfiguration><Topic>arn:x</Topic>`+put+`</TopicConfiguration>`,
		`<CloudFunctionConfiguration><CloudFunction>arn:x</CloudFunction><Event>s3:LifecycleExpiration:*</Event></CloudFunctionConfiguration>`), ""},
	{"notification", notificationOf(`<EventBridgeConfiguration/>`), "NotImplemented"},
}

func TestConfigurations(t *testing.T) {
	for _, c := range configurations {
		name := c.body
		if len(name) > 200 {
			name = name[:200] + "…"
		}
		v, err := read(c.op, c.body)
		if got := codeOf(err); got != c.code {
			t.Errorf("%s %s: %q (%v), want %q", c.op, name, got, err, c.code)
		}
		if err == nil {
			checkKept(t, c.op, v)
		}
	}
}

// checkKept: what was read survives being stored, and being sent and read
// again.
func checkKept(t *testing.T, op string, v any) {
	t.Helper()
	if tags, ok := v.([]Tag); ok {
		v = Tagging{Tags: TagSet{Tag: tags}}
	}
	sent, err := xml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := read(op, string(sent))
	if err != nil {
		t.Errorf("%s: read %s again: %v", op, sent, err)
		return
	}
	if tags, ok := again.([]Tag); ok {
		again = Tagging{Tags: TagSet{Tag: tags}}
	}
	stored, err := json.Marshal(again)
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(stored)); diff != "" {
		t.Errorf("%s: sent and read again:\n%s", op, diff)
	}
}

func FuzzConfigurations(f *testing.F) {
	for _, c := range configurations {
		if len(c.body) < 2000 {
			f.Add(c.op, c.body)
		}
	}
	for op, body := range map[string]string{
		"create":     `<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint><Tags><Tag><Key>k</Key><Value>v</Value></Tag></Tags></CreateBucketConfiguration>`,
		"delete":     `<Delete><Quiet>true</Quiet><Object><Key>k</Key><VersionId>v</VersionId></Object></Delete>`,
		"complete":   `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"e"</ETag><ChecksumCRC32>c</ChecksumCRC32></Part></CompleteMultipartUpload>`,
		"block":      `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>`,
		"ownership":  `<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>`,
		"encryption": `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
		"retention":  `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>`,
		"hold":       `<LegalHold><Status>ON</Status></LegalHold>`,
	} {
		if _, err := read(op, body); err != nil {
			f.Fatalf("%s: %v", op, err) // or nothing behind it would be tried
		}
		f.Add(op, body)
	}
	f.Fuzz(func(t *testing.T, op, body string) {
		v, err := read(op, body)
		if err == nil && v != nil && op != "block" && op != "encryption" {
			checkKept(t, op, v)
			return
		}
		if c := codeOf(err); c == string(InternalError) {
			t.Errorf("%v", err)
		}
	})
}

func TestParseTagging(t *testing.T) {
	for header, want := range map[string]struct {
		tags []Tag
		code string
	}{
		"":                     {nil, ""},
		"a=b":                  {[]Tag{{"a", "b"}}, ""},
		"a=b&c":                {[]Tag{{"a", "b"}, {"c", ""}}, ""},
		"a%20x=b%2Bc&d=e+f":    {[]Tag{{"a x", "b+c"}, {"d", "e f"}}, ""},
		"a=b=c":                {[]Tag{{"a", "b=c"}}, ""},
		"a=1&a=2":              {nil, "InvalidArgument"},
		"a=%zz":                {nil, "InvalidArgument"},
		"=b":                   {nil, "InvalidTag"},
		"a=%ff":                {nil, "InvalidTag"},
		"aws:a=b":              {nil, "InvalidTag"},
		many(11, "#=v&") + "z": {nil, "BadRequest"},
	} {
		tags, err := ParseTagging(header)
		if codeOf(err) != want.code || err == nil && !cmp.Equal(tags, want.tags) {
			t.Errorf("%q: %v, %v; want %v", header, tags, err, want)
		}
	}
}

func FuzzParseTagging(f *testing.F) {
	f.Add("a=b&c=d%20e")
	f.Fuzz(func(t *testing.T, header string) {
		tags, err := ParseTagging(header)
		if err == nil && CheckObjectTags(tags) != nil {
			t.Errorf("%q gave %v", header, tags)
		}
	})
}

func TestEvents(t *testing.T) {
	for asked, want := range map[string][2]bool{ // of a put, of a delete
		"s3:ObjectCreated:*":      {true, false},
		"s3:ObjectCreated:Put":    {true, false},
		"s3:ObjectCreated:Copy":   {false, false},
		"s3:ObjectRemoved:*":      {false, true},
		"s3:ObjectRemoved:Delete": {false, true},
		"s3:Object:*":             {false, false},
		"s3:*":                    {false, false},
		"ObjectCreated:Put":       {false, false},
	} {
		target := Target{Events: []string{asked}, Prefix: "p/", Suffix: ".x"}
		if got := [2]bool{target.Wants(EventPut, "p/k.x"), target.Wants(EventDelete, "p/k.x")}; got != want {
			t.Errorf("%s: %v, want %v", asked, got, want)
		}
		if target.Wants(EventPut, "k.x") || target.Wants(EventPut, "p/k") {
			t.Errorf("%s: wants other keys", asked)
		}
	}
}
