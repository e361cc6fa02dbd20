package s3

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

var lockTime = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func headerOf(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// outcome is a value, or the code of a failure and its details.
func outcome(value string, err error) string {
	if err == nil {
		return value
	}
	code, _, _ := Describe(err)
	for _, d := range detailsOf(err) {
		code += " " + d.Name + "=" + d.Value
	}
	return code
}

func TestReadObjectHeaders(t *testing.T) {
	const mode, until, hold = "X-Amz-Object-Lock-Mode", "X-Amz-Object-Lock-Retain-Until-Date", "X-Amz-Object-Lock-Legal-Hold"
	lock := func(h http.Header) string {
		l, err := ReadLock(h, lockTime)
		s := l.Mode + "/" + l.Hold
		if l.Mode != "" {
			s += "/" + FormatUntil(l.Until)
		}
		return outcome(s, err)
	}
	class := func(h http.Header) string { return outcome(ReadStorageClass(h)) }
	redirect := func(h http.Header) string { return outcome(ReadRedirect(h)) }
	metadata := func(h http.Header) string {
		m, err := ReadMetadata(h)
		out := http.Header{}
		m.Write(out)
		a := ""
		for name, values := range out {
			if name == "x-amz-meta-a" {
				a = values[0]
			}
		}
		return outcome(a+"|"+out.Get("Content-Encoding")+"|"+out.Get("Content-Type"), err)
	}
	for name, tc := range map[string]struct {
		read   func(http.Header) string
		header http.Header
		want   string
	}{
		"no lock":          {lock, headerOf(), "/"},
		"hold":             {lock, headerOf(hold, "ON"), "/ON"},
		"lower hold":       {lock, headerOf(hold, "on"), "InvalidArgument ArgumentName=x-amz-object-lock-legal-hold ArgumentValue=on"},
		"governance":       {lock, headerOf(mode, "GOVERNANCE", until, "2030-01-01T00:00:01Z"), "GOVERNANCE//2030-01-01T00:00:01.000Z"},
		"another zone":     {lock, headerOf(mode, "COMPLIANCE", until, "2030-01-01T02:00:01+01:00", hold, "OFF"), "COMPLIANCE/OFF/2030-01-01T01:00:01.000Z"},
		"now":              {lock, headerOf(mode, "GOVERNANCE", until, "2030-01-01T00:00:00Z"), "InvalidArgument ArgumentName=x-amz-object-lock-retain-until-date ArgumentValue=2030-01-01T00:00:00Z"},
		"no date":          {lock, headerOf(mode, "GOVERNANCE", until, "soon"), "InvalidArgument ArgumentName=x-amz-object-lock-retain-until-date ArgumentValue=soon"},
		"date alone":       {lock, headerOf(until, "2030-01-01T00:00:01Z"), "InvalidArgument ArgumentName=x-amz-object-lock-mode ArgumentValue="},
		"mode alone":       {lock, headerOf(mode, "GOVERNANCE"), "InvalidArgument ArgumentName=x-amz-object-lock-mode ArgumentValue=GOVERNANCE"},
		"no mode":          {lock, headerOf(mode, "governance", until, "2030-01-01T00:00:01Z"), "InvalidArgument ArgumentName=x-amz-object-lock-mode ArgumentValue=governance"},
		"no class":         {class, headerOf(), ""},
		"STANDARD":         {class, headerOf("X-Amz-Storage-Class", "STANDARD"), ""},
		"STANDARD_IA":      {class, headerOf("X-Amz-Storage-Class", "STANDARD_IA"), "STANDARD_IA"},
		"GLACIER":          {class, headerOf("X-Amz-Storage-Class", "GLACIER"), "InvalidStorageClass StorageClassRequested=GLACIER"},
		"no redirect":      {redirect, headerOf(), ""},
		"redirect":         {redirect, headerOf("X-Amz-Website-Redirect-Location", "https://h/p"), "https://h/p"},
		"other scheme":     {redirect, headerOf("X-Amz-Website-Redirect-Location", "ftp://h/p"), "InvalidRedirectLocation"},
		"longest redirect": {redirect, headerOf("X-Amz-Website-Redirect-Location", "/"+strings.Repeat("x", 2047)), "/" + strings.Repeat("x", 2047)},
		"longer redirect":  {redirect, headerOf("X-Amz-Website-Redirect-Location", "/"+strings.Repeat("x", 2048)), "InvalidRedirectLocation"},
		"metadata":         {metadata, headerOf("X-Amz-Meta-A", "1", "Content-Type", "t/x"), "1||t/x"},
		"chunked":          {metadata, headerOf("Content-Encoding", "aws-chunked, gzip"), "|gzip|binary/octet-stream"},
		"not ASCII":        {metadata, headerOf("X-Amz-Meta-A", "é"), "=?UTF-8?B?w4PCqQ==?=||binary/octet-stream"},
		"encoded word":     {metadata, headerOf("X-Amz-Meta-A", "=?UTF-8?Q?=C3=A9?="), "=?UTF-8?Q?=C3=A9?=||binary/octet-stream"},
		"too much":         {metadata, headerOf("X-Amz-Meta-A", strings.Repeat("é", 1024)), "MetadataTooLarge Size=2049 MaxSizeAllowed=2048"},
	} {
		if got := tc.read(tc.header); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestReadRetention(t *testing.T) {
	for body, want := range map[string]string{
		"<Retention/>": "",
		"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:01Z</RetainUntilDate></Retention>":                        "GOVERNANCE",
		"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2029-01-01T00:00:01Z</RetainUntilDate></Retention>":                        "InvalidArgument ArgumentName=x-amz-object-lock-retain-until-date ArgumentValue=2029-01-01T00:00:01Z",
		"<Retention><Mode>GOVERNANCE</Mode></Retention>":                                                                               "MalformedXML",
		"<Retention><RetainUntilDate>2030-01-01T00:00:01Z</RetainUntilDate></Retention>":                                               "MalformedXML",
		"<Retention><Mode>X</Mode><RetainUntilDate>2030-01-01T00:00:01Z</RetainUntilDate></Retention>":                                 "MalformedXML",
		"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>soon</RetainUntilDate></Retention>":                                        "MalformedXML",
		"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:01Z</RetainUntilDate><Days>1</Days></Retention>":          "MalformedXML",
		"<Retention><Mode>GOVERNANCE</Mode><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:01Z</RetainUntilDate></Retention>": "MalformedXML",
		"": "MissingRequestBodyError",
	} {
		mode, _, err := ReadRetention(Document{Body: strings.NewReader(body), Header: http.Header{}}, lockTime)
		if got := outcome(mode, err); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

func TestReadAttributesAndMarkers(t *testing.T) {
	for value, want := range map[string]string{"ETag": "1", "ETag, ObjectSize,ETag": "2", "": "InvalidRequest", " , ": "InvalidRequest", "etag": "InvalidArgument ArgumentName=x-amz-object-attributes ArgumentValue=etag"} {
		asked, err := ReadAttributes(headerOf("X-Amz-Object-Attributes", value))
		if got := outcome(string(rune('0'+len(asked))), err); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
	for query, want := range map[string]string{
		"": "/", "key-marker=k": "k/", "key-marker=k&version-id-marker=v": "k/v",
		"version-id-marker=v":             "InvalidArgument ArgumentName=version-id-marker ArgumentValue=v",
		"key-marker=&version-id-marker=":  "InvalidArgument ArgumentName=version-id-marker ArgumentValue=",
		"key-marker=k&version-id-marker=": "InvalidArgument ArgumentName=version-id-marker ArgumentValue=",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		key, version, _, err := ReadVersionMarkers(q)
		if got := outcome(key+"/"+version, err); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
}

// TestFailureDetails: an error document has its details behind the message, and
// an error that is none of S3's stays what it is.
func TestFailureDetails(t *testing.T) {
	err := With(InvalidArgumentf("n", "<v>", "about %d", 1), "More", 2)
	var b strings.Builder
	if e := ContinueError(&b, err, Subject{RequestID: "R", HostID: "H"}); e != nil {
		t.Fatal(e)
	}
	want := "<Error><Code>InvalidArgument</Code><Message>about 1</Message><ArgumentName>n</ArgumentName><ArgumentValue>&lt;v&gt;</ArgumentValue><More>2</More><RequestId>R</RequestId><HostId>H</HostId></Error>"
	if b.String() != want {
		t.Errorf("got %s\nwant %s", b.String(), want)
	}
	if other := http.ErrBodyNotAllowed; !errors.Is(With(other, "A", 1), other) {
		t.Error("another error was changed")
	}
}
