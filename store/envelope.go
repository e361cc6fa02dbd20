package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// envelopeVersion is the first byte of every value in the file.
const envelopeVersion = 1

const envelopeSize = 1 + 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal wraps a record's JSON for the file. The sum covers the place as well,
// so that a value under another key does not pass.
func seal(k Kind, key string, text []byte) []byte {
	b := make([]byte, envelopeSize, envelopeSize+len(text))
	b[0] = envelopeVersion
	binary.BigEndian.PutUint32(b[1:], sum(k, key, text))
	return append(b, text...)
}

// unseal returns the JSON within a value; it is part of raw.
func unseal(k Kind, key string, raw []byte) ([]byte, error) {
	if len(raw) < envelopeSize {
		return nil, errors.New("value is cut short")
	}
	if raw[0] != envelopeVersion {
		return nil, fmt.Errorf("value has envelope version %d, this ecc knows %d", raw[0], envelopeVersion)
	}
	text := raw[envelopeSize:]
	if binary.BigEndian.Uint32(raw[1:]) != sum(k, key, text) {
		return nil, errors.New("value is damaged: its checksum is wrong")
	}
	return text, nil
}

func sum(k Kind, key string, text []byte) uint32 {
	s := crc32.Update(0, castagnoli, []byte(k.String()+"\x00"+key+"\x00"))
	return crc32.Update(s, castagnoli, text)
}

// open decodes one key and value of the file.
func open(k Kind, key string, raw []byte) (any, error) {
	text, err := unseal(k, key, raw)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", k, key, err)
	}
	rec, err := shapes[k].decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", k, key, err)
	}
	if own := shapes[k].keyOf(rec); own != key {
		return nil, fmt.Errorf("%s %q: the record within calls itself %q", k, key, own)
	}
	return rec, nil
}
