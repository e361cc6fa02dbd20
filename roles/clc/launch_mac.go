package clc

import (
	"encoding/binary"
	"fmt"

	"ecc/store"
)

// freeMAC returns the address that was drawn, or the first free one after it.
// It is unique in the cloud, not only in its VPC: a site may bridge its guests
// to one LAN.
func freeMAC(tx *store.Tx, drawn [5]byte) string {
	for {
		mac := fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", drawn[0], drawn[1], drawn[2], drawn[3], drawn[4])
		taken := false
		for range tx.ENIs().By(store.ByMAC, mac) {
			taken = true
		}
		if !taken {
			return mac
		}
		binary.BigEndian.PutUint32(drawn[1:], binary.BigEndian.Uint32(drawn[1:])+1)
	}
}
