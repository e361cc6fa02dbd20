package clc

import (
	"ecc/cloud"
	"ecc/store"
)

// recordBytes is what the records of one instance and its interface take in
// the store at most, without what the tenant wrote into them (measured: 2.1 KB
// with five groups).
const recordBytes = 2800

// fitTransaction returns how many of the instances wanted one transaction of
// the store holds, and refuses when that is less than the call must have: a
// launch is all in one.
func fitTransaction(l launch, i cloud.Instance) (int, error) {
	records, bytes := 2, recordBytes+len(i.UserData)+len(i.PublicKey)+6*len(l.eniNote)
	for _, typ := range []string{"instance", typeENI} {
		if len(l.tags[typ]) == 0 {
			continue
		}
		records++
		bytes += 300
		for k, v := range l.tags[typ] {
			bytes += 6*(len(k)+len(v)) + 8 // JSON may write a byte as \u00xx
		}
	}
	if l.profile != nil {
		records++
		bytes += recordBytes
	}
	most := min((store.MaxChanges-24)/records, (store.MaxBytes-1024)/bytes)
	if most < l.min {
		return 0, cloud.Errorf(cloud.LimitExceeded, cloud.ResInstance, "", "You have requested more instances (%d) than one call may start with this user data and these tags (%d).", l.min, most)
	}
	return min(l.max, most), nil
}
