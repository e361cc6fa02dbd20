package s3

import (
	"net/http"
	"strings"
)

// classes are the storage classes an object may ask for. They differ in price
// alone where S3 is, and in nothing here. Those that an object must be fetched
// back from, that move it by themselves or that are places of their own are
// not offered: GLACIER, DEEP_ARCHIVE, INTELLIGENT_TIERING, OUTPOSTS and so on.
var classes = map[string]bool{"STANDARD": true, "REDUCED_REDUNDANCY": true, "STANDARD_IA": true, "ONEZONE_IA": true}

// Standard is the storage class of objects that ask for none.
const Standard = "STANDARD"

// ReadStorageClass reads x-amz-storage-class; "" is STANDARD.
func ReadStorageClass(h http.Header) (string, error) {
	class := h.Get("X-Amz-Storage-Class")
	switch {
	case class == "" || class == Standard:
		return "", nil
	case !classes[class]:
		return "", With(Errorf(InvalidStorageClass, ""), "StorageClassRequested", class)
	}
	return class, nil
}

// maxRedirect is the length of a redirect location in bytes.
const maxRedirect = 2048

// ReadRedirect reads x-amz-website-redirect-location; "" is none.
func ReadRedirect(h http.Header) (string, error) {
	to := h.Get("X-Amz-Website-Redirect-Location")
	switch {
	case to == "":
	case len(to) > maxRedirect:
		return "", Errorf(InvalidRedirectLocation, "The length of website redirect location cannot exceed 2,048 characters.")
	case !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "http://") && !strings.HasPrefix(to, "https://"):
		return "", Errorf(InvalidRedirectLocation, "")
	}
	return to, nil
}

// ReadDirective reads x-amz-metadata-directive or x-amz-tagging-directive: it
// reports whether a copy takes what the request says and not what the source
// has.
func ReadDirective(h http.Header, of string) (bool, error) {
	name := "x-amz-" + of + "-directive"
	switch d := h.Get(name); strings.ToUpper(d) {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	default:
		return false, InvalidArgumentf(name, d, "Unknown %s directive.", of)
	}
}
