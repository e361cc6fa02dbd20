package s3_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// post uploads "hello" as a browser does, by a form that minio-go signs. spoil
// may change the form's fields.
func post(spoil func(form map[string]string)) func(*scene, *minio.Core) error {
	return func(s *scene, c *minio.Core) error {
		policy := minio.NewPostPolicy()
		for _, err := range []error{policy.SetBucket(s.bucket()), policy.SetKeyStartsWith("up/"), policy.SetExpires(time.Now().Add(time.Minute)),
			policy.SetContentLengthRange(1, 100), policy.SetContentType("text/x"), policy.SetSuccessStatusAction("201")} {
			if err != nil {
				return err
			}
		}
		to, form, err := c.PresignedPostPolicy(s.tb.Context(), policy)
		if err != nil {
			return err
		}
		form["key"] = "up/${filename}"
		spoil(form)
		body, kind, err := formOf(form)
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(s.tb.Context(), http.MethodPost, to.String(), body)
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", kind)
		resp, err := plain.Do(r)
		if err != nil {
			return err
		}
		if s.seen.last, err = readReply(resp); err != nil {
			return err
		}
		return minioError(s.seen.last)
	}
}

// formOf writes a form with the file "hello" last.
func formOf(fields map[string]string) (io.Reader, string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			return nil, "", err
		}
	}
	f, err := w.CreateFormFile("file", "name.txt")
	if err == nil {
		_, err = io.WriteString(f, "hello")
	}
	if err == nil {
		err = w.Close()
	}
	return &b, w.FormDataContentType(), err
}

// minioError is how minio-go would read a reply.
func minioError(r reply) error {
	if r.status < 300 {
		return nil
	}
	return minio.ErrorResponse{Code: r.code(), StatusCode: r.status}
}

const publicPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"]}]}`

// site is a bucket with a website.
var site = []ask{open, {do: "PUT /{bucket}?policy", body: publicPolicy}, {do: "PUT /{bucket}?website", body: websiteDoc, md5: true},
	{do: "PUT /{bucket}/index.html", body: "<p>start", header: head{"Content-Type": "text/html"}}, {do: "PUT /{bucket}/sub/index.html", body: "<p>sub"},
	{do: "PUT /{bucket}/error.html", body: "<p>sorry"}}

// resource is the bucket in the words of S3 Control.
const resource = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3A{bucket}"

var controlHead = head{"X-Amz-Account-Id": "{account}"}

var doorRows = []row{
	{op: "PostObject", name: "by a signed form", minio: post(func(map[string]string) {}),
		want:  want{status: 201, holds: []string{"<PostResponse>", "<Bucket>{bucket}</Bucket>", "<Key>up/name.txt</Key>", "5d41402abc4b2a76b9719d911017c592"}, header: head{"Location": "*"}},
		after: look(ask{do: "GET /{bucket}/up/name.txt"}, want{body: "hello", header: head{"Content-Type": "text/x"}})},
	{op: "PostObject", name: "under another key than allowed", minio: post(func(f map[string]string) { f["key"] = "down/name" }), want: want{status: 403, code: "AccessDenied"}},
	{op: "PostObject", name: "of another type than allowed", minio: post(func(f map[string]string) { f["Content-Type"] = "text/y" }), want: want{status: 403, code: "AccessDenied"}},
	{op: "PostObject", name: "with a field too many", minio: post(func(f map[string]string) { f["x-amz-meta-a"] = "b" }), want: want{status: 403, code: "AccessDenied"}},
	{op: "PostObject", name: "with another signature", minio: post(func(f map[string]string) { f["x-amz-signature"] = strings.Repeat("0", 64) }), want: want{status: 403, code: "SignatureDoesNotMatch"}},
	{op: "PostObject", name: "unsigned", minio: post(func(f map[string]string) { clear(f); f["key"] = "up/name" }), want: want{status: 403, code: "AccessDenied"}},

	{op: "GetObject", name: "by a signed URL", arrange: []ask{put}, raw: ask{do: "GET /{bucket}/k", url: true}, want: want{body: "hello"}},
	{op: "GetObject", name: "by a signed URL with other headers", arrange: []ask{put}, raw: ask{do: "GET /{bucket}/k?response-content-type=a%2Fb", url: true},
		want: want{body: "hello", header: head{"Content-Type": "a/b"}}},
	{op: "GetObject", name: "nobody asks for other headers", arrange: []ask{open, {do: "PUT /{bucket}?policy", body: publicPolicy}, put},
		raw: ask{do: "GET /{bucket}/k?response-content-type=a%2Fb", as: "nobody"}, want: want{status: 400, code: "InvalidRequest"}},
	{op: "PutObject", name: "by a signed URL", raw: ask{do: "PUT /{bucket}/k", body: "hello", url: true}, want: want{}, after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello"})},
	{op: "PutObject", name: "asked whether it may go on", raw: ask{do: "PUT /{bucket}/k", body: "hello", header: head{"Expect": "100-continue"}}, want: want{header: head{"Etag": helloMD5}}},
	{op: "PutObject", name: "asked whether it may go on, and may not", raw: ask{do: "PUT /{bucket}/k", body: "hello", as: "stranger", header: head{"Expect": "100-continue"}},
		want: want{status: 403, code: "AccessDenied"}},

	{op: "website", name: "its index", arrange: site, raw: ask{do: "GET /", host: "{bucket}.s3-website.{domain}", as: "nobody"}, want: want{body: "<p>start", header: head{"Content-Type": "text/html"}}},
	{op: "website", name: "a folder's index", arrange: site, raw: ask{do: "GET /sub/", host: "{bucket}.s3-website.{domain}", as: "nobody"}, want: want{body: "<p>sub"}},
	{op: "website", name: "a folder without its slash", arrange: site, raw: ask{do: "GET /sub", host: "{bucket}.s3-website.{domain}", as: "nobody"},
		want: want{status: 302, header: head{"Location": "/sub/"}}},
	{op: "website", name: "what is not there", arrange: site, raw: ask{do: "GET /none", host: "{bucket}.s3-website.{domain}", as: "nobody"}, want: want{status: 404, body: "<p>sorry"}},
	{op: "website", name: "of a bucket without", raw: ask{do: "GET /", host: "{bucket}.s3-website.{domain}", as: "nobody"}, want: want{status: 404, holds: []string{"NoSuchWebsiteConfiguration"}}},

	{op: "TagResource", name: "adds to the bucket's tags", arrange: []ask{{do: "PUT /{bucket}?tagging", body: tagDoc, md5: true}},
		raw: ask{do: "POST " + resource, header: controlHead,
			body: `<TagResourceRequest xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"><Tags><Tag><Key>c</Key><Value>d</Value></Tag></Tags></TagResourceRequest>`},
		want: want{status: 204}, after: look(ask{do: "GET /{bucket}?tagging"}, want{holds: []string{"<Key>a</Key>", "<Key>c</Key><Value>d</Value>"}})},
	{op: "ListTagsForResource", name: "the bucket's tags", arrange: []ask{{do: "PUT /{bucket}?tagging", body: tagDoc, md5: true}},
		raw: ask{do: "GET " + resource, header: controlHead}, want: want{holds: []string{"<ListTagsForResourceResult", "<Key>a</Key><Value>b</Value>"}}},
	{op: "ListTagsForResource", name: "none", raw: ask{do: "GET " + resource, header: controlHead}, want: want{holds: []string{"<ListTagsForResourceResult"}, lacks: []string{"<Key>"}}},
	{op: "ListTagsForResource", name: "with the account in the host", raw: ask{do: "GET " + resource, header: controlHead, host: "{account}.{domain}"}, want: want{holds: []string{"<ListTagsForResourceResult"}}},
	{op: "UntagResource", name: "takes some away", arrange: []ask{{do: "PUT /{bucket}?tagging", body: tagDoc, md5: true}},
		raw: ask{do: "DELETE " + resource + "?tagKeys=a", header: controlHead}, want: want{status: 204}, after: look(ask{do: "GET /{bucket}?tagging"}, want{status: 404, code: "NoSuchTagSet"})},
}
