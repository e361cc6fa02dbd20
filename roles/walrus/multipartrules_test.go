package walrus_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// crc32c is the checksum of data as it travels.
func crc32c(data []byte) string {
	sum := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

// completion is the body of a CompleteMultipartUpload.
func completion(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("<Part>" + p + "</Part>")
	}
	return "<CompleteMultipartUpload>" + b.String() + "</CompleteMultipartUpload>"
}

// asked names a part in one.
func asked(n int, etag, more string) string {
	return fmt.Sprintf("<PartNumber>%d</PartNumber><ETag>%s</ETag>%s", n, etag, more)
}

const (
	invalidPart  = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part&#39;s entity tag."
	partOrder    = "The list of parts was not in ascending order. Parts must be ordered by part number."
	tooSmall     = "Your proposed upload is smaller than the minimum allowed size"
	noSuchUpload = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
)

// TestMultipartRules: what is refused while an object is put together, in S3's
// words.
func TestMultipartRules(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "multi")
	u := s.mustUpload(t, "multi", "k")
	other := s.mustUpload(t, "multi", "other", func(in *s3.CreateMultipartUploadInput) {
		in.ChecksumAlgorithm, in.StorageClass = "CRC32C", "STANDARD_IA"
	})
	n := names{*u.id: "U", *other.id: "O"}
	small := []byte("small")
	u.mustPart(t, 1, small)
	u.mustPart(t, 2, small)
	tag := strings.Trim(aws.ToString(u.parts[0].ETag), `"`)
	on := func(id *string, more string) string { return "/multi/k?uploadId=" + *id + more }
	whereK := "/multi/k"
	refusedPart := func(number int, tag string) string {
		return refusal("400", "InvalidPart", invalidPart, fmt.Sprintf("<UploadId>U</UploadId><PartNumber>%d</PartNumber><ETag>%s</ETag>", number, tag), whereK)
	}
	badNumber := func(v string) string {
		return refusal("400", "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive", "<ArgumentName>partNumber</ArgumentName><ArgumentValue>"+v+"</ArgumentValue>", whereK)
	}
	sum := "<ChecksumCRC32C>" + crc32c(small) + "</ChecksumCRC32C>"
	onOther := "/multi/other?uploadId=" + *other.id
	mismatch := func(want, got, where string) string {
		return refusal("400", "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: "+want+", actual checksum Type: "+got, "", where)
	}
	s.play(t, n, []step{
		{do: "POST " + on(u.id, ""), body: completion(asked(1, tag, ""), asked(1, tag, "")), want: refusal("400", "InvalidPartOrder", partOrder, "<UploadId>U</UploadId>", whereK)},
		{do: "POST " + on(u.id, ""), body: completion(asked(3, tag, "")), want: refusedPart(3, tag)},
		{do: "POST " + on(u.id, ""), body: completion(asked(1, nothing, "")), want: refusedPart(1, nothing)},
		{do: "POST " + on(u.id, ""), body: completion(asked(1, tag, "<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>")), want: refusedPart(1, tag)},
		{do: "POST " + on(u.id, ""), body: completion(asked(0, tag, "")), want: refusal("400", "InvalidArgument", "PartNumber must be &gt;= 1", "<ArgumentName>PartNumber</ArgumentName><ArgumentValue>0</ArgumentValue>", whereK)},
		{do: "POST " + on(u.id, ""), body: completion(asked(1, tag, ""), asked(2, tag, "")),
			want: refusal("400", "EntityTooSmall", tooSmall, "<ProposedSize>5</ProposedSize><MinSizeAllowed>5242880</MinSizeAllowed><PartNumber>1</PartNumber><ETag>"+tag+"</ETag>", whereK)},
		{do: "POST " + on(u.id, ""), body: "<CompleteMultipartUpload/>", want: refusal("400", "MalformedXML", malformed, "", whereK)},
		{do: "POST " + on(u.id, ""), body: "", want: refusal("400", "MalformedXML", malformed, "", whereK)},
		{do: "POST " + on(u.id, ""), header: headers("X-Amz-Mp-Object-Size", "6"), body: completion(asked(1, tag, "")), want: refusal("400", "InvalidRequest", "The provided &#39;x-amz-mp-object-size&#39; header does not match what was computed.", "", whereK)},
		{do: "POST " + on(u.id, ""), header: headers("X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA="), body: completion(asked(1, tag, "")), want: refusal("400", "BadDigest", "The CRC64NVME you specified did not match the calculated checksum.", "", whereK)},
		{do: "POST " + on(u.id, ""), header: headers("X-Amz-Checksum-Crc32c", crc32c(small)), body: completion(asked(1, tag, "")), want: mismatch("crc64nvme", "crc32c", whereK)},
		{do: "POST " + on(u.id, ""), header: headers("If-Match", nothing), body: completion(asked(1, tag, "")), want: refusal("404", "NoSuchKey", "The specified key does not exist.", "", whereK)},
		{do: "PUT " + on(u.id, "&partNumber=0"), want: badNumber("0")},
		{do: "PUT " + on(u.id, "&partNumber=10001"), want: badNumber("10001")},
		{do: "PUT " + on(u.id, "&partNumber=one"), want: badNumber("one")},
		{do: "PUT " + on(u.id, "&partNumber=1"), header: headers("X-Amz-Checksum-Crc32c", crc32c(small)), body: "other", want: refusal("400", "BadDigest", "The CRC32C you specified did not match the calculated checksum.", "", whereK)},

		{do: "PUT " + onOther + "&partNumber=1", header: headers("X-Amz-Checksum-Sha1", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="), want: mismatch("crc32c", "sha1", "/multi/other")},
		{do: "PUT " + onOther + "&partNumber=1", body: string(small), want: "200"}, // its checksum is worked out here
		{do: "PUT " + onOther + "&partNumber=2", header: headers("X-Amz-Checksum-Crc32c", crc32c(small)), body: string(small), want: "200"},
		{do: "GET " + onOther + "&max-parts=1", want: "200 <ListPartsResult><Bucket>multi</Bucket><Key>other</Key><UploadId>O</UploadId><Initiator>blue</Initiator><Owner>blue</Owner><StorageClass>STANDARD_IA</StorageClass>" +
			"<ChecksumAlgorithm>CRC32C</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType><PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>1</NextPartNumberMarker><MaxParts>1</MaxParts><IsTruncated>true</IsTruncated>" +
			"<Part><PartNumber>1</PartNumber><LastModified>TIME</LastModified><ETag>&#34;" + tag + "&#34;</ETag><Size>5</Size>" + sum + "</Part></ListPartsResult>"},
		{do: "POST " + onOther, body: completion(asked(1, tag, "")),
			want: refusal("400", "InvalidRequest", "The upload was created using a crc32c checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.", "", "/multi/other")},
		{do: "POST " + onOther, body: completion(asked(2, tag, sum)), want: refusal("400", "InvalidPartOrder", partOrder, "<UploadId>O</UploadId>", "/multi/other")},
		{do: "POST " + onOther, header: headers("X-Amz-Checksum-Type", "FULL_OBJECT"), body: completion(asked(1, tag, sum)),
			want: refusal("400", "InvalidRequest", "The upload was created using the COMPOSITE checksum mode. The complete request must use the same checksum mode.", "", "/multi/other")},

		{do: "POST " + on(u.id, ""), header: headers("If-None-Match", "*"), body: completion(asked(1, tag, "")),
			want: "200 " + completed(s, "k", multipartETag(small), "<ChecksumCRC64NVME>oSWzL9WeJr4=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>")},
		{do: "POST " + on(u.id, ""), header: headers("If-None-Match", "*"), body: completion(asked(1, tag, "")), // again: nothing new happens
			want: "200 " + completed(s, "k", multipartETag(small), "<ChecksumCRC64NVME>oSWzL9WeJr4=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>")},
		{do: "POST " + on(u.id, ""), body: completion(asked(1, tag, sum)), want: refusal("404", "NoSuchUpload", noSuchUpload, "<UploadId>U</UploadId>", whereK)},
		{do: "GET " + on(u.id, ""), want: refusal("404", "NoSuchUpload", noSuchUpload, "<UploadId>U</UploadId>", whereK)},
		{do: "DELETE " + on(u.id, ""), want: refusal("404", "NoSuchUpload", noSuchUpload, "<UploadId>U</UploadId>", whereK)},
		{do: "PUT " + on(u.id, "&partNumber=1"), want: refusal("404", "NoSuchUpload", noSuchUpload, "<UploadId>U</UploadId>", whereK)},
		{do: "POST " + onOther, body: completion(asked(1, tag, sum)), want: "200 " + completed(s, "other", multipartETag(small), "<ChecksumCRC32C>"+compositeOf(small)+"-1</ChecksumCRC32C><ChecksumType>COMPOSITE</ChecksumType>")},
		{do: "HEAD /multi/other", want: "200 storage-class=STANDARD_IA"},
	})
	s.wantObject(t, "multi", "k", small)
}

// compositeOf is the checksum of the checksum of one part.
func compositeOf(part []byte) string {
	raw, err := base64.StdEncoding.DecodeString(crc32c(part))
	if err != nil {
		panic(err)
	}
	return crc32c(raw)
}

func completed(s *server, key, etag, sums string) string {
	return "<CompleteMultipartUploadResult><Location>" + s.url + "/multi/" + key + "</Location><Bucket>multi</Bucket><Key>" + key + "</Key><ETag>" + strings.ReplaceAll(etag, `"`, "&#34;") + "</ETag>" + sums + "</CompleteMultipartUploadResult>"
}
