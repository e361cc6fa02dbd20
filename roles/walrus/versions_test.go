package walrus_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// setVersioning enables or suspends the versions of a bucket.
func (s *server) setVersioning(tb testing.TB, bucket string, state types.BucketVersioningStatus) {
	tb.Helper()
	_, err := s.sdk(blue).PutBucketVersioning(tb.Context(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: state},
	})
	if err != nil {
		tb.Fatal(err)
	}
}

const (
	nothing = "d41d8cd98f00b204e9800998ecf8427e" // ETag of an empty object
	sumsOf0 = "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
)

// TestVersionsOfAKey goes through the life of a key in a bucket whose
// versioning is off, on, suspended and on again.
func TestVersionsOfAKey(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "vers")
	n := names{}
	s.play(t, n, []step{
		{do: "PUT /vers/k", want: "200"},
		{do: "GET /vers/k?versionId=null", want: "200"},
		{do: "DELETE /vers/none", want: "204"},
	})
	s.setVersioning(t, "vers", "Enabled")
	s.play(t, n, []step{
		{do: "HEAD /vers/k", want: "200 version-id=null"},
		{do: "PUT /vers/k", want: "200 version-id=v1"},
		{do: "DELETE /vers/k", want: "204 delete-marker=true version-id=v2"},
		{do: "GET /vers/k", want: "404 delete-marker=true version-id=v2 <Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Resource>/vers/k</Resource><BucketName>vers</BucketName><Key>k</Key>…</Error>"},
		{do: "HEAD /vers/k", want: "404 delete-marker=true version-id=v2"},
		{do: "GET /vers/k?versionId={v2}", want: "405 allow=DELETE delete-marker=true version-id=v2 <Error><Code>MethodNotAllowed</Code><Message>The specified method is not allowed against this resource.</Message><Method>GET</Method><ResourceType>DeleteMarker</ResourceType><Resource>/vers/k</Resource><BucketName>vers</BucketName><Key>k</Key>…</Error>"},
		{do: "HEAD /vers/k?versionId={v2}", want: "405 allow=DELETE delete-marker=true version-id=v2"},
		{do: "GET /vers/k?versionId={v1}", want: "200 version-id=v1"},
		{do: "GET /vers/k?versionId={v1}", header: map[string]string{"If-None-Match": nothing}, want: "304 version-id=v1"},
		{do: "GET /vers/k?versionId=null", want: "200 version-id=null"},
		{do: "DELETE /vers/k?versionId={v2}", want: "204 delete-marker=true version-id=v2"},
		{do: "DELETE /vers/k?versionId={v2}", want: "204 version-id=v2"},
		{do: "HEAD /vers/k", want: "200 version-id=v1"},
	})
	s.setVersioning(t, "vers", "Suspended")
	s.play(t, n, []step{
		{do: "PUT /vers/k", want: "200 version-id=null"},
		{do: "DELETE /vers/k", want: "204 delete-marker=true version-id=null"},
		{do: "PUT /vers/k", want: "200 version-id=null"},
		{do: "DELETE /vers/k?versionId=null", want: "204 version-id=null"},
		{do: "HEAD /vers/k", want: "200 version-id=v1"},
		{do: "GET /vers/k?versionId=null", want: "404 <Error><Code>NoSuchVersion</Code><Message>The specified version does not exist.</Message><VersionId>null</VersionId><Resource>/vers/k</Resource><BucketName>vers</BucketName><Key>k</Key>…</Error>"},
		{do: "PUT /vers/copy", header: map[string]string{"X-Amz-Copy-Source": n.known("vers/k?versionId={v1}")}, want: "200 copy-source-version-id=v1 version-id=null <CopyObjectResult><LastModified>TIME</LastModified><ETag>&#34;" + nothing + "&#34;</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></CopyObjectResult>"},
	})
}

// TestDeleteManyVersions deletes keys, versions and delete markers in one
// request.
func TestDeleteManyVersions(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "vers")
	s.setVersioning(t, "vers", "Enabled")
	n := names{}
	s.play(t, n, []step{
		{do: "PUT /vers/a", want: "200 version-id=v1"},
		{do: "PUT /vers/b", want: "200 version-id=v2"},
		{do: "POST /vers?delete", body: "<Delete><Object><Key>a</Key></Object><Object><Key>none</Key></Object></Delete>",
			want: "200 <DeleteResult><Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>v3</DeleteMarkerVersionId></Deleted>" +
				"<Deleted><Key>none</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>v4</DeleteMarkerVersionId></Deleted></DeleteResult>"},
	})
	s.play(t, n, []step{
		{do: "POST /vers?delete", body: n.known("<Delete><Object><Key>a</Key><VersionId>{v3}</VersionId></Object><Object><Key>b</Key><VersionId>{v2}</VersionId></Object><Object><Key>b</Key><VersionId>{v1}</VersionId></Object><Object><Key>b</Key><VersionId>x</VersionId></Object></Delete>"),
			want: "200 <DeleteResult><Deleted><Key>a</Key><VersionId>v3</VersionId><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>v3</DeleteMarkerVersionId></Deleted>" +
				"<Deleted><Key>b</Key><VersionId>v2</VersionId></Deleted><Deleted><Key>b</Key><VersionId>v1</VersionId></Deleted>" +
				"<Error><Key>b</Key><VersionId>x</VersionId><Code>NoSuchVersion</Code><Message>The specified version does not exist.</Message></Error></DeleteResult>"},
		{do: "HEAD /vers/a", want: "200 version-id=v1"},
		{do: "HEAD /vers/b", want: "404"},
		{do: "POST /vers?delete", body: "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>", want: "200 <DeleteResult></DeleteResult>"},
	})
	u := s.mustUpload(t, "vers", "parts")
	u.mustPart(t, 1, random(1, 10))
	for range 2 {
		out, err := u.complete(t, u.parts)
		if want := s.version(t, "vers", "parts"); err != nil || aws.ToString(out.VersionId) != aws.ToString(want) {
			t.Errorf("version %s, want %s; %v", aws.ToString(out.VersionId), aws.ToString(want), err)
		}
	}
}

// TestListVersions lists a bucket with versions and delete markers, whole and
// in pages of every size.
func TestListVersions(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "list")
	n := names{}
	s.play(t, n, []step{{do: "PUT /list/a", want: "200"}})
	s.setVersioning(t, "list", "Enabled")
	s.play(t, n, []step{
		{do: "PUT /list/a", want: "200 version-id=v1"},
		{do: "DELETE /list/a", want: "204 delete-marker=true version-id=v2"},
		{do: "PUT /list/b/x", want: "200 version-id=v3"},
		{do: "PUT /list/b/y", want: "200 version-id=v4"},
		{do: "PUT /list/c", want: "200 version-id=v5"},
	})
	item := func(kind, key, version, latest, rest string) string {
		return fmt.Sprintf("<%s><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%s</IsLatest><LastModified>TIME</LastModified>%s<Owner>blue</Owner></%s>", kind, key, version, latest, rest, kind)
	}
	content := "<ETag>&#34;" + nothing + "&#34;</ETag>" + sumsOf0 + "<Size>0</Size><StorageClass>STANDARD</StorageClass>"
	version := func(key, id, latest string) string { return item("Version", key, id, latest, content) }
	head := func(prefix, key, marker, rest string) string {
		return "200 <ListVersionsResult><Name>list</Name><Prefix>" + prefix + "</Prefix><KeyMarker>" + key + "</KeyMarker><VersionIdMarker>" + marker + "</VersionIdMarker>" + rest
	}
	a := item("DeleteMarker", "a", "v2", "true", "") + version("a", "v1", "false")
	s.play(t, n, []step{
		{do: "GET /list?versions", want: head("", "", "", "<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>") + a + version("a", "null", "false") +
			version("b/x", "v3", "true") + version("b/y", "v4", "true") + version("c", "v5", "true") + "</ListVersionsResult>"},
		{do: "GET /list?versions&delimiter=/&max-keys=2", want: head("", "", "", "<NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter><IsTruncated>true</IsTruncated>") + a + "</ListVersionsResult>"},
		{do: "GET /list?versions&delimiter=/&max-keys=2&key-marker=a&version-id-marker={v1}&encoding-type=url", want: head("", "a", "v1", "<NextKeyMarker>b/</NextKeyMarker><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>") +
			version("a", "null", "false") + "<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes></ListVersionsResult>"},
		{do: "GET /list?versions&delimiter=/&key-marker=b/", want: head("", "b/", "", "<MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>") + version("c", "v5", "true") + "</ListVersionsResult>"},
		{do: "GET /list?versions&key-marker=a&version-id-marker=null&prefix=b/x", want: head("b/x", "a", "null", "<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>") + version("b/x", "v3", "true") + "</ListVersionsResult>"},
		{do: "GET /list?versions&max-keys=0", want: head("", "", "", "<MaxKeys>0</MaxKeys><IsTruncated>false</IsTruncated>") + "</ListVersionsResult>"},
		{do: "GET /list?versions&version-id-marker={v1}", want: "400 <Error><Code>InvalidArgument</Code><Message>A version-id marker cannot be specified without a key marker.</Message><ArgumentName>version-id-marker</ArgumentName><ArgumentValue>v1</ArgumentValue><Resource>/list</Resource><BucketName>list</BucketName>…</Error>"},
		{do: "GET /list?versions&key-marker=a&version-id-marker=", want: "400 <Error><Code>InvalidArgument</Code><Message>A version-id marker cannot be empty.</Message><ArgumentName>version-id-marker</ArgumentName><ArgumentValue></ArgumentValue><Resource>/list</Resource><BucketName>list</BucketName>…</Error>"},
		{do: "GET /list?versions&key-marker=a&version-id-marker=x", want: "400 <Error><Code>InvalidArgument</Code><Message>Invalid version id specified</Message><ArgumentName>version-id-marker</ArgumentName><ArgumentValue>x</ArgumentValue><Resource>/list</Resource><BucketName>list</BucketName>…</Error>"},
	})
}

// TestEmptyABucket deletes each page of versions before it asks for the next,
// as everybody does who empties a bucket.
func TestEmptyABucket(t *testing.T) {
	for _, size := range []int32{1, 2, 3} {
		s := mustServe(t, t.TempDir())
		s.mustBucket(t, blue, "full")
		s.mustPut(t, "full", "a", nil)
		for _, state := range []types.BucketVersioningStatus{"Enabled", "Suspended", "Enabled"} {
			s.setVersioning(t, "full", state)
			for _, key := range []string{"a", "a", "b"} {
				s.mustPut(t, "full", key, nil)
				if _, err := s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("full"), Key: &key}); err != nil {
					t.Fatal(err)
				}
			}
		}
		pages := s3.NewListObjectVersionsPaginator(s.sdk(blue), &s3.ListObjectVersionsInput{Bucket: aws.String("full"), MaxKeys: &size})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			gone := &types.Delete{}
			for _, v := range page.Versions {
				gone.Objects = append(gone.Objects, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
			}
			for _, m := range page.DeleteMarkers {
				gone.Objects = append(gone.Objects, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
			}
			out, err := s.sdk(blue).DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String("full"), Delete: gone})
			if err != nil || len(out.Errors) > 0 {
				t.Fatalf("%+v, %v", out, err)
			}
		}
		if _, err := s.sdk(blue).DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("full")}); err != nil {
			t.Errorf("pages of %d: %v", size, err)
		}
	}
}
