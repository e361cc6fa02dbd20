package powercut

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Mount is a disk in the tree of files.
type Mount struct{ server *fuse.Server }

// Mount puts a disk at a folder. Nothing is cached between programs and the
// disk but pages of open files. It needs root and /dev/fuse.
func (d *Disk) Mount(at string) (*Mount, error) {
	long := time.Hour // names change only through the mount
	server, err := fs.Mount(at, &node{disk: d, inode: d.root}, &fs.Options{
		EntryTimeout: &long, AttrTimeout: &long,
		MountOptions: fuse.MountOptions{FsName: "powercut", DirectMountStrict: true, MaxWrite: 1 << 20, DisableXAttrs: true},
	})
	if err != nil {
		return nil, fmt.Errorf("mount a powercut disk: %w", err)
	}
	return &Mount{server}, nil
}

// Close takes the disk away. No program may have files open on it.
func (m *Mount) Close() error {
	if err := m.server.Unmount(); err != nil {
		return fmt.Errorf("unmount a powercut disk: %w", err)
	}
	m.server.Wait()
	return nil
}

// node lends an inode to the kernel.
type node struct {
	fs.Inode
	disk  *Disk
	inode *inode
}

var _ = (interface {
	fs.NodeLookuper
	fs.NodeCreater
	fs.NodeMkdirer
	fs.NodeMknoder
	fs.NodeUnlinker
	fs.NodeRmdirer
	fs.NodeRenamer
	fs.NodeReaddirer
	fs.NodeGetattrer
	fs.NodeSetattrer
	fs.NodeOpener
	fs.NodeReader
	fs.NodeWriter
	fs.NodeFsyncer
	fs.NodeAllocater
	fs.NodeStatfser
})((*node)(nil))

// of finds the node of another inode in the same disk; the lock is held.
func (n *node) of(ctx context.Context, i *inode, out *fuse.EntryOut) *fs.Inode {
	i.attr(&out.Attr)
	return n.NewInode(ctx, &node{disk: n.disk, inode: i}, fs.StableAttr{Mode: i.kind(), Ino: i.number})
}

func (n *inode) kind() uint32 {
	switch {
	case n.folder:
		return syscall.S_IFDIR
	case n.socket:
		return syscall.S_IFSOCK
	}
	return syscall.S_IFREG
}

func (n *inode) attr(a *fuse.Attr) {
	a.Ino, a.Mode, a.Nlink, a.Size = n.number, n.kind()|n.mode, 1, uint64(n.size)
	a.Blocks = uint64(len(n.data)) * block / 512
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if i := n.inode.names[name]; i != nil {
		return n.of(ctx, i, out), 0
	}
	return nil, syscall.ENOENT
}

func (n *node) add(ctx context.Context, name string, kind, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if n.inode.names[name] != nil {
		return nil, syscall.EEXIST
	}
	i := n.disk.inode(kind == syscall.S_IFDIR, mode&0o7777)
	i.socket = kind == syscall.S_IFSOCK
	n.inode.names[name] = i
	return n.of(ctx, i, out), 0
}

func (n *node) Create(ctx context.Context, name string, _ uint32, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	child, errno := n.add(ctx, name, syscall.S_IFREG, mode, out)
	return child, nil, 0, errno
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, name, syscall.S_IFDIR, mode, out)
}

func (n *node) Mknod(ctx context.Context, name string, mode, _ uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	kind := mode & syscall.S_IFMT
	if kind != syscall.S_IFREG && kind != syscall.S_IFSOCK {
		return nil, syscall.EPERM
	}
	return n.add(ctx, name, kind, mode, out)
}

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	delete(n.inode.names, name)
	return 0
}

func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if i := n.inode.names[name]; i != nil && len(i.names) > 0 {
		return syscall.ENOTEMPTY
	}
	delete(n.inode.names, name)
	return 0
}

func (n *node) Rename(_ context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	to, ok := parent.(*node)
	if !ok || flags != 0 {
		return syscall.EINVAL
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	return n.disk.rename(n.inode, name, to.inode, newName)
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	var entries []fuse.DirEntry
	for _, name := range sorted(n.inode.names, nil) {
		i := n.inode.names[name]
		entries = append(entries, fuse.DirEntry{Name: name, Mode: i.kind(), Ino: i.number})
	}
	return fs.NewListDirStream(entries), 0
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.inode.attr(&out.Attr)
	return 0
}

func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if size, ok := in.GetSize(); ok {
		n.inode.truncate(int64(size))
	}
	if mode, ok := in.GetMode(); ok {
		n.inode.mode = mode & 0o7777
	}
	n.inode.attr(&out.Attr)
	return 0
}

func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if flags&syscall.O_TRUNC != 0 {
		n.inode.truncate(0)
	}
	return nil, 0, 0
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	return fuse.ReadResultData(dest[:n.inode.read(dest, off)]), 0
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.inode.write(data, off)
	return uint32(len(data)), 0
}

func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.disk.sync(n.inode)
	return 0
}

// keepSize is FALLOC_FL_KEEP_SIZE, punchHole FALLOC_FL_PUNCH_HOLE.
const keepSize, punchHole = 1, 2

func (n *node) Allocate(_ context.Context, _ fs.FileHandle, off, size uint64, mode uint32) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	switch {
	case mode&punchHole != 0:
		return syscall.ENOTSUP
	case mode&keepSize == 0:
		n.inode.size = max(n.inode.size, int64(off+size))
	}
	return 0
}

func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	const total = 64 << 30 / block
	out.Bsize, out.Frsize, out.Blocks, out.Bfree, out.Bavail, out.NameLen = block, block, total, total, total, 255
	return 0
}
