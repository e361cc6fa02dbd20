package index

import "bytes"

func settingKey(bucket ID, name string) []byte { return join(number(bucket), []byte(name)) }

// Setting returns a configuration document of a bucket, nil if there is none.
func (t *Tx) Setting(bucket ID, name string) []byte {
	return bytes.Clone(t.get(settingsBucket, settingKey(bucket, name)))
}

// PutSetting writes a configuration document, or removes it if it is nil, and
// gives the bucket a new revision. The bucket must be its present state.
func (t *Tx) PutSetting(b Bucket, name string, document []byte) error {
	key, err := settingKey(b.ID, name), error(nil)
	if document == nil {
		err = t.delete(settingsBucket, key)
	} else {
		err = t.put(settingsBucket, key, document)
	}
	if err != nil {
		return err
	}
	return t.PutBucket(b)
}

// Settings calls fn for each configuration document of a bucket. What it gets
// is a copy.
func (t *Tx) Settings(bucket ID, fn func(name string, document []byte)) error {
	base := number(bucket)
	return t.each(settingsBucket, base, nil, func(k, v []byte) (bool, error) {
		fn(string(k[len(base):]), bytes.Clone(v))
		return true, nil
	})
}

func (t *Tx) dropSettings(bucket ID) error {
	var names []string
	if err := t.Settings(bucket, func(name string, _ []byte) { names = append(names, name) }); err != nil {
		return err
	}
	for _, name := range names {
		if err := t.delete(settingsBucket, settingKey(bucket, name)); err != nil {
			return err
		}
	}
	return nil
}
