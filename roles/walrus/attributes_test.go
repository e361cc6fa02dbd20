package walrus_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestAttributes(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "attr")
	ask := func(names string, more ...string) map[string]string {
		h := map[string]string{"X-Amz-Object-Attributes": names}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	doc := func(inner string) string {
		return "<GetObjectAttributesResponse>" + inner + "</GetObjectAttributesResponse>"
	}
	s.play(t, names{}, []step{
		{do: "PUT /attr/k", header: map[string]string{"X-Amz-Storage-Class": "STANDARD_IA"}, want: "200"},
		{do: "GET /attr/k?attributes", header: ask("ETag,Checksum, ObjectParts ,StorageClass,ObjectSize"), want: "200 " +
			doc("<ETag>"+nothing+"</ETag><Checksum><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></Checksum><StorageClass>STANDARD_IA</StorageClass><ObjectSize>0</ObjectSize>")},
		{do: "GET /attr/k?attributes", header: ask("ObjectSize"), want: "200 " + doc("<ObjectSize>0</ObjectSize>")},
		{do: "GET /attr/k?attributes", want: refusal("400", "InvalidRequest", "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty", "", "/attr/k")},
		{do: "GET /attr/k?attributes", header: ask("Colour"), want: refusal("400", "InvalidArgument", "Invalid attribute name specified.", "<ArgumentName>x-amz-object-attributes</ArgumentName><ArgumentValue>Colour</ArgumentValue>", "/attr/k")},
		{do: "GET /attr/k?attributes", header: ask("ETag", "X-Amz-Max-Parts", "many"), want: refusal("400", "InvalidArgument", "Provided x-amz-max-parts not an integer or within integer range", "<ArgumentName>x-amz-max-parts</ArgumentName><ArgumentValue>many</ArgumentValue>", "/attr/k")},
		{do: "GET /attr/none?attributes", header: ask("ETag"), want: refusal("404", "NoSuchKey", "The specified key does not exist.", "", "/attr/none")},
		{do: "POST /attr/k?restore", body: "<RestoreRequest><Days>1</Days></RestoreRequest>", want: refusal("403", "InvalidObjectState", "Restore is not allowed for the object&#39;s current storage class", "<StorageClass>STANDARD_IA</StorageClass>", "/attr/k")},
	})
	s.setVersioning(t, "attr", "Enabled")
	s.play(t, names{}, []step{
		{do: "PUT /attr/k", want: "200 version-id=v1"},
		{do: "GET /attr/k?attributes", header: ask("StorageClass"), want: "200 version-id=v1 " + doc("<StorageClass>STANDARD</StorageClass>")},
		{do: "GET /attr/k?attributes&versionId=null", header: ask("StorageClass"), want: "200 version-id=null " + doc("<StorageClass>STANDARD_IA</StorageClass>")},
	})
}

// TestPartAttributes lists the parts of an object, a page at a time, and reads
// each with its own checksum.
func TestPartAttributes(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "attr")
	ctx, c := t.Context(), s.sdk(blue)
	data := [][]byte{random(1, partSize), random(2, partSize+1), random(3, 99)}
	for _, kind := range []types.ChecksumType{"COMPOSITE", "FULL_OBJECT"} {
		u := s.mustUpload(t, "attr", string(kind), func(in *s3.CreateMultipartUploadInput) { in.ChecksumAlgorithm, in.ChecksumType = "CRC32C", kind })
		for i, d := range data {
			out, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: u.bucket, Key: u.key, UploadId: u.id, PartNumber: aws.Int32(int32(i + 1)), ChecksumAlgorithm: "CRC32C", Body: bytes.NewReader(d)})
			if err != nil {
				t.Fatal(err)
			}
			u.parts = append(u.parts, types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: out.ETag, ChecksumCRC32C: out.ChecksumCRC32C})
		}
		if _, err := u.complete(t, u.parts); err != nil {
			t.Fatal(err)
		}
		var got []types.ObjectPart
		in := &s3.GetObjectAttributesInput{Bucket: u.bucket, Key: u.key, MaxParts: aws.Int32(2), ObjectAttributes: []types.ObjectAttributes{"ObjectParts"}}
		for pages := 1; ; pages++ {
			out, err := c.GetObjectAttributes(ctx, in)
			if err != nil || aws.ToInt32(out.ObjectParts.TotalPartsCount) != 3 {
				t.Fatalf("%+v, %v", out, err)
			}
			got = append(got, out.ObjectParts.Parts...)
			if in.PartNumberMarker = out.ObjectParts.NextPartNumberMarker; !aws.ToBool(out.ObjectParts.IsTruncated) {
				break
			}
			if pages == 3 {
				t.Fatal("the pages do not end")
			}
		}
		for i, p := range got {
			if aws.ToInt64(p.Size) != int64(len(data[i])) || aws.ToString(p.ChecksumCRC32C) != aws.ToString(u.parts[i].ChecksumCRC32C) {
				t.Errorf("%s, part %d: %+v", kind, i+1, p)
			}
			out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: u.bucket, Key: u.key, PartNumber: p.PartNumber, ChecksumMode: "ENABLED"})
			if err != nil {
				t.Fatal(err)
			}
			var body bytes.Buffer
			_, err = body.ReadFrom(out.Body)
			_ = out.Body.Close()
			if err != nil || !bytes.Equal(body.Bytes(), data[i]) || aws.ToString(out.ChecksumCRC32C) != aws.ToString(p.ChecksumCRC32C) || out.ChecksumType != kind || aws.ToInt32(out.PartsCount) != 3 {
				t.Errorf("%s, part %d: %d bytes, sum %s, %v", kind, i+1, body.Len(), aws.ToString(out.ChecksumCRC32C), err)
			}
		}
		if len(got) != 3 {
			t.Errorf("%d parts", len(got))
		}
	}
	s.play(t, names{}, []step{
		{do: "HEAD /attr/COMPOSITE?partNumber=3", want: "206 content-range=bytes 10485761-10485859/10485860 mp-parts-count=3"},
		{do: "GET /attr/COMPOSITE?partNumber=4", want: refusal("416", "InvalidPartNumber", "The requested partnumber is not satisfiable", "<ActualPartCount>3</ActualPartCount><PartNumberRequested>4</PartNumberRequested>", "/attr/COMPOSITE")},
		{do: "PUT /attr/plain", want: "200"},
		{do: "GET /attr/plain?partNumber=1", want: "200"},
		{do: "GET /attr/plain?partNumber=2", want: refusal("416", "InvalidPartNumber", "The requested partnumber is not satisfiable", "<ActualPartCount>1</ActualPartCount><PartNumberRequested>2</PartNumberRequested>", "/attr/plain")},
	})
	// Bytes that are shared keep their sums until nobody needs them any more.
	for _, key := range []string{"COMPOSITE", "FULL_OBJECT"} {
		if _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("attr"), Key: &key}); err != nil {
			t.Fatal(err)
		}
	}
	wait(t, "all files to go", func() bool { return len(dataFiles(t, s.dir)) == 0 })
}

func TestDetailsOfObjects(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "more")
	class := func(c string) map[string]string { return headers("X-Amz-Storage-Class", c) }
	redirect := func(to string) map[string]string { return headers("X-Amz-Website-Redirect-Location", to) }
	steps := []step{
		{do: "PUT /more/k", header: class("STANDARD"), want: "200"},
		{do: "HEAD /more/k", want: "200"},
		{do: "PUT /more/k", header: class("ONEZONE_IA"), want: "200"},
		{do: "HEAD /more/k", want: "200 storage-class=ONEZONE_IA"},
		{do: "PUT /more/k", header: redirect("/elsewhere"), want: "200"},
		{do: "HEAD /more/k", want: "200 website-redirect-location=/elsewhere"},
		{do: "PUT /more/k", header: redirect("elsewhere"), want: refusal("400", "InvalidRedirectLocation", "The website redirect location must have a prefix of &#39;http://&#39; or &#39;https://&#39; or &#39;/&#39;.", "", "/more/k")},
		{do: "PUT /more/k", header: redirect("/" + strings.Repeat("x", 2048)), want: refusal("400", "InvalidRedirectLocation", "The length of website redirect location cannot exceed 2,048 characters.", "", "/more/k")},
		{do: "PUT /more/m", header: headers("X-Amz-Meta-A", "one", "Content-Encoding", "gzip,aws-chunked", "Content-Language", "de"), want: "200"},
		{do: "HEAD /more/m", want: "200 content-encoding=gzip content-language=de meta-a=one"},
		{do: "PUT /more/m", header: headers("X-Amz-Meta-Name", "ÄÖ"), want: "200"},
		{do: "HEAD /more/m", want: "200 meta-name==?UTF-8?B?w4PChMODwpY=?="},
		{do: "PUT /more/m", header: headers("X-Amz-Meta-A", strings.Repeat("x", 2047)), want: "200"},
		{do: "PUT /more/m", header: headers("X-Amz-Meta-A", strings.Repeat("x", 2048)), want: refusal("400", "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", "<Size>2049</Size><MaxSizeAllowed>2048</MaxSizeAllowed>", "/more/m")},
		{do: "PUT /more/k?partNumber=1&uploadId=x", header: class("ONEZONE_IA"), want: refusal("501", "NotImplemented", "A header or parameter you provided implies functionality that is not implemented.", "<Header>x-amz-storage-class</Header>", "/more/k")},
	}
	for _, c := range []string{"GLACIER", "DEEP_ARCHIVE", "GLACIER_IR", "OUTPOSTS", "SNOW", "EXPRESS_ONEZONE", "INTELLIGENT_TIERING", "standard", "COLD"} {
		steps = append(steps, step{do: "PUT /more/k", header: class(c), want: refusal("400", "InvalidStorageClass", "The storage class you specified is not valid", "<StorageClassRequested>"+c+"</StorageClassRequested>", "/more/k")})
	}
	s.play(t, names{}, steps)
	s.wantError(t, "overrides", request{method: "GET", path: "/more/k?response-content-type=text/x", unsigned: true}, 403, "AccessDenied")
}
