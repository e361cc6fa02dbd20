package walrus

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

// folderPlace is what an index says whose data files are beside it.
const folderPlace = "folder"

// claimer is a place that other walruses can reach, too.
type claimer interface {
	Claim(id string, epoch uint64) (last uint64, err error)
}

// hasFiles reports whether there are data files, before the index is opened.
func (c Config) hasFiles() (bool, error) {
	here, err := datafile.Has(c.Dir)
	if c.Files == nil || err != nil {
		return here, err
	}
	if here {
		return true, errPlaceBucket
	}
	for _, err := range c.Files.All() {
		return err == nil, err
	}
	return false, nil
}

var (
	errPlaceBucket = errors.New("the folder holds data files, and walrus.backend is \"s3\": set it back to \"folder\", or name an empty walrus.dir")
	errPlaceFolder = errors.New("the index knows data files that are in a bucket of another S3: set walrus.backend and walrus.s3 as they were, or name an empty walrus.dir")
)

// openFiles opens the place of the data files, and sees that it and the index
// belong together: a sweep for orphans must not meet files of another index.
func (c Config) openFiles(idx *index.Index) (datafile.Files, error) {
	var place string
	var epoch uint64
	err := idx.View(func(tx *index.Tx) error {
		place, epoch = tx.Place(), tx.Epoch()
		if place == "" && tx.HasFiles() { // an index from before this was written down
			place = folderPlace
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if c.Files == nil {
		if place != "" && place != folderPlace {
			return nil, errPlaceFolder
		}
		return c.openFolder(idx)
	}
	if place == folderPlace {
		return nil, errPlaceBucket
	}
	return c.Files, c.claim(idx, place, epoch)
}

// openFolder opens the folder of data files; the index's lock protects it.
func (c Config) openFolder(idx *index.Index) (datafile.Files, error) {
	files, err := datafile.Open(c.Dir)
	if err != nil {
		return nil, err
	}
	return files, idx.Settle(func(tx *index.Tx) error {
		if tx.Place() == folderPlace {
			return nil
		}
		return tx.PutPlace(folderPlace)
	})
}

// claim makes a shared place this index's own. The index learns the name
// first: a crash in between leaves a claim that can be made again.
func (c Config) claim(idx *index.Index, place string, epoch uint64) error {
	shared, ok := c.Files.(claimer)
	if !ok {
		return nil
	}
	if place == "" {
		var id [16]byte
		if _, err := io.ReadFull(c.Entropy, id[:]); err != nil {
			return fmt.Errorf("name the index: %w", err)
		}
		place = hex.EncodeToString(id[:])
		if err := idx.Settle(func(tx *index.Tx) error { return tx.PutPlace(place) }); err != nil {
			return err
		}
	}
	last, err := shared.Claim(place, epoch)
	if err != nil || last < epoch {
		return err
	}
	return idx.SkipTo(last + 1) // an older index was put back
}
