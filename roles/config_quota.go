package roles

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"ecc/cloud"
	"ecc/roles/walrus"
)

// AccountQuota is what one account may store, written "ACCOUNT=10GiB" or, with
// a number of objects, "ACCOUNT=10GiB/1000000"; 0 is any amount.
type AccountQuota struct {
	Account cloud.AccountID
	walrus.Quota
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// MarshalText writes a quota as it is read.
func (q AccountQuota) MarshalText() ([]byte, error) {
	size, err := Size(q.Bytes).MarshalText()
	text := fmt.Sprintf("%s=%s", q.Account, size)
	if q.Objects > 0 {
		text += fmt.Sprintf("/%d", q.Objects)
	}
	return []byte(text), err
}

// UnmarshalText reads a quota.
func (q *AccountQuota) UnmarshalText(text []byte) error {
	account, amounts, ok := strings.Cut(string(text), "=")
	if !ok || !accountID.MatchString(account) {
		return fmt.Errorf("%q is not a quota: write ACCOUNT=10GiB or ACCOUNT=10GiB/1000000, with the 12 digits of the account", text)
	}
	size, objects, both := strings.Cut(amounts, "/")
	var bytes Size
	if err := bytes.UnmarshalText([]byte(size)); err != nil {
		return fmt.Errorf("quota of account %s: %w", account, err)
	}
	n, err := int64(0), error(nil)
	if both {
		n, err = strconv.ParseInt(objects, 10, 64)
	}
	if err != nil || n < 0 {
		return fmt.Errorf("quota of account %s: %q is not a number of objects", account, objects)
	}
	*q = AccountQuota{cloud.AccountID(account), walrus.Quota{Bytes: cloud.Bytes(bytes), Objects: n}}
	return nil
}

func (w WalrusConfig) everyQuota() walrus.Quota {
	return walrus.Quota{Bytes: cloud.Bytes(w.Quota), Objects: w.QuotaObjects}
}

func (w WalrusConfig) quotas() map[cloud.AccountID]walrus.Quota {
	quotas := map[cloud.AccountID]walrus.Quota{}
	for _, q := range w.Quotas {
		quotas[q.Account] = q.Quota
	}
	return quotas
}

// QuotaOf is what an account may store.
func (w WalrusConfig) QuotaOf(id cloud.AccountID) walrus.Quota {
	if q, ok := w.quotas()[id]; ok {
		return q
	}
	return w.everyQuota()
}

func (w WalrusConfig) validateQuotas(p *problems) {
	p.check(w.QuotaObjects >= 0, "walrus.quota_objects", "must be 0, for any number, or more")
	seen := map[cloud.AccountID]bool{}
	for _, q := range w.Quotas {
		p.check(!seen[q.Account], "walrus.quotas", "account %s is there twice", q.Account)
		seen[q.Account] = true
	}
	p.check(w.ScrubEvery >= 0, "walrus.scrub_every", "must be 0s, for never, or more")
}
