package imds

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strconv"
	"time"

	"ecc/cloud"
)

// tokens makes and checks IMDSv2 tokens. A token is its expiry and a MAC over
// expiry and instance: nothing is stored, so tokens live on through a restart,
// and one instance's token is worth nothing to another.
type tokens struct {
	key []byte
	now func() time.Time
}

// Bounds of a token's life, in seconds, as EC2 has them.
const (
	minTTL = 1
	maxTTL = 21600
)

func (t tokens) make(id cloud.InstanceID, ttl int) string {
	var expiry [8]byte
	binary.BigEndian.PutUint64(expiry[:], uint64(t.now().Add(time.Duration(ttl)*time.Second).UnixMilli()))
	return base64.URLEncoding.EncodeToString(append(expiry[:], t.mac(id, expiry)...))
}

// check returns how long the token still lives; false if it is not one of
// this instance's or does not live any more.
func (t tokens) check(id cloud.InstanceID, token string) (time.Duration, bool) {
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil || len(raw) != 8+sha256.Size {
		return 0, false
	}
	expiry := [8]byte(raw[:8])
	if !hmac.Equal(raw[8:], t.mac(id, expiry)) {
		return 0, false
	}
	left := time.UnixMilli(int64(binary.BigEndian.Uint64(expiry[:]))).Sub(t.now())
	return left, left > 0
}

func (t tokens) mac(id cloud.InstanceID, expiry [8]byte) []byte {
	h := hmac.New(sha256.New, t.key)
	h.Write([]byte("imds token\x00"))
	h.Write(expiry[:])
	h.Write([]byte(id))
	return h.Sum(nil)
}

const (
	tokenHeader = "X-aws-ec2-metadata-token"
	ttlHeader   = "X-aws-ec2-metadata-token-ttl-seconds"
)

// putToken answers PUT /latest/api/token.
func (h handler) putToken(w http.ResponseWriter, r *http.Request, md cloud.Metadata) {
	// A request that came through a proxy is not the guest's own software
	// asking.
	if len(r.Header.Values("X-Forwarded-For")) > 0 {
		fail(w, http.StatusForbidden)
		return
	}
	ttl, err := strconv.Atoi(r.Header.Get(ttlHeader))
	if err != nil || ttl < minTTL || ttl > maxTTL {
		fail(w, http.StatusBadRequest)
		return
	}
	if err := limitHops(r, h.hops(md)); err != nil {
		h.log.Error("limiting the hops of a token", "instance", h.id, "err", err)
		fail(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set(ttlHeader, strconv.Itoa(ttl))
	write(w, "text/plain", []byte(h.tokens.make(h.id, ttl)))
}

func (h handler) hops(md cloud.Metadata) int {
	for _, n := range []int{md.Options.HopLimit, h.defaultHops} {
		if n >= 1 && n <= 64 {
			return n
		}
	}
	return 1
}

// authorized checks the token of a read. A token that is given must be good,
// needed or not.
func (h handler) authorized(w http.ResponseWriter, r *http.Request, md cloud.Metadata) bool {
	given := r.Header.Values(tokenHeader)
	if len(given) == 0 && !md.Options.TokensRequired {
		return true
	}
	if len(given) != 1 {
		return false
	}
	left, ok := h.tokens.check(h.id, given[0])
	if ok {
		w.Header().Set(ttlHeader, strconv.Itoa(int(left/time.Second)))
	}
	return ok
}
