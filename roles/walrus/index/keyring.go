package index

// Keyring returns the id of the keyring whose keys the store needs, "" if
// nothing in it was ever encrypted.
func (t *Tx) Keyring() string { return string(t.get(metaBucket, []byte("keyring"))) }

// PutKeyring remembers which keyring the store needs.
func (t *Tx) PutKeyring(id string) error { return t.put(metaBucket, []byte("keyring"), []byte(id)) }
