package roles

import (
	"ecc/roles/walrus/remotefile"
)

// Where walrus keeps larger objects.
const (
	backendFolder = "folder"
	backendS3     = "s3"
)

// WalrusS3Config is the other S3 of walrus.backend = "s3".
type WalrusS3Config struct {
	Endpoint  string `toml:"endpoint"` // URL
	Bucket    string `toml:"bucket"`
	Prefix    string `toml:"prefix"` // of the names of its objects; ends in "/"
	Region    string `toml:"region"`
	AccessKey string `toml:"access_key"`
	SecretKey Secret `toml:"secret_key"`
}

func (c WalrusS3Config) remote() remotefile.Config {
	return remotefile.Config{
		Endpoint: c.Endpoint, Bucket: c.Bucket, Prefix: c.Prefix, Region: c.Region,
		AccessKey: c.AccessKey, SecretKey: string(c.SecretKey),
	}
}

func (c *Config) validateWalrus(p *problems) {
	w := c.Walrus
	w.validateEncryption(p)
	_, err := w.webhooks()
	p.check(err == nil, "walrus.webhooks", "%v", err)
	w.validateQuotas(p)
	p.check(w.Backend == backendFolder || w.Backend == backendS3, "walrus.backend", "%q is not folder or s3", w.Backend)
	if w.Backend == backendS3 {
		if err := w.S3.remote().Validate(); err != nil {
			*p = append(*p, err)
		}
	}
}
