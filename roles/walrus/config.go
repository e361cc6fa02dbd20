package walrus

import (
	"crypto/rand"
	"io"
	"path/filepath"
	"time"

	"ecc/cloud"
	"ecc/roles/walrus/datafile"
)

// Config is what a walrus needs to know. Only Dir and Region must be set.
type Config struct {
	Dir      string // everything walrus keeps
	Region   string // the region it answers for
	Domain   string // buckets are also found at <bucket>.<Domain>; "" for by path only
	Version2 bool   // take Signature Version 2 in headers, too

	Kept    string // name of a bucket that only one account may make; "" for none
	KeptFor string // that account's name

	Keyring              string // file with the keys of what is encrypted; "" for walrus.keyring in the folder Dir + ".keys"
	KeyringKey           []byte // what that file is sealed with; nil for nothing
	EncryptAlways        bool   // encrypt what nobody asked to be encrypted, too
	CustomerKeysAnywhere bool   // take keys of SSE-C from other machines over plain HTTP, too

	Files datafile.Files // where larger objects are kept; nil for the folder itself

	Webhooks map[string]string // addresses that buckets can have their events sent to, by name

	Quota  Quota                     // of every account
	Quotas map[cloud.AccountID]Quota // of some accounts, instead

	ScrubEvery time.Duration // everything stored is read and checked so often; 0 for never
	ScrubRate  cloud.Bytes   // read for that in a second; 0 for any number

	Used func(accessKey string) // told of each request that was signed; must not block; nil for nobody

	Reserve  cloud.Bytes      // uploads are refused when less is free; 0 for 64 MiB
	Stall    time.Duration    // a client that neither sends nor takes a byte for so long is cut off; 0 for 1 min
	Patience time.Duration    // a client that waits for so long for a copy or a completion is told that it lives; 0 for 5 s
	Now      func() time.Time // nil for time.Now
	Entropy  io.Reader        // for ids of uploads and requests; nil for crypto/rand
}

// Limits of one walrus.
const (
	maxInline  = 16 << 10 // bytes of an object kept in the index
	maxStreams = 256      // large uploads at a time; each takes half a MiB
	maxBuckets = 1000     // of an account

	parsedPolicies = 16 << 20 // bytes of callers' policies that are kept parsed
)

func (c Config) withDefaults() Config {
	if c.Reserve == 0 {
		c.Reserve = 64 * cloud.MiB
	}
	if c.Stall == 0 {
		c.Stall = time.Minute
	}
	if c.Patience == 0 {
		c.Patience = 5 * time.Second
	}
	if c.Used == nil {
		c.Used = func(string) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Keyring == "" {
		c.Keyring = filepath.Join(c.Dir+".keys", "walrus.keyring")
	}
	if c.Entropy == nil {
		c.Entropy = rand.Reader
	}
	return c
}
