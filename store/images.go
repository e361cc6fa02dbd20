package store

import (
	"strconv"

	"ecc/cloud"
)

var images = noun[cloud.Image]{
	kind:  KindImage,
	tally: tallyImage,
	key:   func(i *cloud.Image) string { return string(i.ID) },
	indexes: map[Index]func(*cloud.Image) string{
		ByAccount: func(i *cloud.Image) string { return string(i.Account) },
		ByName:    func(i *cloud.Image) string { return string(i.Account) + "/" + i.Name },
		ByShared:  func(i *cloud.Image) string { return strconv.FormatBool(i.Shared()) },
		ByPublic:  func(i *cloud.Image) string { return strconv.FormatBool(i.Public) },
	},
}

// Images are the machine images, deregistered ones included while kept.
func (tx *Tx) Images() Table[cloud.ImageID, cloud.Image] {
	return Table[cloud.ImageID, cloud.Image]{tx, &images}
}
