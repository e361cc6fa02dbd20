package store

import "ecc/cloud"

var tagSets = noun[cloud.TagSet]{
	kind:      KindTagSet,
	uncounted: true,
	key:       func(s *cloud.TagSet) string { return s.Resource },
	indexes: map[Index]func(*cloud.TagSet) string{
		ByAccount: func(s *cloud.TagSet) string { return string(s.Account) },
	},
}

// TagSets are the tags of each resource, under the resource's id.
func (tx *Tx) TagSets() Table[string, cloud.TagSet] {
	return Table[string, cloud.TagSet]{tx, &tagSets}
}
