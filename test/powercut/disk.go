// Package powercut is a filesystem for tests that forgets what a disk may
// forget. It keeps two states of every file and folder: what programs see, and
// what is on the disk for sure, because fsync was called for it. Cut gives the
// filesystem as it may be found when the power is back.
//
// Nothing is durable but by fsync or fdatasync of the very file or folder: the
// data of a file, not its name; the names in a folder, not what they name. That
// is less than ext4 or XFS promise, and all that POSIX does.
//
// It is in memory, mounted by FUSE, and knows only what a store needs: files,
// folders and sockets; no links, no attributes, no other users. Only tests import it.
package powercut

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
)

// block is the unit in which data gets to the disk, sector what is never torn.
const (
	block  = 4096
	sector = 512
)

// Disk is a filesystem's content.
type Disk struct {
	mu    sync.Mutex
	root  *inode
	next  uint64 // number of the next inode
	syncs int
}

// inode is a file or a folder: as it is seen, and as it is kept.
type inode struct {
	number uint64
	folder bool
	socket bool
	mode   uint32

	names, keptNames map[string]*inode // of a folder

	size, keptSize int64
	data, keptData map[int64]*[block]byte // by number; a missing one is zero
	dirty          map[int64]bool         // blocks that differ
}

// NewDisk makes an empty filesystem.
func NewDisk() *Disk {
	d := &Disk{}
	d.root = d.inode(true, 0o700)
	return d
}

func (d *Disk) inode(folder bool, mode uint32) *inode {
	d.next++
	return &inode{number: d.next, folder: folder, mode: mode,
		names: map[string]*inode{}, keptNames: map[string]*inode{},
		data: map[int64]*[block]byte{}, keptData: map[int64]*[block]byte{}, dirty: map[int64]bool{}}
}

// Syncs returns how often something was made durable.
func (d *Disk) Syncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs
}

// sync makes a file's data or a folder's names durable.
func (d *Disk) sync(n *inode) {
	d.syncs++
	if n.folder {
		n.keptNames = maps.Clone(n.names)
		return
	}
	for b := range n.dirty {
		if n.data[b] == nil {
			delete(n.keptData, b)
		} else {
			n.keptData[b] = n.data[b] // write copies a block that is kept
		}
	}
	clear(n.dirty)
	n.keptSize = n.size
}

// SyncAll makes everything durable, as an orderly shutdown of a machine does.
func (d *Disk) SyncAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all func(*inode)
	all = func(n *inode) {
		d.sync(n)
		for _, child := range n.names {
			all(child)
		}
	}
	all(d.root)
}

func (n *inode) read(to []byte, off int64) int {
	to = to[:max(0, min(int64(len(to)), n.size-off))]
	for done := 0; done < len(to); {
		b, at := (off+int64(done))/block, (off+int64(done))%block
		piece := to[done:min(len(to), done+int(block-at))]
		if from := n.data[b]; from != nil {
			copy(piece, from[at:])
		} else {
			clear(piece)
		}
		done += len(piece)
	}
	return len(to)
}

func (n *inode) write(from []byte, off int64) {
	for done := 0; done < len(from); {
		b, at := (off+int64(done))/block, (off+int64(done))%block
		done += copy(n.own(b)[at:], from[done:])
	}
	n.size = max(n.size, off+int64(len(from)))
}

// own returns a block to write to, not the one that is kept.
func (n *inode) own(b int64) *[block]byte {
	to := n.data[b]
	switch to {
	case nil:
		to = new([block]byte)
	case n.keptData[b]:
		c := *to
		to = &c
	}
	n.data[b], n.dirty[b] = to, true
	return to
}

func (n *inode) truncate(size int64) {
	for b := range n.data {
		if b*block >= size {
			delete(n.data, b)
			n.dirty[b] = true
		}
	}
	if at := size % block; size < n.size && n.data[size/block] != nil && at > 0 {
		clear(n.own(size / block)[at:])
	}
	n.size = size
}

// rename moves a name, over what has the new one.
func (d *Disk) rename(from *inode, name string, to *inode, newName string) syscall.Errno {
	n := from.names[name]
	if n == nil {
		return syscall.ENOENT
	}
	if old := to.names[newName]; old != nil && old.folder && len(old.names) > 0 {
		return syscall.ENOTEMPTY
	}
	delete(from.names, name)
	to.names[newName] = n
	return 0
}

// Loss says what a power cut takes besides what it must leave.
type Loss int

// The losses.
const (
	All  Loss = iota // everything that was not made durable
	Some             // by chance: each name, each sector and each file's size for itself
)

// Cut returns the disk as it is found after the power was cut: a new one, of
// which all is durable. It does not change d.
func (d *Disk) Cut(loss Loss, chance *rand.Rand) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := &Disk{next: d.next}
	seen := map[*inode]*inode{}
	var survive func(*inode) *inode
	survive = func(n *inode) *inode {
		if seen[n] != nil {
			return seen[n]
		}
		s := after.inode(n.folder, n.mode)
		s.socket = n.socket
		seen[n] = s
		for _, name := range sorted(n.keptNames, n.names) {
			child := n.keptNames[name]
			if loss == Some && chance.IntN(2) == 0 {
				child = n.names[name]
			}
			if child != nil {
				s.names[name] = survive(child)
			}
		}
		surviveData(s, n, loss, chance)
		return s
	}
	after.root = survive(d.root)
	after.SyncAll()
	after.syncs = 0
	return after
}

// sorted lists the names of both, so that chance decides the same again.
func sorted(a, b map[string]*inode) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// surviveData fills s with what is left of the data of n.
func surviveData(s, n *inode, loss Loss, chance *rand.Rand) {
	s.size = n.keptSize
	if loss == Some && chance.IntN(2) == 0 {
		s.size = n.size
	}
	for b, kept := range n.keptData {
		c := *kept
		s.data[b] = &c
	}
	if loss == Some {
		for _, b := range slices.Sorted(maps.Keys(n.dirty)) {
			tear(s, n, b, chance)
		}
	}
	for b := range s.data {
		if b*block >= s.size {
			delete(s.data, b)
		}
		s.dirty[b] = true // until SyncAll
	}
}

// tear lets some sectors of a dirty block of n reach the disk.
func tear(s, n *inode, b int64, chance *rand.Rand) {
	var fresh [block]byte
	if n.data[b] != nil {
		fresh = *n.data[b]
	}
	if s.data[b] == nil {
		s.data[b] = new([block]byte)
	}
	whole, reached := chance.IntN(2) == 0, chance.IntN(2) == 0
	for at := 0; at < block; at += sector {
		if whole && reached || !whole && chance.IntN(2) == 0 {
			copy(s.data[b][at:at+sector], fresh[at:at+sector])
		}
	}
}
