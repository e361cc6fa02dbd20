package remotefile

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Config is where the bucket is.
type Config struct {
	Endpoint  string // URL: http://host[:port] or https://host[:port]
	Region    string // "" for us-east-1
	Bucket    string
	Prefix    string // of the names of all objects; ends in "/" unless empty
	AccessKey string
	SecretKey string

	Stall time.Duration // the other S3 is given up on when it moves no byte for so long; 0 for 1 min

	single, part int64 // see maxSingle and partSize; tests make them small
}

// attempts bounds how often a request without a stream is tried.
const attempts = 3

func (c Config) withDefaults() Config {
	if c.Stall == 0 {
		c.Stall = time.Minute
	}
	if c.single == 0 {
		c.single, c.part = maxSingle, partSize
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	return c
}

// Validate reports what is wrong with a configuration, by its keys.
func (c Config) Validate() error {
	u, err := url.Parse(c.Endpoint)
	var errs []error
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		errs = append(errs, fmt.Errorf("walrus.s3.endpoint: %q is not a URL as https://s3.example.com", c.Endpoint))
	}
	if c.Bucket == "" {
		errs = append(errs, errors.New("walrus.s3.bucket: name the bucket the files are kept in"))
	}
	if c.AccessKey == "" || c.SecretKey == "" {
		errs = append(errs, errors.New("walrus.s3.access_key: set it, and walrus.s3.secret_key, to a key that may use the bucket"))
	}
	if c.Prefix != "" && (!strings.HasSuffix(c.Prefix, "/") || strings.HasPrefix(c.Prefix, "/") || len(c.Prefix) > 512) {
		errs = append(errs, fmt.Errorf("walrus.s3.prefix: %q does not end in / , begins with it or is longer than 512 bytes", c.Prefix))
	}
	return errors.Join(errs...)
}

// connect makes the client; nothing is sent yet.
func (c Config) connect() (core minio.Core, hang func(), err error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return core, nil, fmt.Errorf("walrus.s3.endpoint: %w", err)
	}
	tr := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: min(c.Stall, 10*time.Second)}).DialContext,
		TLSHandshakeTimeout:   min(c.Stall, 10*time.Second),
		ResponseHeaderTimeout: 2 * c.Stall, // a PUT is answered when it is durable
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConnsPerHost:   64,
		WriteBufferSize:       64 << 10,
		ReadBufferSize:        64 << 10,
		DisableCompression:    true,
	}
	client, err := minio.NewCore(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: u.Scheme == "https",
		Region: c.Region, MaxRetries: attempts, Transport: tr,
	})
	if err != nil {
		return core, nil, fmt.Errorf("walrus.s3: %w", err)
	}
	return *client, tr.CloseIdleConnections, nil
}
