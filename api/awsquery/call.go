package awsquery

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"time"

	"ecc/cloud"
)

// Call is what an action knows of the request besides its parameters. It is
// valid until the action returns and must not be changed.
type Call struct {
	RequestID string
	Service   string // "ec2", "iam", "sts"
	Action    string // as in the table; "" until it was found there
	Access    Access // 0 until the action was found
	Request   any    // pointer to the action's request shape, once it was decoded and checked
	Caller    cloud.Caller
	Now       time.Time // when the request arrived: the only clock of an action
	SourceIP  string    // of the connection; forwarding headers are not believed
	UserAgent string    // as sent, at most 256 bytes
	Secure    bool      // the connection is TLS

	// Again decides once more whether the caller may, with the values of
	// condition keys that only the transaction knows ("ecc:instances"); nil if
	// no policy of the caller asks for one. Authorization sets it, the ledger
	// calls it.
	Again func(values map[string]int64) error

	// ParamsHash is the same for two requests with the same decoded
	// parameters, those of retries, DryRun and pages aside: for the
	// replay of a client token and to tie a page's token to its query.
	ParamsHash string

	Log *slog.Logger // carries request id and action
}

// Outcome is one finished request, for metrics and audit.
type Outcome struct {
	*Call
	Code   string // of the error, "" for success
	Status int    // of HTTP
	Took   time.Duration
	Err    error // what the action or the dispatcher failed with
}

// paramsHash is hex SHA-256 over the action and the request, without the
// members that do not say what is asked for.
func paramsHash(action string, sh *shape, in reflect.Value) (string, error) {
	what := reflect.New(in.Type()).Elem()
	what.Set(in)
	for _, i := range sh.unhashed {
		what.Field(i).SetZero()
	}
	b, err := json.Marshal(what.Interface())
	if err != nil {
		return "", fmt.Errorf("hash the parameters: %w", err)
	}
	sum := sha256.Sum256(append([]byte(action+"\n"), b...))
	return hex.EncodeToString(sum[:]), nil
}

// newRequestID returns a random UUID (version 4).
func newRequestID(entropy io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(entropy, b[:]); err != nil {
		return "", fmt.Errorf("make a request id: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
