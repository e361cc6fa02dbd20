package cloud

import (
	"regexp"
	"slices"
	"time"
)

// Image is a registered machine image: a whole disk that boots itself. Its
// bytes are an index object and data objects in the image store; the record,
// not the digest, carries the permission.
type Image struct {
	ID           ImageID     `json:"id"`
	Account      AccountID   `json:"account"`
	Name         string      `json:"name"`
	Description  string      `json:"description,omitempty"`
	Location     string      `json:"location"` // as given at registration, "bucket/key"
	Architecture string      `json:"architecture"`
	RootDevice   string      `json:"root_device"` // "/dev/sda1"
	Public       bool        `json:"public,omitempty"`
	State        ImageState  `json:"state"`
	Reason       Reason      `json:"reason,omitzero"`
	Created      time.Time   `json:"created"`
	Deregistered time.Time   `json:"deregistered,omitzero"` // kept while instances use it
	Blob         ImageBlob   `json:"blob"`
	Launchers    []AccountID `json:"launchers,omitempty"`  // other accounts that may launch it, sorted
	Deprecated   time.Time   `json:"deprecated,omitzero"`  // from then on it is listed for its owner only
	Disabled     bool        `json:"disabled,omitempty"`   // by its owner: nobody may launch it
	Protected    bool        `json:"protected,omitempty"`  // from deregistration
	Cooldown     bool        `json:"cooldown,omitempty"`   // the protection lasts a day longer than it is switched on
	Unprotected  time.Time   `json:"unprotected,omitzero"` // when that day ends
	Source       ImageID     `json:"source,omitempty"`     // the image it is a copy of
	LastLaunched time.Time   `json:"last_launched,omitzero"`
	Simulated    bool        `json:"simulated,omitempty"` // has no bytes: sim mode's sample
	Reader       *ReaderKey  `json:"reader,omitempty"`    // of its location, until it was taken in
}

// ReaderKey is the session with which an image is read that is being taken in:
// its registrar's rights. The secret is not kept: identity makes it again.
type ReaderKey struct {
	ID    string `json:"id"`
	Token string `json:"token"`
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

// Shared reports whether other accounts may launch it.
func (i *Image) Shared() bool { return len(i.Launchers) > 0 }

// VisibleTo reports whether an account may see it.
func (i *Image) VisibleTo(a AccountID) bool {
	switch {
	case i.State == ImageDeregistered:
		return false
	case i.Account == a:
		return true
	}
	_, named := slices.BinarySearch(i.Launchers, a)
	return !i.Disabled && (i.Public || named)
}

// ImageState is an image's state as EC2 names it.
type ImageState string

// The states of an image.
const (
	ImagePending      ImageState = "pending"
	ImageAvailable    ImageState = "available"
	ImageFailed       ImageState = "failed"
	ImageDeregistered ImageState = "deregistered"
	ImageDisabled     ImageState = "disabled" // as EC2 shows it: an available one that is switched off
)

// ImageBlob names an image's bytes in the image store.
type ImageBlob struct {
	Bucket string `json:"bucket,omitempty"`
	Index  string `json:"index,omitempty"`  // key of the index object
	Digest string `json:"digest,omitempty"` // hex SHA-256 of the index object
	Size   Bytes  `json:"size,omitempty"`   // of the disk
}
