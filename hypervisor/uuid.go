package hypervisor

import (
	"crypto/sha256"
	"fmt"

	"ecc/cloud"
)

// UUID returns the UUID of an instance's domain: always the same one for the
// same id, and starting with "ec2", by which cloud-init knows that it runs on
// EC2. Its other bits come from a hash of the id; version and variant are
// those of RFC 9562's version 8 (custom).
func UUID(id cloud.InstanceID) string {
	b := sha256.Sum256([]byte("ecc domain " + string(id)))
	b[0], b[1] = 0xec, 0x20|b[1]&0x0f
	b[6] = 0x80 | b[6]&0x0f
	b[8] = 0x80 | b[8]&0x3f
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
