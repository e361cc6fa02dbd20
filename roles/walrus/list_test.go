package walrus_test

import (
	"encoding/base64"
	"fmt"
	"testing"
)

// TestListDocuments compares whole answers of ListObjects, both versions.
func TestListDocuments(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "docs")
	n := names{}
	s.play(t, n, []step{
		{do: "PUT /docs/a", want: "200"},
		{do: "PUT /docs/b/1", want: "200"},
		{do: "PUT /docs/b/2", want: "200"},
		{do: "PUT /docs/c%20%2B%0A%C3%BC", header: headers("X-Amz-Storage-Class", "STANDARD_IA"), want: "200"},
	})
	entry := func(key, class, owner string) string {
		return "<Contents><Key>" + key + "</Key><LastModified>TIME</LastModified><ETag>&#34;" + nothing + "&#34;</ETag>" + sumsOf0 + "<Size>0</Size>" + owner + "<StorageClass>" + class + "</StorageClass></Contents>"
	}
	mine := "<Owner>blue</Owner>"
	old := func(key string) string { return entry(key, "STANDARD", mine) }
	list := func(inner string) string {
		return "200 <ListBucketResult><Name>docs</Name>" + inner + "</ListBucketResult>"
	}
	group := "<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"
	token := func(key string) string { return base64.RawURLEncoding.EncodeToString([]byte("1" + key)) }
	argument := func(name, value, message string) string {
		return refusal("400", "InvalidArgument", message, "<ArgumentName>"+name+"</ArgumentName><ArgumentValue>"+value+"</ArgumentValue>", "/docs")
	}
	s.play(t, n, []step{
		{do: "GET /docs?max-keys=2", want: list("<Prefix></Prefix><Marker></Marker><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>" + old("a") + old("b/1"))},
		{do: "GET /docs?max-keys=2&delimiter=/", want: list("<Prefix></Prefix><Marker></Marker><NextMarker>b/</NextMarker><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter><IsTruncated>true</IsTruncated>" + old("a") + group)},
		{do: "GET /docs?delimiter=/&marker=b/&encoding-type=url", want: list("<Prefix></Prefix><Marker>b/</Marker><MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>" +
			entry("c%20%2B%0A%C3%BC", "STANDARD_IA", mine))},
		{do: "GET /docs?max-keys=0", want: list("<Prefix></Prefix><Marker></Marker><MaxKeys>0</MaxKeys><IsTruncated>false</IsTruncated>")},
		{do: "GET /docs?list-type=2&max-keys=1", want: list("<Prefix></Prefix><NextContinuationToken>" + token("a") + "</NextContinuationToken><KeyCount>1</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated>" + entry("a", "STANDARD", ""))},
		{do: "GET /docs?list-type=2&max-keys=1&delimiter=/&start-after=x&continuation-token=" + token("a"), want: list("<Prefix></Prefix><StartAfter>x</StartAfter><ContinuationToken>" + token("a") + "</ContinuationToken><NextContinuationToken>" + token("b/") +
			"</NextContinuationToken><KeyCount>1</KeyCount><MaxKeys>1</MaxKeys><Delimiter>/</Delimiter><IsTruncated>true</IsTruncated>" + group)},
		{do: "GET /docs?list-type=2&prefix=b/2&fetch-owner=true", want: list("<Prefix>b/2</Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>" + old("b/2"))},
		{do: "GET /docs?list-type=2&start-after=b/2&prefix=b", want: list("<Prefix>b</Prefix><StartAfter>b/2</StartAfter><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>")},
		{do: "GET /docs?list-type=2&max-keys=5000", header: headers("X-Amz-Optional-Object-Attributes", "RestoreStatus"), want: list("<Prefix></Prefix><KeyCount>4</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>" +
			entry("a", "STANDARD", "") + entry("b/1", "STANDARD", "") + entry("b/2", "STANDARD", "") + entry("c +&#xA;ü", "STANDARD_IA", ""))},
		{do: "GET /docs?list-type=1", want: argument("list-type", "1", "Invalid List Type specified in Request")},
		{do: "GET /docs?list-type=2&continuation-token=", want: argument("continuation-token", "", "The continuation token provided is incorrect")},
		{do: "GET /docs?list-type=2&continuation-token=b/", want: argument("continuation-token", "b/", "The continuation token provided is incorrect")},
		{do: "GET /docs?max-keys=-1", want: argument("maxKeys", "-1", fmt.Sprintf("Argument maxKeys must be an integer between 0 and %d", 1<<31-1))},
		{do: "GET /docs?max-keys=many", want: argument("max-keys", "many", "Provided max-keys not an integer or within integer range")},
		{do: "GET /docs?encoding-type=xml", want: argument("encoding-type", "xml", "Invalid Encoding Method specified in Request")},
	})
}
