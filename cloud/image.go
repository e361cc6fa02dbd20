package cloud

import (
	"regexp"
	"time"
)

// Image is a registered machine image: a whole disk that boots itself. Its
// bytes are an index object and data objects in the image store; the record,
// not the digest, carries the permission.
type Image struct {
	ID           ImageID    `json:"id"`
	Account      AccountID  `json:"account"`
	Name         string     `json:"name"`
	Description  string     `json:"description,omitempty"`
	Location     string     `json:"location"` // as given at registration, "bucket/key"
	Architecture string     `json:"architecture"`
	RootDevice   string     `json:"root_device"` // "/dev/sda1"
	Public       bool       `json:"public,omitempty"`
	State        ImageState `json:"state"`
	Reason       Reason     `json:"reason,omitzero"`
	Created      time.Time  `json:"created"`
	Deregistered time.Time  `json:"deregistered,omitzero"` // kept while instances use it
	Blob         ImageBlob  `json:"blob"`
	Simulated    bool       `json:"simulated,omitempty"` // has no bytes: sim mode's sample
}

// imageName is what EC2 allows in an image's name.
var imageName = regexp.MustCompile(`^[A-Za-z0-9 ()\[\]./\-'@_]{3,128}$`)

// CheckImageName returns nil, or Invalid with what a name may be.
func CheckImageName(name string) error {
	if imageName.MatchString(name) {
		return nil
	}
	return Errorf(Invalid, ResImage, name, "an image's name is 3 to 128 letters, digits, spaces and ()[]./-'@_")
}

// ImageState is an image's state as EC2 names it.
type ImageState string

// The states of an image.
const (
	ImagePending      ImageState = "pending"
	ImageAvailable    ImageState = "available"
	ImageFailed       ImageState = "failed"
	ImageDeregistered ImageState = "deregistered"
)

// ImageBlob names an image's bytes in the image store.
type ImageBlob struct {
	Bucket string `json:"bucket,omitempty"`
	Index  string `json:"index,omitempty"`  // key of the index object
	Digest string `json:"digest,omitempty"` // hex SHA-256 of the index object
	Size   Bytes  `json:"size,omitempty"`   // of the disk
}
